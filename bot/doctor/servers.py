"""What a look at Discord says about one server: permissions, roles and the log channel. Pure: it asks nobody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from bot.act import BaseAction
from bot.doctor.finding import Finding, error, listed, ok, warning
from bot.doctor.wishes import Wishes, needs_of, undo_needs_of
from bot.gateway.looking import Place, Role, Server
from bot.gateway.permissions import lacking, title, titles

# These are asked of the server as a whole, no channel's settings give or take them; and what they allow works only
# on members and roles below the bot's highest role.
SERVER_WIDE = frozenset({"kick_members", "ban_members", "moderate_members", "manage_nicknames", "manage_roles"})
GIVING = ("add_role", "remove_role")
PINGING = "notify"
TO_PING = "mention_everyone"
LOG_CHANNEL_NEEDS = ("view_channel", "send_messages", "read_message_history")
LOG_CHANNEL_KINDS = ("text", "news")


def findings_on_server(server: Server, wishes: Wishes, link: str) -> Iterator[Finding]:
    """All there is to say about ``server``. ``link`` is the invite link with everything that the rules need."""
    actions = wishes.in_server(server)
    problems = [
        *_standing(server),
        *_server_wide(server, actions, link),
        *_in_places(server, wishes),
        *_role_order(server, actions),
        *_roles_to_give(server, actions),
        *_roles_to_ping(server, actions, wishes.log_channel(server)),
    ]
    yield from problems
    if not problems:
        yield ok(f"permissions: {server.named.name}", f"All that the rules need, in {len(server.places)} channels.")
    yield _log_channel(server, wishes.log_channel(server))
    yield from _pause(server, wishes)


def _pause(server: Server, wishes: Wishes) -> Iterator[Finding]:
    pause = wishes.pause(server)
    if pause is not None:
        yield warning(
            f"mode: {server.named.name}",
            f"Paused by {pause.by.name} since {pause.since:%Y-%m-%d %H:%M} UTC, so nothing is touched: {pause.reason}",
            "A moderator ends it there with /resume.",
        )


def _standing(server: Server) -> Iterator[Finding]:
    what = f"permissions: {server.named.name}"
    if server.is_timed_out:
        yield error(what, "Somebody has timed the bot out, so it can do nothing.", "Remove its timeout.")
    if server.has_administrator:
        yield warning(
            what,
            "The bot is an administrator, so a stolen token could do anything here.",
            f"Server Settings, Roles, {server.top_role.named.name}: take Administrator away; the rules do not need it.",
        )


def _server_wide(server: Server, actions: Sequence[BaseAction], link: str) -> Iterator[Finding]:
    needs = needs_of(actions)
    if missing := lacking(SERVER_WIDE & needs.keys(), server.allowed):
        names = sorted({name for permission in missing for name in needs[permission]})
        yield error(
            f"permissions: {server.named.name}",
            f"The bot lacks {titles(missing)}, which {_need(names)}.",
            f"Server Settings, Roles, {server.top_role.named.name}: allow {titles(missing)}; "
            f"or invite it again: {link}",
        )


def _in_places(server: Server, wishes: Wishes) -> Iterator[Finding]:
    """One finding per missing permission, not one per channel."""
    unseen: list[Place] = []
    where: dict[str, list[Place]] = defaultdict(list)
    names: dict[str, set[str]] = defaultdict(set)
    for place in server.places:
        actions = wishes.at(server, place)
        is_log = wishes.is_log_channel(server, place)  # it has a finding of its own
        if actions is None:
            continue
        if lacking(["view_channel"], place.allowed):
            unseen += [] if is_log else [place]
            continue
        asked = _asked(actions)
        for permission in lacking(asked.keys() - (set(LOG_CHANNEL_NEEDS) if is_log else set()), place.allowed):
            where[permission].append(place)
            names[permission].update(asked[permission])
    if unseen:
        yield warning(
            f"permissions: {server.named.name}",
            f"The bot cannot see {_places(unseen)}, so nothing is moderated there.",
            _allow(server, "view_channel", unseen) + " If it is meant so, name them in `exempt: {channels: [...]}`.",
        )
    for permission, places in sorted(where.items()):
        yield _lack(server, permission, places, sorted(names[permission]))


def _asked(actions: Sequence[BaseAction]) -> dict[str, list[str]]:
    """What a channel has to allow, and for what; for nothing by name: to find what was written meanwhile."""
    asked: dict[str, list[str]] = {"read_message_history": []}
    for needs, purpose in ((needs_of(actions), ""), (undo_needs_of(actions), "undo of ")):
        for permission in needs.keys() - SERVER_WIDE:
            asked.setdefault(permission, []).extend(f"{purpose}`{name}`" for name in needs[permission])
    return asked


def _lack(server: Server, permission: str, places: list[Place], names: list[str]) -> Finding:
    what = f"permissions: {server.named.name}"
    sentence = f"The bot lacks {title(permission)} in {_places(places)}"
    mend = _allow(server, permission, places)
    if not names:
        return warning(what, f"{sentence}, so what was written there while it was away is not found.", mend)
    verb = "needs" if len(names) == 1 else "need"
    sentence = f"{sentence}, which {' and '.join(names)} {verb}."
    only_undo = all(name.startswith("undo") for name in names)
    return warning(what, sentence, mend) if only_undo else error(what, sentence, mend)


def _allow(server: Server, permission: str, places: list[Place]) -> str:
    role = server.top_role.named.name
    if lacking([permission], server.allowed):
        return f"Server Settings, Roles, {role}: allow {title(permission)}."
    return f"In the settings of {_places(places)}, Permissions: allow {title(permission)} for the role {role}."


def _role_order(server: Server, actions: Sequence[BaseAction]) -> Iterator[Finding]:
    """Members with a role above the bot's cannot be touched; that is meant so for moderators only."""
    needs = needs_of(actions)
    touching = sorted({name for permission in SERVER_WIDE & needs.keys() for name in needs[permission]})
    above = [
        role
        for role in server.roles
        if role.height > server.top_role.height and not role.is_moderators and not role.is_managed
    ]
    if touching and above:
        names = listed([role.named.name for role in sorted(above, key=lambda role: role.height, reverse=True)])
        stands, them = ("stands", "it") if len(above) == 1 else ("stand", "one of them")
        yield error(
            f"roles: {server.named.name}",
            f"{names} {stands} above the bot's highest role, so {_quoted(touching)} cannot touch members with {them}.",
            f"Server Settings, Roles: drag {server.top_role.named.name} above {names}.",
        )


def _roles_to_give(server: Server, actions: Sequence[BaseAction]) -> Iterator[Finding]:
    for action, role in _named_roles(server, actions):
        if action.name not in GIVING:
            continue
        named = f"`{action.name}` names {role.named.name}, which"
        if role.is_managed:
            mend = "Name a role that people can be given."
            yield error(f"roles: {server.named.name}", f"{named} belongs to a bot or an integration.", mend)
        elif role.height >= server.top_role.height:
            mend = f"Server Settings, Roles: drag {server.top_role.named.name} above {role.named.name}."
            yield error(f"roles: {server.named.name}", f"{named} is not below the bot's highest role.", mend)


def _roles_to_ping(server: Server, actions: Sequence[BaseAction], log_channel: str | None) -> Iterator[Finding]:
    for action, role in _named_roles(server, actions):
        place = _place(server, getattr(action, "channel", None) or log_channel)
        if action.name != PINGING or place is None or role.is_mentionable:
            continue
        if lacking([TO_PING], place.allowed):
            yield error(
                f"roles: {server.named.name}",
                f"`{action.name}` cannot ping {role.named.name} in #{place.named.name}: anybody may not mention it.",
                f"Server Settings, Roles, {role.named.name}: allow anyone to @mention it; "
                f"or allow the bot {title(TO_PING)} there.",
            )


def _named_roles(server: Server, actions: Sequence[BaseAction]) -> Iterator[tuple[BaseAction, Role]]:
    """Those that are there; one that is not is found by its name."""
    for action in actions:
        reference = getattr(action, "role", None)
        found = next((role for role in server.roles if reference and role.named.answers_to(reference)), None)
        if found:
            yield action, found


def _log_channel(server: Server, wanted: str | None) -> Finding:
    what = f"log channel: {server.named.name}"
    if wanted is None:
        return warning(
            what,
            "`log_channel` is not set, so moderators see no flags in Discord.",
            "Make a channel for moderators and name it in the config (`log_channel: mod-log`), or use /setup there.",
        )
    place = _place(server, wanted)
    if place is None or place.kind not in LOG_CHANNEL_KINDS:
        return error(
            what,
            f"There is no text channel called {wanted}, so moderators see no flags in Discord.",
            f"Make a channel {wanted} for moderators and the bot (/setup does), or change `log_channel` in the config.",
        )
    name = f"#{place.named.name}"
    in_settings = f"In the settings of {name}, Permissions:"
    if missing := lacking(LOG_CHANNEL_NEEDS, place.allowed):
        return error(
            what,
            f"The bot lacks {titles(missing)} in {name}, so moderators see no flags.",
            f"{in_settings} allow {titles(missing)} for the role {server.top_role.named.name}.",
        )
    if place.everyone_sees:
        return warning(
            what,
            f"Everybody can read {name}, where what was deleted is quoted.",
            f"{in_settings} make it private, and add the moderators' role and {server.top_role.named.name}.",
        )
    return ok(what, f"{name}, which not everybody can read.")


def _place(server: Server, reference: str | None) -> Place | None:
    return next((place for place in server.places if reference and place.named.answers_to(reference)), None)


def _places(places: list[Place]) -> str:
    return listed([f"#{place.named.name}" for place in places])


def _quoted(names: Sequence[str]) -> str:
    return " and ".join(f"`{name}`" for name in names)


def _need(names: Sequence[str]) -> str:
    return f"{_quoted(names)} {'needs' if len(names) == 1 else 'need'}"
