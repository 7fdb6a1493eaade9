"""Every action in every situation, through the real bot: a table, and what its cells mean.

Each column is one server with one bot, in which every action has a channel, a rule and a member of its own.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot import act
from bot.records import Flag, Outcome, Status
from bot.sandbox import Sandbox, moderation, playing
from bot.sandbox.entities import Channel, Member, Message

# What becomes of it when ... A letter stands for a reason why there is nothing to try.
TABLE = """
action          done  already   forbidden  left      above      limited  limited_long  undone   timed
flag            done  a         b          done      done       b        b             c        d
delete          done  already   forbidden  done      done       done     failed        partial  d
warn            done  e         forbidden  done      done       done     failed        partial  d
reply           done  e         forbidden  done      done       done     failed        full     d
react           done  done      forbidden  done      done       done     failed        full     d
notify          done  already   forbidden  done      done       done     failed        none     d
slowmode        done  already   forbidden  done      done       done     failed        full     back
reset_nickname  done  already   forbidden  already   forbidden  done     failed        full     d
add_role        done  already   forbidden  already   forbidden  done     failed        full     back
remove_role     done  already   forbidden  already   forbidden  done     failed        full     back
timeout         done  already   forbidden  already   forbidden  done     failed        full     stays
kick            done  f         forbidden  already   forbidden  done     failed        partial  d
softban         done  already   forbidden  already   forbidden  done     failed        partial  d
ban             done  already   forbidden  done      forbidden  done     failed        partial  back
"""
WHY_NOT = {
    "a": "a flag is made once for each text, which other tests show",
    "b": "a flag makes no call",
    "c": "the verdict itself is what becomes of a flag",
    "d": "it is not done for a time",
    "e": "it is said anew each time",
    "f": "who was kicked already has left: that is the next column but one",
}
COLUMNS, *_ROWS = (line.split() for line in TABLE.strip().splitlines())
CELLS: dict[str, dict[str, str]] = {row[0]: dict(zip(COLUMNS[1:], row[1:], strict=True)) for row in _ROWS}
STATUSES = {
    "done": Status.DONE,
    "already": Status.ALREADY_DONE,
    "forbidden": Status.FORBIDDEN,
    "failed": Status.FAILED,
}

RULES: Mapping[str, str] = {
    "notify": "notify: {role: Moderator, channel: off-topic}",
    "slowmode": "slowmode: {delay: 30s, for: 1h}",
    "add_role": "add_role: {role: Muted, for: 1h}",
    "remove_role": "remove_role: {role: Member, for: 1h}",
    "timeout": "timeout: 1h",
    "kick": "kick: {tell: false}",  # five direct messages a minute are the most, and others need them
    "softban": "softban: {tell: false}",
    "ban": "ban: {for: 1h, tell: false}",
}
ON_MEMBER = "PATCH /guilds/{guild}/members/MEMBER"
ROUTES: Mapping[str, str] = {
    "delete": "DELETE /channels/CHANNEL/messages/{message}",
    "warn": "POST /users/@me/channels",
    "reply": "POST /channels/CHANNEL/messages",
    "react": "PUT /channels/CHANNEL/messages/{message}/reactions/{emoji}/@me",
    "notify": "POST /channels/OFF-TOPIC/messages",
    "slowmode": "PATCH /channels/CHANNEL",
    "reset_nickname": ON_MEMBER,
    "add_role": "PUT /guilds/{guild}/members/MEMBER/roles/{role}",
    "remove_role": "DELETE /guilds/{guild}/members/MEMBER/roles/{role}",
    "timeout": ON_MEMBER,
    "kick": "DELETE /guilds/{guild}/members/MEMBER",
    "softban": "PUT /guilds/{guild}/bans/MEMBER",
    "ban": "PUT /guilds/{guild}/bans/MEMBER",
}
LOOKING = "GET /guilds/{guild}/members/MEMBER"  # before anything is done to a member


@dataclass
class Scene:
    """One action in one server: who wrote what, where. ``flag`` is what came of it."""

    box: Sandbox
    action: str
    member: Member
    channel: Channel
    message: Any = None
    flag: Any = None

    def route(self, route: str) -> str:
        places = {"MEMBER": self.member.user.id, "CHANNEL": self.channel.id}
        for name, id in (*places.items(), ("OFF-TOPIC", self.box.channel("off-topic").id)):
            route = route.replace(name, str(id))
        return route

    @property
    def outcome(self) -> Outcome:
        return next(outcome for outcome in self.flag.outcomes if outcome.action == self.action)

    @property
    def roles(self) -> set[str]:
        return {self.box.guild.roles[each].name for each in self.member.role_ids}

    def answers(self) -> list[Message]:
        return [
            each
            for each in self.channel.messages.everything()
            if each.author is self.box.world.bot and not each.is_deleted
        ]

    @property
    def is_done(self) -> bool:
        """Whether the server is as the action leaves it."""
        guild, user = self.box.guild, self.member.user
        match self.action:
            case "flag":
                return self.flag is not None
            case "delete":
                return bool(self.message.is_deleted)
            case "warn":
                return bool(self.box.dms(user.name)) or bool(self.answers())
            case "reply":
                return any(each.referenced is self.message for each in self.answers())
            case "react":
                return list(self.message.reactions) != []
            case "notify":
                return any(str(self.message.id) in each.content for each in self.box.messages("off-topic"))
            case "slowmode":
                return self.channel.slowmode == 30
            case "reset_nickname":
                return self.member.nick is None
            case "add_role":
                return "Muted" in self.roles
            case "remove_role":
                return "Member" not in self.roles
            case "timeout":
                return self.member.timed_out_until is not None
            case "ban":
                return user.id in guild.bans
            case _:
                return user.id not in guild.members and user.id not in guild.bans
        raise AssertionError


def furnish(box: Sandbox, actions: list[str]) -> list[Scene]:
    """Channels, and members who have a nickname and the role Member."""
    box.world.add_role(box.guild, "Muted")
    box.world.role_called("Moderator", box.guild).mentionable = True
    scenes = []
    for action in actions:
        member = box.member(f"The {action} one")
        member.nick = "Rude"
        scenes.append(Scene(box, action, member, box.world.add_channel(box.guild, f"for-{action}")))
    return scenes


def rules_for(rules: str, actions: list[str]) -> str:
    return (
        rules[: rules.index("labels:")]
        + "labels: {insult: flag}\noverrides:\n"
        + "".join(
            f"  - {{channels: [for-{action}], labels: {{insult: {{at: 0.6, do: [{RULES.get(action, action)}]}}}}}}\n"
            for action in actions
        )
    )


async def write(scene: Scene, words: str = "evil") -> None:
    """Something of its own: the same text from many members would be one card with one verdict for all."""
    scene.message = await scene.box.say(scene.channel.name, scene.member.user.name, f"{words} {scene.action}")


async def do(scenes: list[Scene], until_shown: Any, folder: Path, words: str = "evil") -> None:
    """Have each member write, and wait until all is over."""
    for scene in scenes:
        await write(scene, words)
    await find(scenes, until_shown, folder)


async def find(scenes: list[Scene], until_shown: Any, folder: Path) -> None:
    messages = {scene.message.id: scene for scene in scenes}
    flags: list[Flag] = await until_shown(folder, len(scenes))
    for flag in flags:
        if flag.message_id in messages:
            messages[flag.message_id].flag = flag
    assert [scene.action for scene in scenes if scene.flag is None] == []


# What is different in each column: before anything is written, and while the bot is on its way to act.


def make_it_so_already(scene: Scene) -> None:
    guild, world, member = scene.box.guild, scene.box.world, scene.member
    match scene.action:
        case "react":
            scene.message.reactions["\u26a0\ufe0f"] = [world.bot]
        case "slowmode":
            scene.channel.slowmode = 60
        case "reset_nickname":
            member.nick = None
        case "add_role":
            member.role_ids.append(world.role_called("Muted", guild).id)
        case "remove_role":
            member.role_ids.clear()
        case "delete":
            playing.delete(world, scene.message)
        case "timeout":
            member.timed_out_until = datetime.now(UTC) + timedelta(days=1)
        case "softban" | "ban":
            moderation.ban(world, guild, member.user, by=guild.owner, reason="a moderator's own reason")


async def column_done(scenes: list[Scene], bot: Any, until_shown: Any) -> None:
    await do(scenes, until_shown, bot.folder)
    box = scenes[0].box
    reasons = {entry.reason for entry in box.guild.audit if entry.actor is box.world.bot}
    assert reasons <= {f"Civil Tongue flag #{scene.flag.number}: insult" for scene in scenes}
    answer = next(scene for scene in scenes if scene.action == "reply").answers()[0]
    [call] = box.messages("off-topic")
    moderators = box.world.role_called("Moderator", box.guild)
    assert (answer.mentions, answer.mention_roles, call.mention_roles) == ([], [], [moderators.id])


async def column_already(scenes: list[Scene], bot: Any, until_shown: Any) -> None:
    box = scenes[0].box
    pinging = next(scene for scene in scenes if scene.action == "notify")
    await do([pinging], until_shown, bot.folder, "so evil")
    first = {"delete": ROUTES["delete"], "react": ROUTES["react"], "slowmode": "GET /channels/CHANNEL"}
    async with asyncio.TaskGroup() as tasks:
        for scene in scenes:
            change = partial(make_it_so_already, scene)
            if scene is not pinging:
                tasks.create_task(just_before(scene, first.get(scene.action, LOOKING), change))
            await write(scene)
    await until_shown(bot.folder, len(scenes) + 1)
    await find(scenes, until_shown, bot.folder)
    changes = [call for call in box.received if call.method in ("PATCH", "PUT") and "/reactions/" not in call.path]
    assert [call.line for call in changes if call.path.startswith(("/guilds/", "/channels/"))] == []


async def just_before(scene: Scene, route: str, change: Callable[[], None]) -> None:
    """Hold the bot up at this call, and make the change."""
    held = scene.box.faults.hang(scene.route(route))
    await held.reached.wait()
    change()
    held.release()


async def column_forbidden(scenes: list[Scene], bot: Any, until_shown: Any) -> None:
    for scene in scenes:
        route = scene.route(ROUTES[scene.action])
        scene.box.faults.answer(route, 403, code=50013, message="Missing Permissions")
    await do(scenes, until_shown, bot.folder)
    said = {scene.action: "Missing Permissions (50013)" in scene.outcome.detail for scene in scenes}
    assert [action for action, is_said in said.items() if not is_said] == []


async def column_left(scenes: list[Scene], bot: Any, until_shown: Any) -> None:
    async with asyncio.TaskGroup() as tasks:
        for scene in scenes:
            leave = partial(moderation.leave, scene.box.world, scene.member)
            if scene.action == "warn" or act.actions()[scene.action].changes == "member":
                tasks.create_task(just_before(scene, ROUTES["warn"] if scene.action == "warn" else LOOKING, leave))
                await write(scene)
            else:
                await write(scene)
                leave()
    await find(scenes, until_shown, bot.folder)


async def column_above(scenes: list[Scene], bot: Any, until_shown: Any) -> None:
    box = scenes[0].box
    for scene in scenes:
        scene.member.role_ids.append(box.world.role_called("Moderator", box.guild).id)
    before = len(box.received)
    await do(scenes, until_shown, bot.folder)
    touched = [call.line for call in box.received[before:] if "/members/" in call.path or "/bans/" in call.path]
    assert touched == []
    for scene in scenes:
        if CELLS[scene.action]["above"] == "forbidden":
            assert "Moderator is not below the bot's role" in scene.outcome.detail, scene.action


async def column_limited(scenes: list[Scene], bot: Any, until_shown: Any) -> None:
    faults = {
        scene.action: scene.box.faults.rate_limit(scene.route(ROUTES[scene.action]), retry_after=0.01)
        for scene in scenes
    }
    await do(scenes, until_shown, bot.folder)
    assert {action: fault.met for action, fault in faults.items()} == dict.fromkeys(faults, 1)


async def column_limited_long(scenes: list[Scene], bot: Any, until_shown: Any) -> None:
    for scene in scenes:
        scene.box.faults.rate_limit(scene.route(ROUTES[scene.action]), retry_after=900)
    await do(scenes, until_shown, bot.folder)
    assert [scene.action for scene in scenes if "wait 900 s" not in scene.outcome.detail] == []


COLUMN: Mapping[str, Callable[[list[Scene], Any, Any], Awaitable[None]]] = {
    "done": column_done,
    "already": column_already,
    "forbidden": column_forbidden,
    "left": column_left,
    "above": column_above,
    "limited": column_limited,
    "limited_long": column_limited_long,
}
LEAVES_IT_DONE = ("done", "limited")  # columns in which a cell that says done is seen in the server
TOUCHES_NOTHING = ("forbidden", "above", "limited_long")


def test_every_action_has_a_row_and_every_cell_a_meaning() -> None:
    assert set(CELLS) == set(act.actions())
    assert set(COLUMNS[1:]) == {*COLUMN, "undone", "timed"}
    known = {*STATUSES, *WHY_NOT, "full", "partial", "none", "back", "stays"}
    assert {cell for row in CELLS.values() for cell in row.values()} <= known
    for name, row in CELLS.items():
        lasts = any(field.alias == "for" for field in act.actions()[name].model_fields.values())
        assert (row["timed"] != "d") == lasts, name


@pytest.mark.parametrize("column", COLUMN)
async def test_each_action_in_one_situation(run_bot, rules, until_shown, column: str) -> None:
    wanted = {name: row[column] for name, row in CELLS.items() if row[column] not in WHY_NOT}
    async with Sandbox() as box:
        scenes = furnish(box, list(wanted))
        async with run_bot(box, text=rules_for(rules, list(wanted))) as bot:
            await COLUMN[column](scenes, bot, until_shown)
    came_of_it = {scene.action: scene.outcome.status for scene in scenes}
    assert came_of_it == {name: STATUSES[cell] for name, cell in wanted.items()}
    if column in LEAVES_IT_DONE:
        assert [scene.action for scene in scenes if not scene.is_done] == []
    for scene in scenes:
        if column in TOUCHES_NOTHING and wanted[scene.action] != "done":
            assert not scene.is_done, scene.action


async def test_each_action_is_taken_back_as_far_as_it_says(run_bot, rules, until_shown, flags_in) -> None:
    wanted = {name: row["undone"] for name, row in CELLS.items() if row["undone"] not in WHY_NOT}
    assert wanted == {name: act.actions()[name].undo_reach for name in wanted}
    async with Sandbox() as box:
        scenes = furnish(box, list(wanted))
        async with run_bot(box, text=rules_for(rules, list(wanted))) as bot:
            await box.until(box.commands)
            await do(scenes, until_shown, bot.folder)
            for scene in scenes:
                shown = await box.command("Olivia", "mod-log", "/flag", number=scene.flag.number)
                await box.press("Olivia", shown, "Mistaken")
            flags = {flag.number: flag for flag in await flags_in(bot.folder)}
    undone = {scene.action: outcome_of(flags[scene.flag.number], scene.action) for scene in scenes}
    full = [name for name, reach in wanted.items() if reach == "full"]
    assert {name: undone[name].undo_status for name in wanted} == {
        name: Status.FAILED if reach == "none" else Status.DONE for name, reach in wanted.items()
    }
    assert [scene.action for scene in scenes if scene.action in full and scene.is_done] == []
    assert "evil delete" in box.dms("The delete one")[-1].content
    said = {name: undone[name].undo_detail for name, reach in wanted.items() if reach != "full"}
    words = {
        "delete": "the message itself is gone",
        "warn": "that the warning was mistaken",
        "notify": "cannot be taken back",
        "kick": "https://discord.gg/",
        "softban": "The deleted messages are gone.",
        "ban": "The ban was lifted.",
    }
    assert [name for name in said if words[name] not in said[name]] == []


def outcome_of(flag: Flag, action: str) -> Outcome:
    return next(outcome for outcome in flag.outcomes if outcome.action == action)


async def test_what_was_done_for_a_time_ends_on_time_also_after_a_restart(
    run_bot, rules, until_shown, flags_in
) -> None:
    wanted = {name: row["timed"] for name, row in CELLS.items() if row["timed"] not in WHY_NOT}
    text = rules_for(rules, list(wanted))
    async with Sandbox() as box:
        scenes = furnish(box, list(wanted))
        async with run_bot(box, text=text) as bot:
            await do(scenes, until_shown, bot.folder)
            assert [scene.action for scene in scenes if not scene.is_done] == []
        until = {scene.action: scene.member.timed_out_until for scene in scenes}["timeout"]
        let_an_hour_pass(bot.folder)
        async with run_bot(box, text=text):
            back = [scene for scene in scenes if wanted[scene.action] == "back"]
            await box.until(lambda: not any(scene.is_done for scene in back))
            # Discord itself ends a timeout, so nothing was done about it.
            assert {scene.action: scene.member.timed_out_until for scene in scenes}["timeout"] == until
        flags = {flag.number: flag for flag in await flags_in(bot.folder)}
    outcomes = {scene.action: outcome_of(flags[scene.flag.number], scene.action) for scene in scenes}
    assert {name: outcome.undo_status for name, outcome in outcomes.items()} == {
        name: Status.DONE if cell == "back" else None for name, cell in wanted.items()
    }
    assert all(outcome.due is None for outcome in outcomes.values())


def let_an_hour_pass(folder: Path) -> None:
    due = int((datetime.now(UTC) - timedelta(minutes=1)).timestamp() * 1000)
    with sqlite3.connect(folder / "record.sqlite") as record:
        record.execute("UPDATE outcomes SET due_at = ? WHERE due_at IS NOT NULL", (due,))
    record.close()
