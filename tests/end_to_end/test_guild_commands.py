"""What moderators set in Discord: a pause, a log channel; and what /rules says of where each rule comes from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot.doctor import examine
from bot.sandbox import Sandbox
from bot.sandbox.permissions import Permission

PLACES = """
overrides:
  - channels: [trash-talk]
    labels: {insult: shadow}
  - channels: [off-topic]
    exempt: true
strikes: {weights: {insult: 2}, ladder: [{at: 3, do: [timeout: 1h]}]}
allow: ["evil twin"]
"""


async def test_a_pause_holds_everything_back_also_after_a_restart_until_it_is_ended(
    furnished, flagged, flags_in
) -> None:
    async with Sandbox() as box:
        async with furnished(box=box):
            paused = await box.command("Morgan", "mod-log", "/pause", reason="a *rule* runs wild")
            assert paused.is_ephemeral
            assert "Paused" in paused.content
            again = await box.command("Ada", "mod-log", "/pause", reason="me too")
            assert "has paused it already" in again.content
        [said] = [each.content for each in box.messages("mod-log") if "Paused by Morgan" in each.content]
        assert said.startswith("**Paused by Morgan**: a \\*rule\\* runs wild\nMessages are flagged")
        async with furnished(box=box) as (_, bot):
            await flagged(box, ("general", "Mallory", "you are evil"))
            rules = await box.command("Morgan", "general", "/rules")
            assert "**Mode** shadow: /pause by" in rules.content
            await box.command("Morgan", "mod-log", "/resume")
            assert any("The pause is over" in each.content for each in box.messages("mod-log"))
            insult = await box.say("general", "Mallory", "you are so evil")
            await box.until(lambda: insult.is_deleted)
            nothing = await box.command("Morgan", "mod-log", "/resume")
            assert "Nothing is paused" in nothing.content
    held = {
        outcome.action: outcome for flag in await flags_in(bot.folder) for outcome in flag.outcomes if flag.number == 1
    }
    assert "paused since" in held["delete"].detail


async def test_a_pause_is_told_by_doctor_and_not_taken_for_the_owners_shadow_mode(furnished) -> None:
    async with Sandbox() as box:
        async with furnished(box=box) as (_, bot):
            await box.command("Morgan", "mod-log", "/pause", reason="a rule runs wild")
        assert not any("watches this server" in each.content for each in box.messages("mod-log"))
        found = await examine(bot.folder, with_api(bot.folder, box), token=SecretStr(box.token))
    [pause] = [each for each in found if each.what == "mode: Sandbox"]
    assert "Paused by Morgan" in pause.sentence
    assert "a rule runs wild" in pause.sentence
    assert "/resume" in pause.mend


def with_api(folder: Path, box: Sandbox) -> Path:
    """The bot's config, as one that finds the sandbox."""
    path = folder / "sandboxed.yaml"
    path.write_text((folder / "config.yaml").read_text() + f"discord: {{api: {box.api_url}}}\n")
    return path


async def test_what_the_file_says_for_this_very_server_goes_before_a_pause(furnished) -> None:
    async with furnished("guilds: {Sandbox: {mode: live}}\n") as (box, _):
        refused = await box.command("Morgan", "mod-log", "/pause", reason="a rule runs wild")
        assert "config.yaml:8 guilds.Sandbox" in refused.content
        assert "goes before /pause" in refused.content
        assert not any("Paused" in each.content for each in box.messages("mod-log"))


async def test_a_command_that_a_role_was_let_use_still_asks_for_the_permission(furnished) -> None:
    async with furnished() as (box, _):
        box.world.role_called("Helper", box.guild).permissions &= ~Permission.MODERATE_MEMBERS
        for command in box.world.application.commands[None]:
            command["default_member_permissions"] = None  # as an administrator may set it in the server's settings
        refused = await box.command("Robin", "mod-log", "/pause", reason="because")
        assert "you need the permission Timeout Members" in refused.content
        assert "Manage Server" in (await box.command("Robin", "mod-log", "/setup")).content


async def test_rules_say_which_line_each_comes_from(furnished) -> None:
    async with furnished(PLACES) as (box, _):
        general = (await box.command("Morgan", "general", "/rules")).content
        assert "**Mode** live: `config.yaml:3 mode`" in general
        assert f"**Log channel** <#{box.channel('mod-log').id}>: `config.yaml:4 log_channel`" in general
        assert "**insult** 0.6: flag, delete, warn; `config.yaml:7 labels.insult[0]`" in general
        assert "**at so many strikes** 3: timeout (duration: 1h)" in general.replace("for:", "duration:")
        assert "**Allowed phrases**: 1" in general
        trash = (await box.command("Morgan", "general", "/rules", options={"channel": "trash-talk"})).content
        assert "shadow by overrides\\[0\\].labels.insult" in trash
        assert "`config.yaml:10 overrides[0]`" in trash
        exempt = (await box.command("Morgan", "general", "/rules", options={"channel": "off-topic"})).content
        assert "Messages here are not read" in exempt


async def test_setup_makes_a_private_log_channel_that_is_still_used_after_a_restart(run_bot, rules) -> None:
    text = rules.replace("log_channel: mod-log\n", "")
    async with Sandbox() as box:
        box.grant(box.world.role_called("Civil Tongue", box.guild).permissions | Permission.MANAGE_CHANNELS)
        box.world.drop_channel(box.channel("mod-log"))
        async with run_bot(box, text=text):
            await box.until(box.commands)
            made = await box.command("Olivia", "general", "/setup")
            assert "I made <#" in made.content
            channel = box.channel("mod-log")
            assert box.seen_by("Morgan", channel) == []
            rules_say = await box.command("Morgan", "general", "/rules")
            assert f"**Log channel** <#{channel.id}>: made by /setup" in rules_say.content
        async with run_bot(box, text=text):
            await box.say("general", "Mallory", "so bad")
            await box.until(lambda: box.cards("mod-log"))
        everyone = channel.overwrites[box.guild.id]
        assert everyone.deny & Permission.VIEW_CHANNEL


async def test_setup_takes_the_channel_that_is_there_and_says_what_is_missing_with_a_link(furnished) -> None:
    async with furnished() as (box, _):
        role = box.world.role_called("Civil Tongue", box.guild)
        found = await box.command("Olivia", "general", "/setup")
        assert f"The log channel is <#{box.channel('mod-log').id}>" in found.content
        box.grant(role.permissions & ~Permission.MANAGE_MESSAGES)
        lacking = await box.command("Olivia", "general", "/setup")
        assert "lacks Manage Messages" in lacking.content
        [link] = [each["url"] for each in buttons_in(lacking.components) if "url" in each]
        assert "scope=bot+applications.commands" in link


async def test_setup_without_the_right_to_make_channels_says_how_to_go_on(furnished) -> None:
    async with furnished() as (box, _):
        box.world.drop_channel(box.channel("mod-log"))
        box.grant(box.world.role_called("Civil Tongue", box.guild).permissions & ~Permission.MANAGE_CHANNELS)
        told = await box.command("Olivia", "general", "/setup")
        assert "Make a private channel #mod-log" in told.content
        assert not box.calls("POST /guilds/{guild}/channels")


def buttons_in(components: Any) -> list[dict[str, Any]]:
    """All buttons of a message, however deep."""
    found = []
    for each in components:
        found += [each] if each["type"] == 2 else buttons_in(each.get("components", []))
    return found
