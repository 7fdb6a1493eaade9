"""What moderators set in Discord, between what the file says for all servers and what it says for theirs."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from bot import config
from bot.config import Rulebook
from bot.records import Author, GuildSettings, Named, Pause, Post

HOME, AWAY = Named(1, "Home"), Named(2, "Away")
PAUSE = Pause("a rule runs wild", Named(7, "Morgan"), datetime(2026, 11, 23, 12, tzinfo=UTC))
FILE = """
mode: live
log_channel: mod-log
labels: {toxic: flag}
overrides:
  - channels: [memes]
    mode: live
"""


def book(tmp_path: Path, text: str, **set_there: GuildSettings) -> Rulebook:
    path = tmp_path / "config.yaml"
    path.write_text(text)
    guilds = {"home": HOME.id, "away": AWAY.id}
    return Rulebook(config.load(path), {guilds[name]: each for name, each in set_there.items()})


def in_channel(name: str) -> Post:
    return Post(HOME, Named(9, name), Author(5, "Bob"), 1, (), datetime(2026, 11, 23, tzinfo=UTC))


def test_what_is_set_goes_before_what_the_file_says_for_all_servers(tmp_path: Path) -> None:
    rules = book(tmp_path, FILE, home=GuildSettings(log_channel=77, pause=PAUSE))
    here = rules.in_guild(HOME)
    assert (here.log_channel, here.log_channel_from, here.mode, here.pause) == ("77", "setup", "shadow", PAUSE)
    assert "paused since 2026-11-23 12:00" in here.texts.held_by_shadow_mode


def test_a_pause_goes_before_every_override_of_a_place(tmp_path: Path) -> None:
    rules = book(tmp_path, FILE, home=GuildSettings(pause=PAUSE))
    assert rules.here(in_channel("memes")).mode == "shadow"


def test_other_servers_know_nothing_of_it(tmp_path: Path) -> None:
    rules = book(tmp_path, FILE, home=GuildSettings(log_channel=77, pause=PAUSE))
    there = rules.in_guild(AWAY)
    assert (there.log_channel, there.log_channel_from, there.mode, there.pause) == ("mod-log", "file", "live", None)


def test_what_the_file_says_for_this_very_server_goes_before_it(tmp_path: Path) -> None:
    text = FILE + "guilds: {Home: {mode: live, log_channel: staff}}\n"
    here = book(tmp_path, text, home=GuildSettings(log_channel=77, pause=PAUSE)).in_guild(HOME)
    assert (here.log_channel, here.log_channel_from, here.mode, here.pause) == ("staff", "file", "live", None)
    assert here.mode_of_guild is not None
    assert here.mode_of_guild.source == "guilds.Home"


def test_an_entry_for_the_server_that_says_nothing_of_it_takes_nothing_away(tmp_path: Path) -> None:
    text = FILE + "guilds: {Home: {labels: {toxic: off}, overrides: [{channels: [memes], mode: live}]}}\n"
    here = book(tmp_path, text, home=GuildSettings(log_channel=77, pause=PAUSE)).here(in_channel("memes"))
    assert (here.log_channel, here.mode, here.pause) == ("77", "shadow", PAUSE)


def test_it_stays_when_the_file_is_taken_over_anew_and_ends_when_it_is_taken_back(tmp_path: Path) -> None:
    rules = book(tmp_path, FILE, home=GuildSettings(pause=PAUSE))
    rules.use(rules.settings)
    assert rules.in_guild(HOME).mode == "shadow"
    rules.set_in(HOME.id, GuildSettings())
    assert rules.in_guild(HOME).mode == "live"


def test_the_line_of_a_key_is_known_and_that_of_a_default_is_not(tmp_path: Path) -> None:
    settings = book(tmp_path, FILE).settings
    assert config.line_of(settings, "mode") == 2
    assert config.line_of(settings, "overrides", 0) == 6
    assert config.line_of(settings, "model") is None
