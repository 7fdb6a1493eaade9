"""Everything that commands answer fits into Discord's limits, with the longest names there can be."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.record.figures import Figures, Judged, MemberFigures
from bot.record.reading import FlagFilter
from bot.records import Author, Fired, Flag, Named, Scores, Strike, ViewScores
from bot.review.commands import commands
from bot.review.commands.history import headed
from bot.review.commands.stats import alt_text, in_words
from bot.review.commands.strikes import STRIKES_SHOWN, TakingBack, _line
from bot.review.describing import describe
from bot.review.fitting import LONGEST_LAYOUT, LONGEST_MESSAGE, fit
from bot.review.flag_list import FLAGS_A_PAGE, LONGEST_LABEL, Opening, Turning, line
from bot.review.judging import _bars
from bot.texts import Texts

# Half of what a name or a text may be made of is what quoting makes longer.
nasty = some.sampled_from([*"*_`|<>[]@~\\/:#-+.()$ \n\u202e\u0301", "a", "文", "😀"])
names = some.text(nasty, min_size=1, max_size=100)
longest_texts = some.text(nasty, max_size=4_000)
labels = some.lists(names, min_size=1, max_size=30, unique=True)
ids = some.integers(min_value=10**17, max_value=2**63 - 1)
counts = some.integers(min_value=0, max_value=10**9)
judged = some.builds(Judged, counts, counts, counts)


@some.composite
def flags(draw: Any) -> Flag:
    on = draw(labels)
    return Flag(
        id=draw(counts),
        number=draw(some.integers(min_value=1, max_value=2**53)),
        guild=Named(draw(ids), draw(names)),
        channel=Named(draw(ids), draw(names)),
        author=Author(draw(ids), draw(names)),
        message_id=draw(ids),
        text=draw(longest_texts),
        scores=Scores("model", (ViewScores("content", "written", dict.fromkeys(on, 0.5)),)),
        on=tuple(on),
        fired=tuple(Fired(label, 0.5, 0.5, label, "content", "written") for label in on),
        outcomes=(),
        created_at=datetime(2026, 11, 23, tzinfo=UTC),
        verdict="mistaken",
    )


@given(some.lists(some.text(max_size=300), max_size=60), some.sampled_from([LONGEST_MESSAGE, LONGEST_LAYOUT]))
def test_lines_are_whole_or_left_out_and_fit(lines: list[str], longest: int) -> None:
    text = fit(lines, Texts(), longest)
    assert len(text) <= longest
    if len("\n".join(lines)) <= longest - 20:
        assert text == "\n".join(lines)


@given(some.lists(flags(), min_size=1, max_size=FLAGS_A_PAGE))
def test_a_page_of_flags_fits(found: list[Flag]) -> None:
    headline = 500  # of /flags and /history, see below
    assert headline + sum(len(line(flag, Texts(), with_text=True)) for flag in found) <= LONGEST_LAYOUT
    for option in Opening(found, Texts()).item.options:
        assert len(option.label) <= 100
        assert len(option.description or "") <= 100


@pytest.mark.parametrize("to", ["newer", "older"])
def test_a_button_that_turns_pages_holds_the_longest_question_and_reads_it_back(to: str) -> None:
    since = datetime(2100, 1, 1, tzinfo=UTC)
    asked = FlagFilter(1, 2**63 - 1, author_id=2**63 - 1, label=":" * LONGEST_LABEL, since=since, verdict="mistaken")
    custom_id = Turning(to, 2**31 - 1, asked).item.custom_id or ""
    assert len(custom_id) <= 100
    match = Turning.__discord_ui_compiled_template__.fullmatch(custom_id)
    assert match is not None
    assert (match["to"], int(match["number"]), match["label"]) == (to, 2**31 - 1, asked.label)
    assert int(match["member"], 16) == int(match["channel"], 16) == 2**63 - 1


@given(names, ids, judged)
def test_the_head_of_a_history_fits(name: str, member_id: int, found: Judged) -> None:
    class Member:
        id = member_id
        display_name = name
        created_at = joined_at = datetime(2020, 1, 1, tzinfo=UTC)

    said = headed(
        cast(discord.Member, Member()), MemberFigures(found, datetime(2020, 1, 1, tzinfo=UTC)), 10**6, Texts()
    )
    assert len(said) <= 500


@given(labels, judged, some.lists(some.tuples(some.builds(Named, ids, names), counts), max_size=5))
def test_the_figures_in_words_and_the_picture_in_words_fit(
    found: list[str], each: Judged, channels: list[tuple[Named, int]]
) -> None:
    of_labels: Mapping[str, Judged] = dict.fromkeys(found, each)
    figures = Figures(10**9, each, {date(2026, 11, 23): dict.fromkeys(found, 1)}, of_labels, tuple(channels))
    assert len(in_words(figures, 90, Texts())) <= LONGEST_MESSAGE
    assert len(alt_text(figures, 90, Texts())) <= 1024


@given(labels)
def test_the_bars_of_a_score_fit_and_stay_a_code_block(found: list[str]) -> None:
    bars = _bars(Scores("model", (ViewScores("content", "written", dict.fromkeys(found, 0.123)),)), Texts())
    assert len(bars) <= 1_000
    assert bars.count("```") == 2


def test_the_longest_list_of_strikes_fits_and_its_menu_too() -> None:
    strike = Strike(2**53, 10**6, datetime(2026, 11, 23, tzinfo=UTC))
    assert STRIKES_SHOWN * (len(_line(strike, timedelta(days=30), Texts())) + 1) + 600 <= LONGEST_LAYOUT
    menu = TakingBack(2, [strike] * STRIKES_SHOWN, Texts()).item
    assert len(menu.options) <= 25
    assert all(len(option.label) <= 100 for option in menu.options)


@pytest.mark.parametrize("command", commands(), ids=lambda command: command.name)
def test_every_command_is_described_within_discords_limits_and_only_for_servers(command: Any) -> None:
    describe(command, Texts())
    client = discord.Client(intents=discord.Intents.none())
    told = command.to_dict(discord.app_commands.CommandTree(client))
    assert 1 <= len(told["name"]) <= 32
    is_menu = isinstance(command, discord.app_commands.ContextMenu)
    assert is_menu or 1 <= len(told["description"]) <= 100
    options = told.get("options", [])
    assert len(options) <= 25
    for option in options:
        assert 1 <= len(option["description"]) <= 100
    total = (
        len(told["name"])
        + len(told.get("description", ""))
        + sum(len(each["name"]) + len(each["description"]) for each in options)
    )
    assert total <= 8_000
