"""Scheduled events."""

from __future__ import annotations

from bot.sandbox import beside, moderation
from bot.sandbox.calls.call import Answer, Call, Route
from bot.sandbox.entities import AuditAction, Guild, ScheduledEvent
from bot.sandbox.forms import reading
from bot.sandbox.permissions import Permission
from bot.sandbox.refusals import unknown_event


def _event(call: Call) -> tuple[Guild, ScheduledEvent]:
    guild = call.guild()
    event = guild.events.get(call.id("event_id"))
    if event is None:
        raise unknown_event()
    return guild, event


def _require_managing(call: Call, guild: Guild, event: ScheduledEvent) -> None:
    own = event.creator is call.bot
    call.require_in_guild(guild, Permission.CREATE_EVENTS if own else Permission.MANAGE_EVENTS)


def list_events(call: Call) -> Answer:
    return [beside.event_payload(event) for event in call.guild().events.values()]


def get_event(call: Call) -> Answer:
    return beside.event_payload(_event(call)[1])


def edit_event(call: Call) -> Answer:
    guild, event = _event(call)
    with reading(call.body) as form:
        name = form.text("name", most=beside.MAX_EVENT_NAME, least=1)
        description = form.text("description", most=beside.MAX_EVENT_DESCRIPTION)
    _require_managing(call, guild, event)
    beside.change_event(call.world, event, name=name, description=description, by=call.bot, reason=call.reason)
    return beside.event_payload(event)


def delete_event(call: Call) -> Answer:
    guild, event = _event(call)
    _require_managing(call, guild, event)
    moderation.log(
        call.world,
        guild,
        AuditAction.SCHEDULED_EVENT_DELETE,
        actor=call.bot,
        target_id=event.id,
        reason=call.reason,
        changes=[moderation.change("name", event.name, None)],
    )
    beside.drop_event(call.world, event)
    return None


EVENT = "/guilds/{guild_id}/scheduled-events/{event_id}"
ROUTES = (
    Route("GET", "/guilds/{guild_id}/scheduled-events", list_events),
    Route("GET", EVENT, get_event),
    Route("PATCH", EVENT, edit_event),
    Route("DELETE", EVENT, delete_event),
)
