"""What members wrote, as a spreadsheet reads it."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from bot.cli.exporting import write_csv
from bot.records import Author, Flag, Named, Scores


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
async def test_no_text_and_no_name_is_run_as_a_formula(first: str) -> None:
    formula = f"{first}1+1"
    guild = Named(1, "Guild")

    async def flags() -> AsyncIterator[Flag]:
        place, author, scores = Named(2, formula), Author(3, formula), Scores("m", ())
        yield Flag(1, 1, guild, place, author, 5, formula, scores, (), (), (), datetime.now(UTC))

    out = io.StringIO(newline="")
    await write_csv(flags(), out, ())
    [row] = csv.DictReader(io.StringIO(out.getvalue(), newline=""))
    assert [row[each] for each in ("channel_name", "member_name", "text")] == [f"'{formula}"] * 3
