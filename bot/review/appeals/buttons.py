"""The buttons of appeals, which work for as long as their message stands, and the form behind one of them."""

from __future__ import annotations

import re
from typing import Any, Literal, Self, cast

import discord

from bot.records import Named
from bot.review.answering import answer, guarded
from bot.review.desk import desk_of, guild_of
from bot.review.fitting import LONGEST_BUTTON
from bot.review.forms import Form
from bot.texts import Texts, fill

LONGEST_WORDS = 1_000  # characters of an appeal
LONGEST_URL = 512

What = Literal["accept", "refuse", "block", "unblock"]
Interaction = discord.Interaction[Any]


class AppealButton(
    discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"ct:appeal:(?P<guild>\d{1,20})-(?P<number>\d{1,19})"
):
    """Opens the form. It names its guild, because it also stands in direct messages."""

    def __init__(self, guild_id: int, number: int, label: str = "-") -> None:
        self.guild_id, self.number = guild_id, number
        super().__init__(
            discord.ui.Button(
                label=label[:LONGEST_BUTTON],
                style=discord.ButtonStyle.secondary,
                custom_id=f"ct:appeal:{guild_id}-{number}",
            )
        )

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls(int(match["guild"]), int(match["number"]))

    @guarded
    async def callback(self, interaction: Interaction) -> None:
        appeals = desk_of(interaction).appeals
        said, texts = await appeals.may(self.guild_id, self.number, interaction.user.id)
        if said is not None:
            await answer(interaction, said)
            return
        await interaction.response.send_modal(AppealForm(self.guild_id, self.number, texts))


class AppealForm(Form):
    """Asks for the words."""

    template = r"ct:appeal-form:(?P<guild>\d{1,20})-(?P<number>\d{1,19})"

    def __init__(self, guild_id: int, number: int, texts: Texts) -> None:
        title = fill(texts.appeal_title, number=number)
        super().__init__(f"ct:appeal-form:{guild_id}-{number}", title, texts.appeal_question, longest=LONGEST_WORDS)

    @classmethod
    async def sent(cls, interaction: Interaction, match: re.Match[str], words: str) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        appeals = desk_of(interaction).appeals
        said = await appeals.make(int(match["guild"]), int(match["number"]), interaction.user.id, words)
        await answer(interaction, said)


class Decide(
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"ct:appeal-(?P<what>accept|refuse|block|unblock):(?P<number>\d{1,19})",
):
    """What a moderator presses below an appeal."""

    def __init__(self, what: What, number: int, label: str = "-") -> None:
        self.what, self.number = what, number
        styles = {"accept": discord.ButtonStyle.success, "refuse": discord.ButtonStyle.danger}
        super().__init__(
            discord.ui.Button(
                label=label[:LONGEST_BUTTON],
                style=styles.get(what, discord.ButtonStyle.secondary),
                custom_id=f"ct:appeal-{what}:{number}",
            )
        )

    @classmethod
    def of(cls, what: str, number: int, texts: Texts) -> Self:
        labels = {
            "accept": texts.appeal_accept,
            "refuse": texts.appeal_refuse,
            "block": texts.appeal_block,
            "unblock": texts.appeal_unblock,
        }
        return cls(cast(What, what), number, labels[what])

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls(cast(What, match["what"]), int(match["number"]))

    @guarded
    async def callback(self, interaction: Interaction) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        presser, appeals = interaction.user, desk_of(interaction).appeals
        if not isinstance(presser, discord.Member):
            raise LookupError("a press below an appeal came from no guild")
        guild = guild_of(interaction)
        decide = appeals.block if self.what in ("block", "unblock") else appeals.decide
        await answer(interaction, await decide(Named(guild.id, guild.name), self.number, self.what, presser))


def appeal_buttons(
    guild_id: int, number: int, texts: Texts, url: str | None, *, is_taken: bool
) -> discord.ui.View | None:
    """What stands under a direct message about a flag: nothing where neither way to appeal is open."""
    view = discord.ui.View(timeout=None)
    if is_taken:
        view.add_item(AppealButton(guild_id, number, texts.appeal_button))
    if url is not None and len(url) <= LONGEST_URL:
        view.add_item(discord.ui.Button(label=texts.appeal_elsewhere[:LONGEST_BUTTON], url=url))
    return view if view.children else None
