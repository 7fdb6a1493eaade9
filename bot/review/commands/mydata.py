"""``/mydata``: any member takes away, or has erased, what is kept about them in this server."""

from __future__ import annotations

import io
import json
import re
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any, Self

import discord
from discord import app_commands

from bot.act.wording import harmless
from bot.record.erasing import WAITS_AT_MOST
from bot.record.portrait import portrait
from bot.records import Named
from bot.review.answering import answer, guarded
from bot.review.appeals.words import LONGEST_ANSWER
from bot.review.desk import desk_of, guild_of, named
from bot.review.fitting import LONGEST_BUTTON, cut
from bot.texts import Texts, fill

EXPORT_EVERY = timedelta(minutes=10)  # for one member: reading it all is work
MOST_BYTES = 8_000_000  # of a file; Discord takes 10 MB
NAME_SHOWN = 100

Interaction = discord.Interaction[Any]

mydata = app_commands.Group(name="mydata", description="-")


@mydata.command()
async def export(interaction: Interaction) -> None:
    desk, guild = desk_of(interaction), named(guild_of(interaction))
    texts = desk.rulebook.in_guild(guild).texts
    if wait := desk.exports.wait(guild.id, interaction.user.id):
        await answer(interaction, fill(texts.mydata_wait, minutes=round(wait.total_seconds() / 60) or 1))
        return
    member = Named(interaction.user.id, interaction.user.display_name)
    content, left_out = as_file(await portrait(desk.ledger, guild, member, datetime.now(UTC)))
    said = fill(texts.mydata_file, server=harmless(guild.name, NAME_SHOWN))
    if left_out:
        said = f"{said} {fill(texts.mydata_left_out, count=f'{left_out:,}')}"
    await answer(interaction, cut(said, LONGEST_ANSWER), files=[discord.File(io.BytesIO(content), "mydata.json")])


@mydata.command()
async def delete(interaction: Interaction) -> None:
    guild = named(guild_of(interaction))
    texts = desk_of(interaction).rulebook.in_guild(guild).texts
    view = discord.ui.View(timeout=None)
    view.add_item(EraseMyData(texts.mydata_button))
    await answer(interaction, fill(texts.mydata_sure, server=harmless(guild.name, NAME_SHOWN)), view=view)


class EraseMyData(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"ct:erase-my-data"):
    """Erases what is kept about whoever presses it."""

    def __init__(self, label: str = "-") -> None:
        super().__init__(
            discord.ui.Button(
                label=label[:LONGEST_BUTTON], style=discord.ButtonStyle.danger, custom_id="ct:erase-my-data"
            )
        )

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls()

    @guarded
    async def callback(self, interaction: Interaction) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        desk, guild = desk_of(interaction), named(guild_of(interaction))
        texts = desk.rulebook.in_guild(guild).texts
        gone = await desk.ledger.erasing.erase_own(guild.id, interaction.user.id, datetime.now(UTC))
        await answer(interaction, erased_in_words(gone.flags, gone.scores, gone.waiting, texts))


def erased_in_words(flags: int, scores: int, waiting: int, texts: Texts) -> str:
    said = fill(texts.mydata_erased, flags=f"{flags:,}", scores=f"{scores:,}")
    if not waiting:
        return said
    more = fill(texts.mydata_waiting, count=f"{waiting:,}", days=WAITS_AT_MOST.days)
    return cut(f"{said} {more}", LONGEST_ANSWER)


def as_file(kept: dict[str, Any]) -> tuple[bytes, int]:
    """The file, without so many of the oldest scores that it fits, and how many are left out."""
    scores = kept["scores"]
    while True:
        content = json.dumps(kept, ensure_ascii=False, indent=1).encode("utf-8", "replace")
        if len(content) <= MOST_BYTES or not kept["scores"]:
            return content, kept["scores_left_out"]
        half = len(kept["scores"]) // 2
        kept = {**kept, "scores": kept["scores"][-half:] if half else []}
        kept["scores_left_out"] += len(scores) - len(kept["scores"])
        scores = kept["scores"]


class Exports:
    """When each member had their file."""

    def __init__(self) -> None:
        self._had: dict[tuple[int, int], float] = {}

    def wait(self, guild_id: int, member_id: int) -> timedelta | None:
        """How long this member has to wait; None: not at all, and this time is noted."""
        now, every = monotonic(), EXPORT_EVERY.total_seconds()
        self._had = {key: at for key, at in self._had.items() if now - at < every}
        had = self._had.get((guild_id, member_id))
        if had is not None:
            return timedelta(seconds=every - (now - had))
        self._had[guild_id, member_id] = now
        return None
