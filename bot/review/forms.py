"""Forms that are known by their id alone, as buttons are: one that is sent after a restart of the bot is answered, too.

To add a form, define a ``Form`` anywhere under ``bot/review``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import discord

from bot.review.answering import answer, guarded
from bot.review.desk import desk_of

LONGEST_TITLE, LONGEST_FIELD = 45, 45  # characters; Discord's limits

Interaction = discord.Interaction[Any]


class Form(discord.ui.Modal):
    """A form of one field. ``template`` is what its ids look like, ``sent`` what is done with the words in it."""

    template: ClassVar[str]

    def __init__(self, custom_id: str, title: str, question: str, *, longest: int) -> None:
        super().__init__(title=title[:LONGEST_TITLE], custom_id=custom_id, timeout=None)
        field: discord.ui.TextInput[Form] = discord.ui.TextInput(
            style=discord.TextStyle.paragraph, custom_id="words", min_length=1, max_length=longest
        )
        self.add_item(discord.ui.Label(text=question[:LONGEST_FIELD], component=field))

    def is_finished(self) -> bool:
        """Always, for discord.py, which therefore keeps none of them."""
        return True

    @classmethod
    async def sent(cls, interaction: Interaction, match: re.Match[str], words: str) -> None:
        """Answer whoever sent it; ``match`` is of its id."""
        raise NotImplementedError


@guarded
async def take_form(interaction: Interaction) -> None:
    """The listener for interactions: of those that send a form, answer each."""
    if interaction.type is not discord.InteractionType.modal_submit:
        return
    data: Mapping[str, Any] = interaction.data or {}
    custom_id = str(data.get("custom_id"))
    for form in Form.__subclasses__():
        if match := re.fullmatch(form.template, custom_id):
            return await form.sent(interaction, match, "\n".join(_words(data.get("components", ()))))
    await answer(interaction, desk_of(interaction).rulebook.settings.texts.form_unknown)  # of an earlier version


def _words(components: Any) -> Iterator[str]:
    for each in components:
        if "value" in each:
            yield str(each["value"])
        yield from _words(each.get("components", ()))
        if "component" in each:
            yield from _words([each["component"]])
