"""What a member does that the bot is to answer: presses, choices, commands, context menus, forms.

Everything is refused that Discord's own client would not offer or send. See ``interactions`` for what comes of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from bot.sandbox import commands, interaction_payloads, modals, payloads
from bot.sandbox.arguments import arguments, one_option
from bot.sandbox.components import SELECTS
from bot.sandbox.components import Kind as Part
from bot.sandbox.entities import Channel, Event, Json, Message, User
from bot.sandbox.interactions import Interaction, Kind, Modal, new_token
from bot.sandbox.naming import chosen_things
from bot.sandbox.refusals import Refused
from bot.sandbox.standing import can_see
from bot.sandbox.state import World

OnLate = Callable[[], None]


def begin(
    world: World,
    kind: Kind,
    user: User,
    channel: Channel,
    data: Json,
    on_late: OnLate,
    *,
    source: Message | None = None,
    opener: Interaction | None = None,
) -> Interaction:
    """Tell the bot, and start the time that it has for its first answer."""
    interaction = Interaction(world.snowflakes.make(), new_token(), kind, user, channel, data, source, opener)
    world.interactions.add(interaction, on_late)
    event = interaction_payloads.told(world, interaction)
    world.tell(Event("INTERACTION_CREATE", event, channel.guild, user=user))
    return interaction


def require_sight(user: User, channel: Channel) -> None:
    if channel.guild is None:
        if channel.recipient is not user:
            raise Refused(403, f"{user.name} is not in that conversation.")
        return
    member = channel.guild.members.get(user.id)
    if member is None:
        raise Refused(403, f"{user.name} is not a member of {channel.guild.name}.")
    if not can_see(member, channel):
        raise Refused(403, f"{member.name} cannot see #{channel.name}.")


def _require_message(user: User, message: Message) -> None:
    if message.is_deleted:
        raise Refused(404, f"Message {message.id} has been deleted.")
    if message.only_for is not None and message.only_for is not user:
        raise Refused(403, f"Only {message.only_for.name} can see that message.")
    require_sight(user, message.channel)


# Buttons and menus


def press(world: World, user: User, message: Message, name: str, on_late: OnLate) -> Interaction:
    """``name`` is the button's label, custom id or emoji."""
    _require_message(user, message)
    button = _find(message, name, frozenset({Part.BUTTON}), "button")
    if "url" in button:
        raise Refused(400, f"The button {name!r} is a link to {button['url']}; the bot is not told of it.")
    data = {"component_type": int(Part.BUTTON), "custom_id": button["custom_id"], "id": button["id"]}
    return begin(world, Kind.COMPONENT, user, message.channel, data, on_late, source=message)


def choose(
    world: World, user: User, message: Message, name: str, values: Sequence[str], on_late: OnLate
) -> Interaction:
    """``name`` is the menu's custom id or placeholder; ``values`` are those of its options, their labels, or names."""
    _require_message(user, message)
    menu = _find(message, name, SELECTS, "menu")
    things = chosen_things(world, message.channel, menu, list(values))
    data: Json = {
        "component_type": menu["type"],
        "custom_id": menu["custom_id"],
        "id": menu["id"],
        "values": [each if isinstance(each, str) else str(each.id) for each in things],
    }
    if found := interaction_payloads.resolved(
        message.channel, user, [each for each in things if not isinstance(each, str)]
    ):
        data["resolved"] = found
    return begin(world, Kind.COMPONENT, user, message.channel, data, on_late, source=message)


def _find(message: Message, name: str, kinds: frozenset[Part], what: str) -> Json:
    listed = [each for each in every_component(message.components) if each["type"] in kinds]
    for component in listed:
        if name in _names(component):
            if component.get("disabled"):
                raise Refused(403, f"The {what} {name!r} is disabled.")
            return component
    choices = ", ".join(repr(_names(each)[0]) for each in listed) or "none"
    raise Refused(404, f"There is no {what} {name!r} on that message; there are: {choices}.")


def _names(component: Json) -> list[str]:
    emoji = component.get("emoji") or {}
    given = (component.get("label"), component.get("placeholder"), component.get("custom_id"), emoji.get("name"))
    return [each for each in given if each]


def every_component(components: Sequence[Json]) -> Iterator[Json]:
    """Depth first, as they stand."""
    for each in components:
        yield each
        yield from every_component(each.get("components", ()))
        if isinstance(each.get("accessory"), dict):
            yield each["accessory"]


# Commands


def command(
    world: World, user: User, channel: Channel, name: str, options: Mapping[str, Any], on_late: OnLate
) -> Interaction:
    """``name`` is ``/flags``, or ``/strikes remove`` for a subcommand."""
    found, data = _begun_command(world, user, channel, name)
    path = name.removeprefix("/").split()[1:]
    data["options"], things = arguments(world, channel, found, path, options)
    if resolved := interaction_payloads.resolved(channel, user, things):
        data["resolved"] = resolved
    return begin(world, Kind.COMMAND, user, channel, data, on_late)


def autocomplete(
    world: World, user: User, channel: Channel, name: str, option: str, typed: str, on_late: OnLate
) -> Interaction:
    found, data = _begun_command(world, user, channel, name)
    data["options"] = one_option(found, name.removeprefix("/").split()[1:], option, typed)
    return begin(world, Kind.AUTOCOMPLETE, user, channel, data, on_late)


def _begun_command(world: World, user: User, channel: Channel, name: str) -> tuple[Json, Json]:
    parts = name.removeprefix("/").split()
    found = _usable(world, user, channel, commands.CHAT_INPUT, parts[0] if parts else "")
    return found, _named(found, channel)


def _named(found: Json, channel: Channel) -> Json:
    data: Json = {"id": found["id"], "name": found["name"], "type": found["type"]}
    if "guild_id" in found and channel.guild is not None:
        data["guild_id"] = found["guild_id"]
    return data


def _usable(world: World, user: User, channel: Channel, kind: int, name: str) -> Json:
    require_sight(user, channel)
    offered = [each for each in commands.usable(world, user, channel) if each["type"] == kind]
    for each in offered:
        if each["name"] == name:
            return each
    where = "the DM with the bot" if channel.guild is None else f"#{channel.name}"
    choices = ", ".join(sorted(each["name"] for each in offered)) or "none"
    raise Refused(404, f"{user.name} is offered no command {name!r} in {where}; there are: {choices}.")


def context_menu(
    world: World, user: User, channel: Channel, name: str, target: Message | User, on_late: OnLate
) -> Interaction:
    on_message = isinstance(target, Message)
    if isinstance(target, Message):
        _require_message(user, target)
    found = _usable(world, user, channel, commands.MESSAGE if on_message else commands.USER, name)
    data = _named(found, channel) | {"target_id": str(target.id)}
    if isinstance(target, Message):
        data["resolved"] = {"messages": {str(target.id): payloads.message(target, world.bot)}}
    else:
        data["resolved"] = interaction_payloads.resolved(channel, user, [target])
    return begin(world, Kind.COMMAND, user, channel, data, on_late)


# Forms


def submit(world: World, user: User, modal: Modal, values: Mapping[str, Any], on_late: OnLate) -> Interaction:
    """Send a form as whom it was opened for."""
    opener = modal.opened_by
    if opener.user is not user:
        raise Refused(403, f"That form was opened for {opener.user.name}, not for {user.name}.")
    if opener.sent is not None and opener.sent.answered:
        raise Refused(409, f"The form {modal.title!r} has been sent already; it must be opened again.")
    things: list[Any] = []

    def chosen(field: Json, names: list[str]) -> list[str]:
        found = chosen_things(world, opener.channel, field, names)
        things.extend(each for each in found if not isinstance(each, str))
        return [each if isinstance(each, str) else str(each.id) for each in found]

    data: Json = {"custom_id": modal.custom_id, "components": modals.filled_in(modal, values, chosen)}
    data["resolved"] = interaction_payloads.resolved(opener.channel, user, things)
    sent = begin(world, Kind.MODAL, user, opener.channel, data, on_late, source=opener.source, opener=opener)
    opener.sent = sent
    return sent
