"""How commands and buttons answer: privately, pinging nobody, and with one plain sentence when something breaks."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Coroutine, Sequence
from functools import wraps
from typing import Any, ParamSpec

import discord
import structlog

from bot.away import AWAY
from bot.errors import RecordFailed, TellsPeople
from bot.review.desk import texts_for

LONGEST_ANSWER = 2_000  # characters

P = ParamSpec("P")
Interaction = discord.Interaction[Any]
Callback = Callable[P, Coroutine[Any, Any, None]]

log = structlog.get_logger()


async def answer(
    interaction: Interaction,
    text: str | None = None,
    *,
    view: discord.ui.View | discord.ui.LayoutView | None = None,
    files: Sequence[discord.File] = (),
) -> discord.InteractionMessage:
    """Answer so that only the asker sees it: fill in the answer that was put off, or give it at once."""
    shown: dict[str, Any] = {"content": text} if text is not None else {}
    if view is not None:
        shown["view"] = view
    if not interaction.response.is_done():
        await interaction.response.defer(ephemeral=True, thinking=True)
    return await interaction.edit_original_response(**shown, attachments=list(files), allowed_mentions=NOBODY)


def guarded(callback: Callback[P]) -> Callback[P]:
    """A callback of a button, a menu or a modal that never leaves its presser without an answer."""

    @wraps(callback)
    async def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            await callback(*args, **kwargs)
        except Exception as error:
            given = [each for each in (*args, *kwargs.values()) if isinstance(each, discord.Interaction)]
            if not given:
                raise
            await apologise(given[0], error)

    return run


async def apologise(interaction: Interaction, error: BaseException) -> None:
    """Say that it did not work: in the error's own sentence if it has one for people.

    The log gets the place and never the error's text, which may hold a member's words.
    """
    ours, texts = isinstance(error, TellsPeople | RecordFailed), texts_for(interaction)
    name = getattr(interaction.command, "name", None) or interaction.type.name
    about = {"what": name, "guild": interaction.guild_id, "error": type(error).__name__}
    if ours:
        log.info("refused", **about, why=str(error))
    else:
        log.error("command failed", **about, where=_where(error))
    said = error.said.in_words(texts) if isinstance(error, TellsPeople | RecordFailed) else texts.went_wrong
    sentence = said[:LONGEST_ANSWER]
    try:
        if interaction.response.is_done():
            await interaction.followup.send(sentence, ephemeral=True, allowed_mentions=NOBODY)
        else:
            await interaction.response.send_message(sentence, ephemeral=True, allowed_mentions=NOBODY)
    except (discord.DiscordException, *AWAY) as again:
        log.warning("no answer given", **about | {"error": type(again).__name__})


def _where(error: BaseException, count: int = 3) -> str:
    """The innermost places that the error came through."""
    stack = traceback.extract_tb(error.__traceback__ or sys.exc_info()[2])[-count:]
    return " < ".join(f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in reversed(stack))


NOBODY = discord.AllowedMentions.none()
