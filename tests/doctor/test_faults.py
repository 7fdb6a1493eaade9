"""Each fault is planted alone in a server and a folder where nothing else is missing, and is found with its mend."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.doctor import Severity
from bot.doctor.machine import embedded_fault
from bot.sandbox.entities import ChannelType, Overwrite
from bot.sandbox.permissions import MODERATION_BOT, ORDINARY, Permission

Plant = Callable[[Any], Any]


def refuse_the_token(here: Any) -> None:
    here.token = "not-the-token.at.all"


def switch_off_the_intent(here: Any) -> None:
    here.box.switch_off_intents("message_content")


def point_at_nobody(here: Any) -> None:
    here.replace_rules(here.box.api_url, "http://127.0.0.1:9/api/v10")


def leave_the_server(here: Any) -> None:
    del here.guild.members[here.box.world.bot.id]


def take_manage_messages(here: Any) -> None:
    here.box.grant(MODERATION_BOT & ~Permission.MANAGE_MESSAGES)


def take_writing_in_threads(here: Any) -> None:
    here.guild.everyone.permissions &= ~Permission.SEND_MESSAGES_IN_THREADS
    here.box.grant(MODERATION_BOT & ~Permission.SEND_MESSAGES_IN_THREADS)


def forbid_writing_in_the_threads_of_a_forum(here: Any) -> None:
    here.box.world.add_channel(here.guild, "help", type=ChannelType.FORUM)
    forbid_in(here, "help", Permission.SEND_MESSAGES_IN_THREADS)


def forbid_changing_titles(here: Any) -> None:
    forbid_in(here, "general", Permission.MANAGE_THREADS)


def open_private_threads_that_the_bot_does_not_see(here: Any) -> None:
    here.replace_rules("flag, delete, warn", "flag, warn")  # nothing that needs Manage Threads
    here.box.grant(MODERATION_BOT & ~Permission.MANAGE_THREADS)
    everyone = here.guild.everyone.id
    here.box.channel("off-topic").overwrites[everyone] = Overwrite(everyone, 0, allow=Permission.CREATE_PRIVATE_THREADS)


def log_to_a_thread_that_is_closed_to_the_bot(here: Any) -> None:
    mod_log = here.box.channel("mod-log")
    thread = here.box.world.add_thread(mod_log, "flags", here.guild.owner)
    role = here.box.world.role_called("Civil Tongue", here.guild)
    mod_log.overwrites[role.id] = Overwrite(
        role.id, 0, allow=Permission.VIEW_CHANNEL, deny=Permission.SEND_MESSAGES_IN_THREADS
    )
    here.replace_rules("log_channel: mod-log", f"log_channel: '{thread.id}'")
    here.add_rules("exempt: {channels: [mod-log]}\n")


def log_to_a_thread_that_is_archived(here: Any) -> None:
    thread = here.box.world.add_thread(here.box.channel("mod-log"), "flags", here.guild.owner)
    thread.archived = True
    here.replace_rules("log_channel: mod-log", f"log_channel: '{thread.id}'")


def take_timeouts(here: Any) -> None:
    here.box.grant(MODERATION_BOT & ~Permission.MODERATE_MEMBERS)


def forbid_in(here: Any, channel: str, permission: Permission) -> None:
    role = here.box.world.role_called("Civil Tongue", here.guild)
    here.box.channel(channel).overwrites[role.id] = Overwrite(role.id, 0, deny=permission)


def forbid_deleting_in_one_channel(here: Any) -> None:
    forbid_in(here, "trash-talk", Permission.MANAGE_MESSAGES)


def hide_a_channel(here: Any) -> None:
    forbid_in(here, "off-topic", Permission.VIEW_CHANNEL)


def hide_the_past(here: Any) -> None:
    forbid_in(here, "off-topic", Permission.READ_MESSAGE_HISTORY)


def close_the_log_channel(here: Any) -> None:
    role = here.box.world.role_called("Civil Tongue", here.guild)
    here.box.channel("mod-log").overwrites[role.id] = Overwrite(
        role.id, 0, allow=Permission.VIEW_CHANNEL, deny=Permission.SEND_MESSAGES
    )


def open_the_log_channel(here: Any) -> None:
    here.box.channel("mod-log").overwrites.clear()


def drop_the_log_channel(here: Any) -> None:
    here.box.world.drop_channel(here.box.channel("mod-log"))


def make_the_bot_an_administrator(here: Any) -> None:
    here.box.grant(MODERATION_BOT | Permission.ADMINISTRATOR)


def time_the_bot_out(here: Any) -> None:
    here.guild.members[here.box.world.bot.id].timed_out_until = datetime.now(UTC) + timedelta(hours=1)


def put_members_above_the_bot(here: Any) -> None:
    top = max(role.position for role in here.guild.roles.values())
    here.box.world.role_called("Member", here.guild).position = top + 1


def give_a_role_that_is_not_there(here: Any) -> None:
    here.replace_rules("timeout: 10m", "add_role: Muted")


def give_a_role_above_the_bot(here: Any) -> None:
    here.replace_rules("timeout: 10m", "add_role: Moderator")


def ping_a_role_that_may_not_be_pinged(here: Any) -> None:
    here.box.grant(MODERATION_BOT & ~Permission.MENTION_EVERYONE)
    here.replace_rules("timeout: 10m", "notify: Moderator")


def name_a_channel_that_is_not_there(here: Any) -> None:
    here.add_rules("overrides: [{channels: [trashtalk], labels: {insult: off}}]\n")


def exempt_a_role_that_is_not_there(here: Any) -> None:
    here.add_rules("exempt: {roles: [Moderators]}\n")


def name_a_server_that_is_not_there(here: Any) -> None:
    here.add_rules("guilds: {Elsewhere: {mode: shadow}}\n")


def break_the_config(here: Any) -> None:
    here.replace_rules("at: 0.6", "at: 60")


def drop_the_log_channel_from_the_config(here: Any) -> None:
    here.replace_rules("log_channel: mod-log\n", "")


def name_a_model_without_weights(here: Any) -> None:
    model = here.folder.parent / "broken"
    source = here.config.read_text().split("model: ")[1].split()[0]
    shutil.copytree(source, model)
    (model / "model.safetensors").unlink()
    here.replace_rules(source, str(model))


def set_the_clock_wrong(here: Any) -> None:
    here.clock = lambda: datetime.now(UTC) + timedelta(minutes=10)


async def lose_the_key(here: Any) -> None:
    await here.flag_something()
    (here.folder.parent / "key").unlink()


async def let_others_read_the_key(here: Any) -> None:
    await here.flag_something()
    (here.folder.parent / "key").chmod(0o644)


def let_others_read_the_token(here: Any) -> None:
    (here.folder / "token").write_text(here.token)
    (here.folder / "token").chmod(0o644)


async def damage_the_record(here: Any) -> None:
    await here.flag_something()
    database = here.folder / "record.sqlite"
    content = bytearray(database.read_bytes())
    content[4096:] = os.urandom(len(content) - 4096)
    database.write_bytes(content)


def put_a_strange_file_in_the_records_place(here: Any) -> None:
    (here.folder / "record.sqlite").write_text("not a database, " * 1000)


def leave_without_a_word(here: Any) -> None:
    told = {"pid": 1, "at": "2026-01-01T00:00:00+00:00", "connected": True, "model_loaded": True, "mode": "live"}
    (here.folder / "alive").write_text(json.dumps(told))


def hang(here: Any) -> None:
    leave_without_a_word(here)
    here.held = os.open(here.folder / "lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(here.held, fcntl.LOCK_EX)


def name_a_missing_model_for_a_language(here: Any) -> None:
    here.add_rules(f"models: {{de: {here.folder / 'nowhere'}}}\n")


def name_a_model_of_other_labels_for_a_language(here: Any) -> None:
    folder = here.folder.parent / "german"
    shutil.copytree(here.config.read_text().split("model: ")[1].split()[0], folder)
    config = json.loads((folder / "config.json").read_text())
    config["id2label"] = {"0": "toxic", "1": "rude", "2": "threat"}
    (folder / "config.json").write_text(json.dumps(config))
    here.add_rules(f"models: {{de: {folder}}}\n")


def keep_texts_for_ever(here: Any) -> None:
    here.add_rules("retention: {text: 1000d}\n")


# what, severity, words of the sentence, words of the mend
FAULTS: dict[Plant, tuple[str, Severity, str, str]] = {
    refuse_the_token: ("token", Severity.ERROR, "does not take this token", "bot init"),
    switch_off_the_intent: ("message content", Severity.ERROR, "is off", "Privileged Gateway Intents"),
    point_at_nobody: ("network", Severity.ERROR, "cannot be reached", "discord: {api: http://127.0.0.1:9"),
    leave_the_server: ("servers", Severity.WARNING, "in no server", "https://discord.com/oauth2/authorize?client_id="),
    take_manage_messages: (
        "permissions: Sandbox",
        Severity.ERROR,
        "Manage Messages in #general, #off-topic, #trash-talk, #mod-log, which is needed for `delete`",
        "Roles, Civil Tongue: allow Manage Messages",
    ),
    take_writing_in_threads: (
        "permissions: Sandbox",
        Severity.ERROR,
        "Send Messages in Threads in #general, #off-topic, #trash-talk, #mod-log, which is needed for `warn`",
        "Roles, Civil Tongue: allow Send Messages in Threads",
    ),
    forbid_writing_in_the_threads_of_a_forum: (
        "permissions: Sandbox",
        Severity.ERROR,
        "Send Messages in Threads in #help, which is needed for `warn`",
        "settings of #help, Permissions: allow Send Messages in Threads",
    ),
    forbid_changing_titles: (
        "permissions: Sandbox",
        Severity.ERROR,
        "Manage Threads in #general, which is needed for `delete`",
        "settings of #general, Permissions: allow Manage Threads",
    ),
    open_private_threads_that_the_bot_does_not_see: (
        "permissions: Sandbox",
        Severity.WARNING,
        "cannot see the private threads that members may open in #off-topic",
        "allow Manage Threads",
    ),
    log_to_a_thread_that_is_closed_to_the_bot: (
        "log channel: Sandbox",
        Severity.ERROR,
        "lacks Send Messages in Threads in #flags",
        "settings of #mod-log, Permissions: allow Send Messages in Threads",
    ),
    log_to_a_thread_that_is_archived: (
        "log channel: Sandbox",
        Severity.ERROR,
        "no open thread with this id",
        "or change `log_channel`",
    ),
    take_timeouts: ("permissions: Sandbox", Severity.ERROR, "Timeout Members, which is needed for `timeout`", "Roles"),
    forbid_deleting_in_one_channel: (
        "permissions: Sandbox",
        Severity.ERROR,
        "Manage Messages in #trash-talk, which is needed for `delete`",
        "settings of #trash-talk, Permissions: allow Manage Messages",
    ),
    hide_a_channel: ("permissions: Sandbox", Severity.WARNING, "cannot see #off-topic", "View Channels"),
    hide_the_past: ("permissions: Sandbox", Severity.WARNING, "while it was away", "Read Message History"),
    close_the_log_channel: ("log channel: Sandbox", Severity.ERROR, "lacks Send Messages in #mod-log", "Permissions"),
    open_the_log_channel: ("log channel: Sandbox", Severity.WARNING, "Everybody can read #mod-log", "private"),
    drop_the_log_channel: ("log channel: Sandbox", Severity.ERROR, "no text channel called mod-log", "Make a channel"),
    drop_the_log_channel_from_the_config: ("log channel: Sandbox", Severity.WARNING, "not set", "log_channel: mod-log"),
    make_the_bot_an_administrator: ("permissions: Sandbox", Severity.WARNING, "administrator", "take Administrator"),
    time_the_bot_out: ("permissions: Sandbox", Severity.ERROR, "timed the bot out", "Remove its timeout"),
    put_members_above_the_bot: (
        "roles: Sandbox",
        Severity.ERROR,
        "Member above the bot's highest role",
        "drag Civil Tongue above Member",
    ),
    give_a_role_that_is_not_there: ("names in the config", Severity.WARNING, "`add_role` names the role Muted", "make"),
    give_a_role_above_the_bot: (
        "roles: Sandbox",
        Severity.ERROR,
        "not below the bot's",
        "drag Civil Tongue above Moderator",
    ),
    ping_a_role_that_may_not_be_pinged: ("roles: Sandbox", Severity.ERROR, "cannot ping Moderator", "@mention"),
    name_a_channel_that_is_not_there: ("names in the config", Severity.WARNING, "the channel trashtalk", "Correct"),
    exempt_a_role_that_is_not_there: ("names in the config", Severity.WARNING, "the role Moderators", "Correct"),
    name_a_server_that_is_not_there: ("names in the config", Severity.WARNING, "the server Elsewhere", "invite"),
    break_the_config: ("config", Severity.ERROR, "labels.insult[0].at", "bot check"),
    name_a_model_without_weights: ("model", Severity.ERROR, "safetensors", "Name another model"),
    name_a_missing_model_for_a_language: ("models.de", Severity.ERROR, "nowhere", "Name another model as `models.de:`"),
    name_a_model_of_other_labels_for_a_language: ("models.de", Severity.WARNING, "does not know insult", "labels"),
    set_the_clock_wrong: ("clock", Severity.WARNING, "s ahead of Discord's", "timedatectl"),
    lose_the_key: ("key", Severity.ERROR, "key", "Put the key back"),
    let_others_read_the_key: ("key", Severity.WARNING, "Other users", "chmod 600"),
    let_others_read_the_token: ("token file", Severity.WARNING, "Other users", "chmod 600"),
    damage_the_record: ("record", Severity.ERROR, "damaged", "bot restore"),
    put_a_strange_file_in_the_records_place: ("record", Severity.ERROR, "damaged", "bot restore"),
    leave_without_a_word: ("running bot", Severity.WARNING, "without a word", "log"),
    hang: ("running bot", Severity.ERROR, "has not been heard of", "kill"),
    keep_texts_for_ever: ("retention", Severity.WARNING, "1000 days", "retention: {text: 30d}"),
}


async def test_where_nothing_is_missing_nothing_is_found(practice: Any) -> None:
    await practice.flag_something()
    found = await practice.findings()
    assert [finding for finding in found if finding.severity is not Severity.OK] == []
    assert {"token", "message content", "permissions: Sandbox", "log channel: Sandbox", "model", "record", "key"} <= {
        finding.what for finding in found
    }


@pytest.mark.parametrize("plant", FAULTS, ids=lambda plant: plant.__name__)
async def test_a_fault_is_found_and_its_mend_is_named(plant: Plant, practice: Any) -> None:
    what, severity, sentence, mend = FAULTS[plant]
    if (planting := plant(practice)) is not None:
        await planting
    found = [finding for finding in await practice.findings() if finding.severity is not Severity.OK]
    hits = [finding for finding in found if finding.what == what and sentence in finding.sentence]
    assert hits, found
    assert hits[0].severity is severity
    assert mend in hits[0].mend
    others = [finding for finding in found if finding.what != what and finding.severity is Severity.ERROR]
    assert others == [], "one fault is one error"
    if held := getattr(practice, "held", None):
        os.close(held)


async def test_names_and_automod_ask_for_more_and_nothing_else_does(practice: Any) -> None:
    practice.box.switch_off_intents("members")
    assert {"names", "automod"}.isdisjoint(each.what for each in await practice.findings())
    practice.add_rules("names: {insult: flag}\nautomod: flag\n")
    found = {each.what: each.sentence for each in await practice.findings()}
    assert "Server Members Intent is off" in found["names"]
    assert "Manage Server" in found["automod"]
    practice.box.grant(MODERATION_BOT | Permission.MANAGE_GUILD)
    assert "automod" not in {each.what for each in await practice.findings()}


async def test_an_override_that_exempts_a_channel_asks_for_no_permission_there(practice: Any) -> None:
    hide_a_channel(practice)
    practice.add_rules("exempt: {channels: [off-topic]}\n")
    assert [f for f in await practice.findings() if f.severity is not Severity.OK] == []


async def test_many_channels_with_one_fault_are_one_finding(practice: Any) -> None:
    for number in range(60):
        practice.box.world.add_channel(practice.guild, f"room-{number}")
        forbid_in(practice, f"room-{number}", Permission.MANAGE_MESSAGES)
    [finding] = [f for f in await practice.findings() if f.severity is Severity.ERROR]
    assert "and 57 more" in finding.sentence


async def test_a_look_changes_nothing_and_opens_no_gateway_session(practice: Any) -> None:
    await practice.flag_something()
    before = {path.name: path.read_bytes() for path in practice.folder.iterdir() if path.suffix not in ("", ".shm")}
    await practice.findings()
    after = {path.name: path.read_bytes() for path in practice.folder.iterdir() if path.suffix not in ("", ".shm")}
    assert {name: after[name] for name in before} == before
    assert {call.method for call in practice.box.received} == {"GET"}
    assert practice.box.gateway.identifies == 0


async def test_each_server_is_judged_by_its_own_rules(practice: Any) -> None:
    other = practice.box.world.add_guild("Other", bot_permissions=ORDINARY)
    practice.box.world.add_channel(other, "lounge")
    found = await practice.findings()
    errors = {f.what for f in found if f.severity is Severity.ERROR}
    assert errors == {"permissions: Other", "log channel: Other"}
    assert "#lounge" not in " ".join(f.sentence for f in found if "Sandbox" in f.what)


def test_weights_that_are_not_those_of_the_card_are_noticed(tmp_path: Path) -> None:
    assert "missing" in embedded_fault(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    (tmp_path / "MODEL_CARD.md").write_text(f"SHA-256: `{'0' * 64}`")
    assert "not those" in embedded_fault(tmp_path)
