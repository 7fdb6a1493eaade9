"""``/rules``: what is active in a channel, and where each part of it comes from."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from pydantic import BaseModel

from bot.config import Here, words
from bot.decide.rules import Ladder
from bot.read.eligibility import skip_reason
from bot.records import Action, Post, Surface
from bot.review.answering import answer
from bot.review.desk import Desk, desk_of, guild_of
from bot.review.fitting import LONGEST_LAYOUT, fit
from bot.review.placing import post_here
from bot.review.quote import quote
from bot.review.seeing import log_channel
from bot.review.sources import at, of_key, of_layer

NAME_SHOWN, REASON_SHOWN, ACTIONS_SHOWN = 60, 200, 200  # characters

PAUSE_SET_ASIDE = "/pause is set aside by it"


@app_commands.command(description="Which rules are active in a channel, and which line of the config each comes from.")
@app_commands.describe(channel="The channel; without it, this one.")
@app_commands.default_permissions(manage_messages=True)
async def rules(
    interaction: discord.Interaction[Any],
    channel: app_commands.AppCommandChannel | app_commands.AppCommandThread | None = None,
) -> None:
    post = post_here(interaction, (Surface("content", "text"),), channel.id if channel else None)
    view = discord.ui.LayoutView(timeout=None)
    box: discord.ui.Container[discord.ui.LayoutView] = discord.ui.Container()
    box.add_item(
        discord.ui.TextDisplay(fit(in_force(desk_of(interaction), post, guild_of(interaction)), LONGEST_LAYOUT))
    )
    view.add_item(box)
    await answer(interaction, view=view)


def in_force(desk: Desk, post: Post, guild: discord.Guild) -> list[str]:
    """What holds for a member without roles where ``post`` stands, a line each."""
    here = desk.rulebook.here(post)
    lines = [f"### What holds in <#{post.channel.id}>", _mode(desk, post, here), _log_channel(desk, here, guild)]
    if why := f"{here.exempted_by} exempts them" if here.exempted_by else skip_reason(post, here.exempt):
        lines.append(f"**Messages here are not read**: {quote(why, REASON_SHOWN, one_line=True)}")
    for label, ladder in here.rules.ladders.items():
        lines += _ladder(desk, here, label, ladder)
    strikes = here.rules.strikes
    if strikes.weights:
        worth = ", ".join(f"{_name(label)} {weight}" for label, weight in strikes.weights.items())
        lines.append(f"**Strikes**: {worth}; forgotten after {words.duration(strikes.forget_after)}")
        lines += _ladder(desk, here, "at so many strikes", strikes.ladder)
    if here.allow.root:
        lines.append(f"**Allowed phrases**: {len(here.allow.root)}")
    if here.layers:
        overrides = "; ".join(of_layer(desk, layer) for layer in here.layers)
        lines.append(f"**Laid over the rest**, the last one winning: {overrides}")
    lines.append("-# Roles, members and the age of an account may change this: `python -m bot rules` tells for each.")
    return lines


def _mode(desk: Desk, post: Post, here: Here) -> str:
    pause = desk.rulebook.set_there(post.guild.id).pause
    if here.pause:
        reason = quote(here.pause.reason, REASON_SHOWN, one_line=True)
        since = int(here.pause.since.timestamp())
        return f"**Mode** shadow: /pause by <@{here.pause.by.id}> <t:{since}:R>, {reason}"
    layer = next((each for each in reversed(here.layers) if each.change.mode), None)
    source = of_layer(desk, layer) if layer else of_key(desk, "mode")
    aside = f" ({PAUSE_SET_ASIDE})" if pause else ""
    return f"**Mode** {here.mode}: {source}{aside}"


def _log_channel(desk: Desk, here: Here, guild: discord.Guild) -> str:
    if here.log_channel is None:
        return "**Log channel** none: flags go to the record only. /setup makes one."
    if here.log_channel_from == "setup":
        return f"**Log channel** <#{here.log_channel}>: made by /setup"
    layer = here.log_channel_of_guild
    source = of_layer(desk, layer) if layer else of_key(desk, "log_channel")
    found = log_channel(desk, guild)
    return f"**Log channel** {found.mention if found else _name(here.log_channel) + ' (there is none)'}: {source}"


def _ladder(desk: Desk, here: Here, label: str, ladder: Ladder) -> list[str]:
    if not ladder.steps:
        return [f"**{_name(label)}** off"] if label in here.rules.ladders else []
    lines = []
    for step in ladder.steps:
        actions = quote(", ".join(map(_written, step.do)), ACTIONS_SHOWN, one_line=True)
        shadow = f", shadow by {quote(step.shadowed_by, NAME_SHOWN, one_line=True)}" if step.shadowed_by else ""
        lines.append(f"**{_name(label)}** {step.at:g}: {actions}{shadow}; {at(desk, step.line, step.source)}")
    return lines


def _written(action: Action) -> str:
    return words.action(action.name, action.model_dump(exclude_defaults=True) if isinstance(action, BaseModel) else {})


def _name(name: str) -> str:
    return quote(name, NAME_SHOWN, one_line=True)
