"""What the bot says of itself in a log channel: once what it watches, and daily what shadow mode held back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from discord.utils import format_dt

from bot.config import DIGEST_HOUR, Reloaded
from bot.errors import DeedFailed
from bot.record.ledger import Ledger
from bot.record.notes import Tally
from bot.records import Mode, Named
from bot.review.log_channel import LogChannel
from bot.review.quote import ELLIPSIS, quote
from bot.texts import Texts, fill
from bot.texts.naming import action_name, label_name

ROUND_SECONDS = 60.0  # between two looks whether there is something to say
DIGEST_COVERS_AT_MOST = timedelta(days=7)  # after a week away, older days are no news
BUSIEST_CHANNELS = 5
NAME_SHOWN = 50  # characters of a label or action
SENTENCE_SHOWN = 160  # characters of a change or an error in the config
SENTENCES_SHOWN = 8

INTRODUCTION, DIGEST = "introduction", "digest"  # what the record notes them under

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Facts:
    """What holds in one guild. ``labels``: those that do something; ``config``: the file with the rules."""

    mode: Mode
    labels: tuple[str, ...]
    config: Path | None = None
    texts: Texts = field(default_factory=Texts)
    is_paused: bool = False  # shadow mode, but only for now
    digest_hour: int = DIGEST_HOUR


class Announcer:
    """``round`` is to be called every minute or so, and when something has changed. It never says a thing twice.

    ``facts`` are asked for anew at each round, as the rules may be loaded anew.
    """

    def __init__(
        self,
        ledger: Ledger,
        log_channel: LogChannel,
        facts: Callable[[Named], Facts],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._ledger = ledger
        self._log_channel = log_channel
        self._facts = facts
        self._clock = clock
        self._noted: dict[tuple[int, str], str | None] = {}
        self._unheard: set[int] = set()  # guilds without a log channel, of which standard error was told

    async def round(self) -> None:
        """Say what is due in each guild. Raises ``RecordFailed``; what Discord does not take now is due again."""
        for guild in self._log_channel.guilds():
            facts = self._facts(guild)
            try:
                await self._introduce(guild, facts)
                if facts.mode == "shadow":
                    await self._sum_up(guild, facts)
            except DeedFailed as error:
                log.warning("not announced", guild=guild.id, why=str(error))

    async def _introduce(self, guild: Named, facts: Facts) -> None:
        noted = await self._note(guild, INTRODUCTION)
        if noted == facts.mode or (noted and facts.is_paused):
            return
        if await self._log_channel.tell(guild.id, introduction(facts), nonce=f"{INTRODUCTION}-{facts.mode}"):
            await self._put_note(guild, INTRODUCTION, facts.mode)
            self._unheard.discard(guild.id)
        elif guild.id not in self._unheard:
            self._unheard.add(guild.id)
            log.warning(
                "introduction not posted",
                guild=guild.id,
                why="there is no log channel that the bot may write in",
                mode=facts.mode,
                watches=", ".join(facts.labels),
                config=str(facts.config),
                mend="python -m bot doctor",
            )

    async def _sum_up(self, guild: Named, facts: Facts) -> None:
        until = last_digest_hour(self._clock(), facts.digest_hour)
        noted = await self._note(guild, DIGEST)
        last = datetime.fromisoformat(noted) if noted else until - timedelta(days=1)
        if last >= until:
            return
        since = max(last, until - DIGEST_COVERS_AT_MOST)
        counted = await self._ledger.tally(guild.id, since, until, channels=BUSIEST_CHANNELS)
        # The nonce keeps a bot that died between posting and noting from posting it again.
        nonce = f"{DIGEST}-{until:%Y-%m-%d}"
        if not counted.flags or await self._log_channel.tell(guild.id, digest(counted, since, facts), nonce=nonce):
            await self._put_note(guild, DIGEST, until.isoformat())

    async def _note(self, guild: Named, what: str) -> str | None:
        key = (guild.id, what)
        if key not in self._noted:
            self._noted[key] = await self._ledger.note(*key)
        return self._noted[key]

    async def _put_note(self, guild: Named, what: str, state: str) -> None:
        await self._ledger.put_note(guild.id, what, state)
        self._noted[guild.id, what] = state


def last_digest_hour(now: datetime, hour: int = DIGEST_HOUR) -> datetime:
    """The latest digest hour, of UTC, that is over at ``now``."""
    today = now.astimezone(UTC).replace(hour=hour, minute=0, second=0, microsecond=0)
    return today if today <= now else today - timedelta(days=1)


def introduction(facts: Facts) -> str:
    """What is watched, in which mode, where the rules are, and what to do next."""
    texts, is_shadow = facts.texts, facts.mode == "shadow"
    return fill(
        texts.introduction,
        labels=_quoted(label_name(each, texts) for each in facts.labels) or "-",
        mode=texts.introduction_shadow if is_shadow else texts.introduction_live,
        config=f"`{str(facts.config).replace('`', '')}`" if facts.config else "config.yaml",
        next=texts.introduction_next_shadow if is_shadow else texts.introduction_next_live,
    )


def digest(counted: Tally, since: datetime, facts: Facts) -> str:
    """A day of shadow mode in numbers."""
    return fill(
        facts.texts.digest,
        since=format_dt(since, "f"),
        flags=f"{counted.flags:,}",
        labels=_counts(counted.labels, label_name, facts.texts),
        actions=_counts(counted.held_back, action_name, facts.texts) or facts.texts.digest_no_actions,
        channels=", ".join(f"<#{channel.id}> {count:,}" for channel, count in counted.channels),
    )


def reload_notice(reloaded: Reloaded, guild: Named, texts: Texts) -> str | None:
    """What came of a changed config, as far as it concerns ``guild``; nothing where it does not."""
    if reloaded.problems:
        problems = [note.sentence for note in reloaded.problems if note.concerns(guild)]
        return fill(texts.rules_kept, problems=_one_a_line(problems, texts)) if problems else None
    changes = [note.sentence for note in reloaded.changes if note.concerns(guild)]
    said = [fill(texts.rules_changed, changes=_one_a_line(changes, texts))] if changes else []
    if reloaded.waiting:
        said.append(fill(texts.restart_needed, keys=_listed(list(reloaded.waiting), texts)))
    return "\n".join(said) or None


def _listed(sentences: list[str], texts: Texts) -> str:
    return ", ".join(_as_code(sentences, texts))


def _one_a_line(sentences: list[str], texts: Texts) -> str:
    shown = _as_code(sentences, texts)
    return shown[0] if len(shown) == 1 else "".join(f"\n- {each}" for each in shown)


def _as_code(sentences: list[str], texts: Texts) -> list[str]:
    """The sentences as code, which Discord leaves as it is, as many as one message can bear."""
    shown = ["`" + _cut(sentence.replace("`", "'")) + "`" for sentence in sentences[:SENTENCES_SHOWN]]
    if rest := len(sentences) - len(shown):
        shown.append(fill(texts.and_more, count=rest))
    return shown


def _cut(sentence: str) -> str:
    return sentence if len(sentence) <= SENTENCE_SHOWN else sentence[: SENTENCE_SHOWN - 1] + ELLIPSIS


def _counts(pairs: Iterable[tuple[str, int]], called: Callable[[str, Texts], str], texts: Texts) -> str:
    return ", ".join(f"{_quoted([called(name, texts)])} {count:,}" for name, count in pairs)


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(quote(name, NAME_SHOWN, one_line=True) for name in names)
