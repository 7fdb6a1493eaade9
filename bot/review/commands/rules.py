"""``/rules``: what is active in a channel, and where each part of it comes from."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.utils import format_dt
from pydantic import BaseModel

from bot.config import Here, words
from bot.decide.rules import Ladder
from bot.records import Action, Post, Surface
from bot.review.answering import answer
from bot.review.desk import Desk, desk_of, guild_of, texts_for
from bot.review.fitting import LONGEST_LAYOUT, fit
from bot.review.judging import why_not_read
from bot.review.placing import post_here
from bot.review.quote import quote
from bot.review.seeing import log_channel
from bot.review.sources import at, of_key, of_layer
from bot.texts import fill

NAME_SHOWN, REASON_SHOWN, ACTIONS_SHOWN = 60, 200, 200  # characters


@app_commands.command()
@app_commands.default_permissions(manage_messages=True)
async def rules(
    interaction: discord.Interaction[Any],
    channel: app_commands.AppCommandChannel | app_commands.AppCommandThread | None = None,
) -> None:
    post = post_here(interaction, (Surface("content", "text"),), channel.id if channel else None)
    view, desk = discord.ui.LayoutView(timeout=None), desk_of(interaction)
    box: discord.ui.Container[discord.ui.LayoutView] = discord.ui.Container()
    box.add_item(
        discord.ui.TextDisplay(fit(in_force(desk, post, guild_of(interaction)), texts_for(interaction), LONGEST_LAYOUT))
    )
    view.add_item(box)
    await answer(interaction, view=view)


def in_force(desk: Desk, post: Post, guild: discord.Guild) -> list[str]:
    """What holds for a member without roles where ``post`` stands, a line each."""
    here = desk.rulebook.here(post)
    texts, title = here.texts, fill(here.texts.rules_title, channel=f"<#{post.channel.id}>")
    lines = [f"### {title}", _mode(desk, post, here), _log_channel(desk, here, guild)]
    if why := why_not_read(post, here):
        lines.append(fill(texts.rules_not_read, why=why))
    for label, ladder in here.rules.ladders.items():
        lines += _ladder(desk, here, label, ladder)
    strikes = here.rules.strikes
    if strikes.weights:
        worth = ", ".join(f"{_name(label)} {weight}" for label, weight in strikes.weights.items())
        lines.append(fill(texts.rules_strikes, weights=worth, time=words.duration(strikes.forget_after)))
        lines += _ladder(desk, here, texts.rules_at_strikes, strikes.ladder)
    if here.allow.root:
        lines.append(fill(texts.rules_allowed, count=len(here.allow.root)))
    if here.layers:
        overrides = "; ".join(of_layer(desk, layer) for layer in here.layers)
        lines.append(fill(texts.rules_laid_over, overrides=overrides))
    lines.append(f"-# {texts.rules_may_differ}")
    return lines


def _mode(desk: Desk, post: Post, here: Here) -> str:
    pause = desk.rulebook.set_there(post.guild.id).pause
    if here.pause:
        reason = quote(here.pause.reason, REASON_SHOWN, one_line=True)
        by, since = f"<@{here.pause.by.id}>", format_dt(here.pause.since, "R")
        return fill(here.texts.rules_paused, member=by, when=since, reason=reason)
    layer = next((each for each in reversed(here.layers) if each.change.mode), None)
    source = of_layer(desk, layer) if layer else of_key(desk, "mode", here.texts)
    said = fill(here.texts.rules_mode, mode=here.mode, source=source)
    return f"{said} ({here.texts.rules_pause_set_aside})" if pause else said


def _log_channel(desk: Desk, here: Here, guild: discord.Guild) -> str:
    texts = here.texts
    if here.log_channel is None:
        return texts.rules_no_log_channel
    if here.log_channel_from == "setup":
        return fill(texts.rules_log_channel_set_up, channel=f"<#{here.log_channel}>")
    layer = here.log_channel_of_guild
    source = of_layer(desk, layer) if layer else of_key(desk, "log_channel", here.texts)
    found = log_channel(desk, guild)
    missing = fill(texts.rules_log_channel_missing, channel=_name(here.log_channel))
    return fill(texts.rules_log_channel, channel=found.mention if found else missing, source=source)


def _ladder(desk: Desk, here: Here, label: str, ladder: Ladder) -> list[str]:
    if not ladder.steps:
        return [fill(here.texts.rules_off, label=_name(label))] if label in here.rules.ladders else []
    lines = []
    for step in ladder.steps:
        actions = quote(", ".join(map(_written, step.do)), ACTIONS_SHOWN, one_line=True)
        shadow = fill(here.texts.rules_step_in_shadow, rule=_name(step.shadowed_by)) if step.shadowed_by else ""
        lines.append(
            fill(
                here.texts.rules_step,
                label=_name(label),
                at=f"{step.at:g}",
                actions=actions,
                shadow=shadow,
                source=at(desk, step.line, step.source),
            )
        )
    return lines


def _written(action: Action) -> str:
    return words.action(action.name, action.model_dump(exclude_defaults=True) if isinstance(action, BaseModel) else {})


def _name(name: str) -> str:
    return quote(name, NAME_SHOWN, one_line=True)
