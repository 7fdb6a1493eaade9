"""``/strikes member``: what stands against a member, and how to take it back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import discord
from discord import app_commands
from discord.utils import format_dt

from bot.away import AWAY
from bot.record.ledger import Ledger
from bot.records import Named, Strike
from bot.review.answering import NOBODY, answer, guarded
from bot.review.authority import Deed, refusal
from bot.review.desk import Desk, desk_of, guild_of, named
from bot.review.fitting import LONGEST_OPTION, cut, fit
from bot.review.permitting import require
from bot.review.quote import quote
from bot.texts import Texts, fill
from bot.texts.saying import OURS

NAME_SHOWN, LONGEST_HEAD = 80, 1_000  # characters
STRIKES_SHOWN = 25  # a menu holds no more

Interaction = discord.Interaction[Any]


@app_commands.command()
@app_commands.default_permissions(moderate_members=True)
async def strikes(interaction: Interaction, member: discord.User) -> None:
    desk, guild = desk_of(interaction), named(guild_of(interaction))
    await answer(interaction, view=await strike_list(desk, guild, named(member)))


class StrikeList(discord.ui.LayoutView):
    """What counts, newest first, with a menu to take it back."""

    def __init__(self, member: Named, standing: list[Strike], forget_after: timedelta, texts: Texts) -> None:
        super().__init__(timeout=None)
        box: discord.ui.Container[Self] = discord.ui.Container()
        box.add_item(discord.ui.TextDisplay(_headline(member, standing, texts)))
        if standing:
            shown = [_line(strike, forget_after, texts) for strike in standing[:STRIKES_SHOWN]]
            box.add_item(discord.ui.TextDisplay(fit(shown, texts)))
        self.add_item(box)
        if standing:
            self.add_item(discord.ui.ActionRow(TakingBack(member.id, standing[:STRIKES_SHOWN], texts)))


async def strike_list(desk: Desk, guild: Named, member: Named) -> StrikeList:
    """What counts against a member now."""
    here = desk.rulebook.in_guild(guild)
    forget_after = here.rules.strikes.forget_after
    return StrikeList(member, await _standing(desk.ledger, guild, member, forget_after), forget_after, here.texts)


class TakingBack(discord.ui.DynamicItem[discord.ui.Select[Any]], template=r"ct:strikes:(?P<member>\d{1,20})"):
    """The menu below the list."""

    def __init__(self, member_id: int, standing: Sequence[Strike] = (), texts: Texts = OURS) -> None:
        options = [
            discord.SelectOption(
                label=cut(fill(texts.strikes_option, strikes=strike.weight, number=strike.flag_number), LONGEST_OPTION),
                value=str(strike.flag_number),
            )
            for strike in standing
        ]
        placeholder = cut(texts.strikes_menu, LONGEST_OPTION)
        super().__init__(
            discord.ui.Select(custom_id=f"ct:strikes:{member_id}", placeholder=placeholder, options=options)
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
        return fill(texts.strikes_gone, number=number)

    def say(_: Named, texts: Texts) -> str:
        who, whose = (quote(each.name, NAME_SHOWN, one_line=True) for each in (named(moderator), member))
        return fill(texts.strikes_removed, moderator=who, member=whose, count=count, number=number)

    await desk.log_channel.say(say, guild.id)
    return fill(texts.strikes_taken_back, number=number, count=count)


async def _standing(ledger: Ledger, guild: Named, member: Named, forget_after: timedelta) -> list[Strike]:
    found = await ledger.strikes(guild.id, member.id, datetime.now(UTC) - forget_after)
    return list(reversed(found))


def _headline(member: Named, standing: list[Strike], texts: Texts) -> str:
    name = quote(member.name, NAME_SHOWN, one_line=True)
    total = sum(strike.weight for strike in standing)
    said = fill(texts.history_strikes, count=f"{total:,}")
    if len(standing) > STRIKES_SHOWN:
        said = f"{said} {fill(texts.strikes_newest, shown=STRIKES_SHOWN, count=len(standing))}"
    return cut(f"### {name} (<@{member.id}>)\n{said}", LONGEST_HEAD)


def _line(strike: Strike, forget_after: timedelta, texts: Texts) -> str:
    return fill(
        texts.strikes_line,
        strikes=strike.weight,
        number=strike.flag_number,
        given=format_dt(strike.given_at, "R"),
        forgotten=format_dt(strike.given_at + forget_after, "R"),
    )
