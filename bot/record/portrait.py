"""All that is kept about one member of a guild, as plain data for them to take away."""

from __future__ import annotations

from collections import deque
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bot.record.reading import FlagFilter
from bot.records import Flag, Named

if TYPE_CHECKING:
    from bot.record.ledger import Ledger

SCORES_SHOWN = 20_000  # the newest; a file for Discord holds about twice as many
EVER = datetime.fromisoformat("2020-01-01T00:00:00+00:00")


async def portrait(ledger: Ledger, guild: Named, member: Named, now: datetime) -> dict[str, Any]:
    """Their flags with texts and appeals, strikes, reports, and scores; ``scores_left_out`` counts older ones.

    What moderators wrote to each other, and who of them decided, is theirs and not in it; nor is what others wrote that
    the member reported.
    """
    flags = [flag async for flag in ledger.every_flag(FlagFilter(guild_id=guild.id, author_id=member.id))]
    appeals = await ledger.appeals.of_member(guild.id, member.id)
    scores: deque[dict[str, Any]] = deque(maxlen=SCORES_SHOWN)
    count = 0
    async for post in ledger.scores(guild.id, author_id=member.id):
        count += 1
        scores.append(
            {
                "message_id": str(post.message_id),
                "channel": _named(post.channel),
                "seen_at": post.seen_at.isoformat(),
                "probabilities": {label: round(value, 4) for label, value in post.scores.labels.items()},
            }
        )
    return {
        "server": _named(guild),
        "member": _named(member),
        "made_at": now.isoformat(),
        "flags": [_flag(flag) for flag in flags],
        "appeals": [
            {
                "flag": each.number,
                "made_at": each.made_at.isoformat(),
                "text": each.text,
                "decision": each.decision,
                "decided_at": each.decided_at.isoformat() if each.decided_at else None,
            }
            for each in appeals
        ],
        "strikes": [
            {"flag": each.flag_number, "weight": each.weight, "given_at": each.given_at.isoformat()}
            for each in await ledger.strikes(guild.id, member.id, EVER)
        ],
        "reports": [
            {
                "message_id": str(each.message_id),
                "channel": _named(each.channel),
                "reported_at": each.reported_at.isoformat(),
            }
            for each in await ledger.reported_by(guild.id, member.id)
        ],
        "scores": list(scores),
        "scores_left_out": count - len(scores),
    }


def _named(what: Named) -> dict[str, str]:
    return {"id": str(what.id), "name": what.name}


def _flag(flag: Flag) -> dict[str, Any]:
    return {
        "number": flag.number,
        "created_at": flag.created_at.isoformat(),
        "channel": _named(flag.channel),
        "message_id": str(flag.message_id),
        "your_name_then": flag.author.name,
        "your_roles_then": [role.name for role in flag.author.roles],
        "text": flag.text,
        "labels": list(flag.on),
        "probabilities": {label: round(value, 4) for label, value in flag.scores.labels.items()},
        "actions": [{"action": each.action, "status": str(each.status)} for each in flag.outcomes],
        "verdict": flag.verdict,
    }
