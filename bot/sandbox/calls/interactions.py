"""What the bot answers to interactions: the first answer, and what its token allows for 15 minutes after."""

from __future__ import annotations

from typing import Any

from bot.sandbox import modals, payloads, talk
from bot.sandbox.calls.call import Answer, Call, Route
from bot.sandbox.drafts import COMPONENTS_V2, read_draft, read_edit, reply
from bot.sandbox.entities import Json, Message
from bot.sandbox.forms import Form, reading
from bot.sandbox.interaction_payloads import metadata
from bot.sandbox.interactions import EPHEMERAL, LOADING, AnswerType, Interaction, Kind, Modal
from bot.sandbox.refusals import (
    ApiError,
    already_answered,
    invalid_webhook_token,
    unknown_interaction,
    unknown_message,
    unknown_webhook,
)
from bot.sandbox.talk import Draft

COMMAND_MESSAGE, CONTEXT_MENU_MESSAGE = 20, 23  # message types
MAX_CHOICES = 25
ANSWERS = {
    Kind.COMMAND: {AnswerType.MESSAGE, AnswerType.DEFERRED_MESSAGE, AnswerType.MODAL},
    Kind.COMPONENT: set(AnswerType) - {AnswerType.CHOICES},
    Kind.AUTOCOMPLETE: {AnswerType.CHOICES},
    Kind.MODAL: set(AnswerType) - {AnswerType.CHOICES, AnswerType.MODAL},
}


def answer(call: Call) -> Answer:
    """``POST /interactions/{id}/{token}/callback``."""
    interaction = _waiting(call)
    with reading(call.body) as form:
        number = form.choice("type", _allowed(interaction), required=True)
    kind = AnswerType(number or 0)
    _carry_out(call, interaction, kind, call.body.get("data") or {})
    interaction.answer(kind)
    if call.query.get("with_response", "").lower() not in ("1", "true"):
        return None
    return _told_back(call, interaction, kind)


def _waiting(call: Call) -> Interaction:
    interaction = call.world.interactions.get(call.id("interaction_id"))
    if interaction is None or interaction.token != call.ids["interaction_token"] or interaction.failed:
        raise unknown_interaction()
    if interaction.answered:
        raise already_answered()
    return interaction


def _allowed(interaction: Interaction) -> set[int]:
    allowed = {int(each) for each in ANSWERS[interaction.kind]}
    if interaction.source is None:
        allowed -= {int(AnswerType.UPDATE), int(AnswerType.DEFERRED_UPDATE)}
    return allowed


def _carry_out(call: Call, interaction: Interaction, kind: AnswerType, data: Any) -> None:
    if kind is AnswerType.MESSAGE:
        interaction.original = _post(call, interaction, _draft(call, interaction, data), data)
    elif kind is AnswerType.DEFERRED_MESSAGE:
        with reading(data) as form:
            flags = form.integer("flags") or 0
        interaction.original = _post(call, interaction, Draft(flags=LOADING), {"flags": flags & EPHEMERAL})
    elif kind is AnswerType.UPDATE and interaction.source is not None:
        _edit(call, interaction.source, data, place="data")
    elif kind is AnswerType.MODAL:
        interaction.modal = _modal(interaction, data)
    elif kind is AnswerType.CHOICES:
        interaction.choices = _choices(data)


def _told_back(call: Call, interaction: Interaction, kind: AnswerType) -> Json:
    shown = interaction.message
    told: Json = {"id": str(interaction.id), "type": int(interaction.kind), "channel_id": str(interaction.channel.id)}
    if interaction.channel.guild is not None:
        told["guild_id"] = str(interaction.channel.guild.id)
    if shown is not None and kind is not AnswerType.DEFERRED_UPDATE:
        told |= {
            "response_message_id": str(shown.id),
            "response_message_loading": bool(shown.flags & LOADING),
            "response_message_ephemeral": shown.only_for is not None,
        }
    answer: Json = {"interaction": told}
    if shown is not None and kind in (AnswerType.MESSAGE, AnswerType.UPDATE):
        answer["resource"] = {"type": int(kind), "message": payloads.message(shown, call.bot)}
    return answer


# Messages


def _draft(call: Call, interaction: Interaction, data: Any, *, place: str | None = "data") -> Draft:
    try:
        return read_draft(data, interaction.channel, call.attachments)
    except ApiError as error:
        raise _inside(place, error) from error


def _inside(place: str | None, error: ApiError) -> ApiError:
    """Discord names what is wrong with a first answer below ``data``."""
    if place is not None and "errors" in error.body:
        error.body["errors"] = {place: error.body["errors"]}
    return error


def _post(call: Call, interaction: Interaction, draft: Draft, data: Any, *, after: Message | None = None) -> Message:
    """Post an answer; ``after`` is the message that a followup follows."""
    hidden = bool((Form(data).integer("flags") or 0) & EPHEMERAL)
    draft.only_for = interaction.user if hidden else None
    draft.flags |= EPHEMERAL if hidden else 0
    draft.extra |= {
        "application_id": str(call.world.application.id),
        "webhook_id": str(call.world.application.id),
        "interaction_metadata": metadata(interaction),
    }
    replied_to = after or interaction.source
    if interaction.kind is Kind.COMMAND and after is None:
        draft.kind = COMMAND_MESSAGE if interaction.data["type"] == 1 else CONTEXT_MENU_MESSAGE
        draft.extra["interaction"] = _in_short(interaction)
    elif replied_to is not None:
        reply(draft, replied_to)
    return talk.post(call.world, interaction.channel, call.bot, draft)


def _in_short(interaction: Interaction) -> Json:
    """The deprecated form, which Discord still sends."""
    who = payloads.user(interaction.user)
    return {"id": str(interaction.id), "type": int(interaction.kind), "name": interaction.data["name"], "user": who}


def _edit(call: Call, message: Message, data: Any, *, place: str | None = None) -> None:
    try:
        changes, pings = read_edit(data, message, call.attachments)
    except ApiError as error:
        raise _inside(place, error) from error
    fills = bool(message.flags & LOADING)
    if "flags" in changes or fills:
        changes["flags"] = changes.get("flags", message.flags) & ~LOADING | message.flags & EPHEMERAL
    if changes.get("flags", message.flags) & COMPONENTS_V2:
        changes |= {"content": "", "embeds": []}
    talk.edit(call.world, message, changes, pings=pings, mark=not fills)


# Forms and choices


def _modal(interaction: Interaction, data: Any) -> Modal:
    try:
        return modals.read(interaction, data)
    except ApiError as error:
        raise _inside("data", error) from error


def _choices(data: Any) -> list[Json]:
    found = []
    with reading({"data": data}) as form:
        for part in (form.part("data") or form).parts("choices", most=MAX_CHOICES):
            name = part.text("name", most=100, least=1, required=True)
            found.append({"name": name, "value": part.data.get("value")})
    return found


# What the token allows


def _by_token(call: Call) -> Interaction:
    """The interaction whose token stands in the path, answered and not yet too old."""
    if call.id("webhook_id") != call.world.application.id:
        raise unknown_webhook()
    interaction = call.world.interactions.with_token(call.ids["webhook_token"])
    if interaction is None or not interaction.answered:
        raise unknown_webhook()
    if interaction.is_expired:
        raise invalid_webhook_token()
    return interaction


def _meant(call: Call, interaction: Interaction) -> Message:
    """The message that the path names, which must be one of this interaction's own."""
    named = call.ids["message_id"]
    if named == "@original":
        message = interaction.message
    else:
        own = [interaction.message, *interaction.followups]
        message = next((each for each in own if each is not None and str(each.id) == named), None)
    if message is None or message.is_deleted:
        raise unknown_message()
    return message


def get_answer(call: Call) -> Answer:
    return payloads.message(_meant(call, _by_token(call)), call.bot)


def edit_answer(call: Call) -> Answer:
    interaction = _by_token(call)
    message = _meant(call, interaction)
    _fill_or_edit(call, interaction, message)
    return payloads.message(message, call.bot)


def _fill_or_edit(call: Call, interaction: Interaction, message: Message) -> None:
    was_loading = bool(message.flags & LOADING)
    _edit(call, message, call.body)
    if was_loading:
        interaction.fill()


def delete_answer(call: Call) -> Answer:
    interaction = _by_token(call)
    message = _meant(call, interaction)
    talk.delete(call.world, message, by=call.bot)
    if message is interaction.original:
        interaction.fill()
    return None


def follow_up(call: Call) -> Answer:
    """A further message. The first one after a deferral is the deferred answer itself."""
    interaction = _by_token(call)
    original = interaction.original
    if original is not None and original.flags & LOADING and not original.is_deleted:
        _fill_or_edit(call, interaction, original)
        return payloads.message(original, call.bot)
    draft = _draft(call, interaction, call.body, place=None)
    message = _post(call, interaction, draft, call.body, after=original)
    interaction.followups.append(message)
    return payloads.message(message, call.bot)


WEBHOOK = "/webhooks/{webhook_id}/{webhook_token}"
ROUTES = (
    Route("POST", "/interactions/{interaction_id}/{interaction_token}/callback", answer, needs_token=False),
    Route("POST", WEBHOOK, follow_up, needs_token=False),
    Route("GET", WEBHOOK + "/messages/{message_id}", get_answer, needs_token=False),
    Route("PATCH", WEBHOOK + "/messages/{message_id}", edit_answer, needs_token=False),
    Route("DELETE", WEBHOOK + "/messages/{message_id}", delete_answer, needs_token=False),
)
