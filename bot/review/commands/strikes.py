"""``/strikes member``: what stands against a member, and how to take it back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import discord
from discord import app_commands

from bot.away import AWAY
from bot.record.ledger import Ledger
from bot.records import Named, Strike
from bot.review.answering import NOBODY, answer, guarded
from bot.review.authority import Deed, refusal
from bot.review.desk import Desk, desk_of, guild_of, named
from bot.review.fitting import counted
from bot.review.permitting import require
from bot.review.quote import quote
from bot.texts import Texts, fill

NAME_SHOWN = 80
STRIKES_SHOWN = 25  # a menu holds no more

Interaction = discord.Interaction[Any]


@app_commands.command(description="The strikes that count against a member; take some back.")
@app_commands.describe(member="The member; also one who has left.")
@app_commands.default_permissions(moderate_members=True)
async def strikes(interaction: Interaction, member: discord.User) -> None:
    desk, guild = desk_of(interaction), named(guild_of(interaction))
    await answer(interaction, view=await strike_list(desk, guild, named(member)))


class StrikeList(discord.ui.LayoutView):
    """What counts, newest first, with a menu to take it back."""

    def __init__(self, member: Named, standing: list[Strike], forget_after: timedelta) -> None:
        super().__init__(timeout=None)
        box: discord.ui.Container[Self] = discord.ui.Container()
        box.add_item(discord.ui.TextDisplay(_headline(member, standing)))
        if standing:
            shown = [_line(strike, forget_after) for strike in standing[:STRIKES_SHOWN]]
            box.add_item(discord.ui.TextDisplay("\n".join(shown)))
        self.add_item(box)
        if standing:
            self.add_item(discord.ui.ActionRow(TakingBack(member.id, standing[:STRIKES_SHOWN])))


async def strike_list(desk: Desk, guild: Named, member: Named) -> StrikeList:
    """What counts against a member now."""
    forget_after = desk.rulebook.in_guild(guild).rules.strikes.forget_after
    return StrikeList(member, await _standing(desk.ledger, guild, member, forget_after), forget_after)


class TakingBack(discord.ui.DynamicItem[discord.ui.Select[Any]], template=r"ct:strikes:(?P<member>\d{1,20})"):
    """The menu below the list."""

    def __init__(self, member_id: int, standing: Sequence[Strike] = ()) -> None:
        options = [
            discord.SelectOption(label=_title(strike).replace("*", ""), value=str(strike.flag_number))
            for strike in standing
        ]
        super().__init__(
            discord.ui.Select(custom_id=f"ct:strikes:{member_id}", placeholder="Take strikes back", options=options)
        )
        self._member_id = member_id

    @classmethod
    async def from_custom_id(cls, _: Interaction, __: discord.ui.Item[Any], match: re.Match[str], /) -> Self:
        return cls(int(match["member"]))

    @guarded
    async def callback(self, interaction: Interaction) -> None:
        await interaction.response.defer()
        data: Any = interaction.data or {}
        desk, guild = desk_of(interaction), named(guild_of(interaction))
        member = await _member(interaction, self._member_id)
        said = await take_back(interaction, guild, member, int(next(iter(data.get("values", ())))))
        shown = await strike_list(desk, guild, member)
        await interaction.edit_original_response(view=shown, allowed_mentions=NOBODY)
        await interaction.followup.send(said, ephemeral=True, allowed_mentions=NOBODY)


async def _member(interaction: Interaction, member_id: int) -> Named:
    """Somebody who may have left, by the name that Discord has now; without an answer of its, by the number."""
    try:
        return named(await interaction.client.fetch_user(member_id))
    except (discord.DiscordException, *AWAY):
        return Named(member_id, str(member_id))


async def take_back(interaction: Interaction, guild: Named, member: Named, number: int) -> str:
    """Take back what a member got for a flag, tell the log channel, and give the sentence for the moderator.

    Asked anew at each press: one may have lost one's rank since the list was opened.
    """
    desk, moderator = desk_of(interaction), require(interaction)
    texts = desk.rulebook.in_guild(guild).texts
    if why := await refusal(moderator, Deed.STRIKES, member, texts):
        return why
    count = await desk.ledger.forgive_strikes(guild.id, member.id, number)
    if not count:
        return f"The strikes for flag #{number} were taken back before."

    def say(_: Named, texts: Texts) -> str:
        who, whose = (quote(each.name, NAME_SHOWN, one_line=True) for each in (named(moderator), member))
        return fill(texts.strikes_removed, moderator=who, member=whose, count=count, number=number)

    await desk.log_channel.say(say, guild.id)
    return f"{counted(count, 'strike')} for flag #{number} taken back."


async def _standing(ledger: Ledger, guild: Named, member: Named, forget_after: timedelta) -> list[Strike]:
    found = await ledger.strikes(guild.id, member.id, datetime.now(UTC) - forget_after)
    return list(reversed(found))


def _headline(member: Named, standing: list[Strike]) -> str:
    name = quote(member.name, NAME_SHOWN, one_line=True)
    total = sum(strike.weight for strike in standing)
    hidden = len(standing) - STRIKES_SHOWN
    more = f" The newest {STRIKES_SHOWN} of {len(standing)} times:" if hidden > 0 else ""
    return f"### {name} (<@{member.id}>)\nCounting now: {counted(total, 'strike')}.{more}"


def _line(strike: Strike, forget_after: timedelta) -> str:
    given, forgotten = (int(each.timestamp()) for each in (strike.given_at, strike.given_at + forget_after))
    return f"{_title(strike)}, <t:{given}:R>, forgotten <t:{forgotten}:R>"


def _title(strike: Strike) -> str:
    return f"{counted(strike.weight, 'strike')} for flag **#{strike.flag_number}**"
