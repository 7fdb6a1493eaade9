"""A server in the sandbox where nothing is missing, and the bot's folder for it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.doctor import Finding, examine
from bot.record.ledger import Ledger
from bot.records import Author, Decision, Fired, Named, Post, Scores, Surface, ViewScores
from bot.sandbox import Sandbox

RULES = """
model: {model}
mode: live
log_channel: mod-log
labels:
  toxic: flag
  insult: [{{at: 0.6, do: [flag, delete, warn, timeout: 10m]}}]
discord: {{api: {api}}}
"""


@dataclass
class Practice:
    """What the doctor is called to. Faults are planted by changing it."""

    box: Sandbox
    folder: Path
    config: Path
    token: str
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))

    @property
    def guild(self):  # type: ignore[no-untyped-def]
        return self.box.guild

    def add_rules(self, text: str) -> None:
        self.config.write_text(self.config.read_text() + text)

    def replace_rules(self, old: str, new: str) -> None:
        before = self.config.read_text()
        assert old in before
        self.config.write_text(before.replace(old, new))

    async def flag_something(self) -> None:
        """Leave a record with one sealed text."""
        post = Post(
            guild=Named(self.box.guild.id, "Sandbox"),
            channel=Named(5, "general"),
            author=Author(7, "Mallory"),
            message_id=1_000_000,
            surfaces=(Surface("content", "you are evil"),),
            created_at=datetime.now(UTC),
        )
        scores = Scores("tiny@1", (ViewScores("content", "written", {"insult": 0.9}),))
        fired = Fired("insult", 0.9, 0.6, "labels.insult[0]", "content", "written")
        async with Ledger.at(self.folder) as ledger:
            flag = await ledger.open_flag(post, scores, Decision(on=("insult",), fired=(fired,)))
            assert flag is not None
            await ledger.close(flag)

    async def findings(self) -> list[Finding]:
        return await examine(self.folder, self.config, token=SecretStr(self.token), clock=self.clock)


@pytest.fixture
async def practice(tmp_path: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Practice]:
    monkeypatch.setenv("CIVIL_TONGUE_KEY_FILE", str(tmp_path / "key"))
    (tmp_path / "key").write_text("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n")
    (tmp_path / "key").chmod(0o600)
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    async with Sandbox() as box:
        # As a furnished server should be: the bot above the members that it may have to time out.
        bot, member = (box.world.role_called(name, box.guild) for name in ("Civil Tongue", "Member"))
        bot.position, member.position = max(bot.position, member.position) + 1, 1
        moderator = box.world.role_called("Moderator", box.guild)
        moderator.position = bot.position + 1
        config = folder / "config.yaml"
        config.write_text(RULES.format(model=tiny, api=box.api_url))
        yield Practice(box, folder, config, box.token)
