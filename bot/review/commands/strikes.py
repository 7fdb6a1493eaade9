"""``/strikes member``: what stands against a member, and how to take it back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Self

import discord
from discord import app_commands

from bot.record.ledger import Ledger
from bot.records import Named, Strike
from bot.review.answering import NOBODY, answer, guarded
from bot.review.authority import Deed, refusal
from bot.review.desk import Desk, desk_of, guild_of, named
from bot.review.fitting import cut, fit
from bot.review.permitting import require
from bot.review.quote import quote
from bot.texts import Texts, fill

NAME_SHOWN, OPTION_SHOWN, LONGEST_HEAD = 80, 100, 1_000  # characters
OPEN_SECONDS = 840.0  # Discord takes changes of a private answer for 15 minutes
STRIKES_SHOWN = 25  # a menu holds no more


@app_commands.command()
@app_commands.default_permissions(moderate_members=True)
async def strikes(interaction: discord.Interaction[Any], member: discord.User) -> None:
    desk, guild = desk_of(interaction), named(guild_of(interaction))
    await answer(interaction, view=await StrikeList(desk, guild, named(member)).show())


class StrikeList(discord.ui.LayoutView):
    """What counts, newest first, with a menu to take it back."""

    def __init__(self, desk: Desk, guild: Named, member: Named) -> None:
        super().__init__(timeout=OPEN_SECONDS)
        self._desk, self._guild, self._member = desk, guild, member

    async def show(self) -> Self:
        self.clear_items()
        here = self._desk.rulebook.in_guild(self._guild)
        texts, forget_after = here.texts, here.rules.strikes.forget_after
        standing = await _standing(self._desk.ledger, self._guild, self._member, forget_after)
        box: discord.ui.Container[Self] = discord.ui.Container()
        box.add_item(discord.ui.TextDisplay(_headline(self._member, standing, texts)))
        if standing:
            shown = [_line(strike, forget_after, texts) for strike in standing[:STRIKES_SHOWN]]
            box.add_item(discord.ui.TextDisplay(fit(shown, texts)))
        self.add_item(box)
        if standing:
            self.add_item(discord.ui.ActionRow(TakingBack(self._guild, self._member, standing[:STRIKES_SHOWN], texts)))
        return self


class TakingBack(discord.ui.Select[StrikeList]):
    def __init__(self, guild: Named, member: Named, standing: list[Strike], texts: Texts) -> None:
        options = [
            discord.SelectOption(
                label=cut(fill(texts.strikes_option, strikes=strike.weight, number=strike.flag_number), OPTION_SHOWN),
                value=str(strike.flag_number),
            )
            for strike in standing
        ]
        super().__init__(placeholder=cut(texts.strikes_menu, OPTION_SHOWN), options=options)
        self._guild, self._member = guild, member

    @guarded
    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await interaction.response.defer()
        said = await take_back(interaction, self._guild, self._member, int(self.values[0]))
        if isinstance(self.view, StrikeList):
            await interaction.edit_original_response(view=await self.view.show(), allowed_mentions=NOBODY)
        await interaction.followup.send(said, ephemeral=True, allowed_mentions=NOBODY)


async def take_back(interaction: discord.Interaction[Any], guild: Named, member: Named, number: int) -> str:
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
    given, forgotten = (int(each.timestamp()) for each in (strike.given_at, strike.given_at + forget_after))
    return fill(
        texts.strikes_line,
        strikes=strike.weight,
        number=strike.flag_number,
        given=f"<t:{given}:R>",
        forgotten=f"<t:{forgotten}:R>",
    )
