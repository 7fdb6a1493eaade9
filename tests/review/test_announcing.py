"""What the log channel hears of a config that has changed."""

from __future__ import annotations

from bot.config import Reloaded
from bot.config.changes import Note
from bot.records import Named
from bot.review.announcing import SENTENCES_SHOWN, reload_notice
from bot.texts import Texts

GUILD = Named(1, "Sandbox")


def test_several_errors_stand_on_a_line_each() -> None:
    notice = reload_notice(Reloaded(problems=(Note("config.yaml:1:1: a"), Note("config.yaml:2:1: b"))), GUILD, Texts())
    assert notice is not None
    assert notice.splitlines()[1:] == ["- `config.yaml:1:1: a`", "- `config.yaml:2:1: b`"]


def test_what_is_left_out_of_many_changes_is_counted_and_a_restart_stands_below() -> None:
    changes = tuple(Note(f"labels.a{index} off → flag") for index in range(SENTENCES_SHOWN + 2))
    notice = reload_notice(Reloaded(changes=changes, waiting=("model", "worker")), GUILD, Texts())
    assert notice is not None
    assert notice.splitlines()[-2:] == ["- and 2 more", "Only after a restart: `model`, `worker`."]


def test_a_single_change_stays_on_the_line() -> None:
    notice = reload_notice(Reloaded(changes=(Note("mode live → shadow"),)), GUILD, Texts())
    assert notice == "**The rules have changed.** `mode live → shadow`"
