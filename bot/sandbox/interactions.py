"""Interactions: what members do with buttons, menus, modals and commands, and what the bot answered to each.

Source: https://docs.discord.com/developers/interactions/receiving-and-responding
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import Any

from bot.sandbox.entities import Channel, Json, Message, User
from bot.sandbox.files import Files

ANSWER_WITHIN_S = 3.0  # for the first answer
TOKEN_LIFE = timedelta(minutes=15)
EPHEMERAL = 1 << 6
LOADING = 1 << 7  # a deferred answer that has not come yet
TEXT_DISPLAY = 10


class Kind(IntEnum):
    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4
    MODAL = 5


class AnswerType(IntEnum):
    MESSAGE = 4
    DEFERRED_MESSAGE = 5
    DEFERRED_UPDATE = 6
    UPDATE = 7
    CHOICES = 8
    MODAL = 9


DEFERRED = frozenset({AnswerType.DEFERRED_MESSAGE, AnswerType.DEFERRED_UPDATE})


@dataclass(frozen=True, slots=True, eq=False)
class Modal:
    """A form that the bot opened for a member, in answer to ``opened_by``."""

    opened_by: Interaction
    custom_id: str
    title: str
    components: list[Json]

    @property
    def fields(self) -> list[Json]:
        """What can be filled in, each with its ``label``."""
        found = []
        for each in self.components:
            if each["type"] == 1:
                found += each["components"]
            elif each["type"] == 18:
                found.append(each["component"] | {"label": each["label"], "description": each.get("description")})
        return found


@dataclass(slots=True, eq=False)
class Interaction:
    """One press, choice, command or submitted form. Of what the bot may do with it, ``calls.interactions`` decides.

    ``answered_in`` is in seconds; None where there was no answer in time.
    """

    id: int
    token: str
    kind: Kind
    user: User
    channel: Channel
    data: Json
    source: Message | None = None  # the message whose button or menu was used, or from which the form was opened
    opener: Interaction | None = None  # of a submitted form: what it was opened by
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    answer_type: AnswerType | None = None
    answered_in: float | None = None
    failed: bool = False
    original: Message | None = None  # the message answered with
    modal: Modal | None = None
    sent: Interaction | None = None  # of an opened form: how it was last sent
    choices: list[Json] = field(default_factory=list)
    followups: list[Message] = field(default_factory=list)
    files_kept: Files | None = field(default=None, repr=False)
    _begun: float = field(default_factory=time.monotonic, repr=False)
    _timer: asyncio.TimerHandle | None = field(default=None, repr=False)
    _first: asyncio.Event = field(default_factory=asyncio.Event, repr=False)
    _filled: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    @property
    def is_expired(self) -> bool:
        """Whether its token is dead."""
        return datetime.now(UTC) - self.started_at > TOKEN_LIFE

    @property
    def answered(self) -> bool:
        """Whether the bot said anything in time; if not, the page shows that the application did not respond."""
        return self.answer_type is not None

    @property
    def deferred(self) -> bool:
        """Whether the first answer was only that one will come."""
        return self.answer_type in DEFERRED

    @property
    def message(self) -> Message | None:
        """``@original``: the message answered with, or the one whose button it was, where that was updated."""
        if self.answer_type in (AnswerType.UPDATE, AnswerType.DEFERRED_UPDATE):
            return self.source
        return self.original

    @property
    def response(self) -> Message | Modal | None:
        return self.modal or self.message

    @property
    def is_ephemeral(self) -> bool:
        return self.message is not None and self.message.only_for is not None

    @property
    def content(self) -> str:
        """The answer's text, of a version 2 message that of all its text displays, one a line."""
        return "" if self.message is None else text_of(self.message)

    @property
    def components(self) -> list[Json]:
        if self.modal is not None:
            return self.modal.components
        return [] if self.message is None else self.message.components

    @property
    def files(self) -> dict[str, bytes]:
        """What was attached to the answer, by file name."""
        if self.message is None or self.files_kept is None:
            return {}
        found = {each["filename"]: self.files_kept.get(int(each["id"])) for each in self.message.attachments}
        return {name: file.content for name, file in found.items() if file is not None}

    def answer(self, answer_type: AnswerType) -> None:
        """The first answer has come."""
        self.answer_type, self.answered_in = answer_type, time.monotonic() - self._begun
        self._stop_clock()
        if answer_type is not AnswerType.DEFERRED_MESSAGE:
            self._filled.set()
        self._first.set()

    def fill(self) -> None:
        """What was deferred has come, or will not come any more."""
        self._filled.set()

    def start_clock(self, seconds: float, on_late: Callable[[], None]) -> None:
        def be_late() -> None:
            self.failed = True
            self._first.set()
            self._filled.set()
            on_late()

        self._timer = asyncio.get_running_loop().call_later(seconds, be_late)

    def _stop_clock(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def give_up(self) -> None:
        """The sandbox is closing: nobody waits any longer."""
        self._stop_clock()
        self._first.set()
        self._filled.set()

    async def first_answer(self) -> None:
        """Wait for it, or for the time allowed to have passed."""
        await self._first.wait()

    async def whole_answer(self) -> None:
        """Wait until a deferred answer is there too."""
        await self._filled.wait()


class Interactions:
    """All of them, by id; ``answer_within`` is in seconds."""

    def __init__(self) -> None:
        self._by_id: dict[int, Interaction] = {}
        self._by_token: dict[str, Interaction] = {}
        self.answer_within = ANSWER_WITHIN_S

    def add(self, interaction: Interaction, on_late: Callable[[], None]) -> None:
        self._by_id[interaction.id] = self._by_token[interaction.token] = interaction
        interaction.start_clock(self.answer_within, on_late)

    def get(self, interaction_id: int) -> Interaction | None:
        return self._by_id.get(interaction_id)

    def __iter__(self) -> Iterator[Interaction]:
        return iter(self._by_id.values())

    def with_token(self, token: str) -> Interaction | None:
        return self._by_token.get(token)

    def end(self) -> None:
        for interaction in self._by_id.values():
            interaction.give_up()


def new_token() -> str:
    return "sandbox-interaction-" + secrets.token_urlsafe(48)


def text_of(message: Message) -> str:
    texts = [message.content] if message.content else []
    return "\n".join([*texts, *_displays(message.components)])


def _displays(components: list[Any]) -> list[str]:
    found: list[str] = []
    for each in components:
        if each["type"] == TEXT_DISPLAY:
            found.append(each["content"])
        found += _displays(each.get("components", []))
    return found
