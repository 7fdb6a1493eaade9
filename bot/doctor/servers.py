"""What a look at Discord says about one server: permissions, roles and the log channel. Pure: it asks nobody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from bot.act import BaseAction
from bot.doctor.finding import Finding, error, ok, warning
from bot.doctor.log_channels import finding_on_log_channel
from bot.doctor.naming import Naming
from bot.doctor.wishes import Wishes, needs_of, undo_needs_of
from bot.gateway.looking import Place, Role, Server
from bot.gateway.permissions import lacking
from bot.texts import Texts
from bot.texts.saying import OURS, Said, say

# These are asked of the server as a whole, no channel's settings give or take them; and what they allow works only
# on members and roles below the bot's highest role.
SERVER_WIDE = frozenset({"kick_members", "ban_members", "moderate_members", "manage_nicknames", "manage_roles"})
GIVING = ("add_role", "remove_role")
PINGING = "notify"
TO_PING = "mention_everyone"
TO_MANAGE_THREADS = "manage_threads"
HISTORY = "read_message_history"
THREADED = frozenset({"text", "news", "forum", "media"})  # channels that threads hang from
ONLY_THREADS = frozenset({"forum", "media"})  # nothing is written in them but in threads
EXAMPLE = "{channels: [...]}"


def findings_on_server(server: Server, wishes: Wishes, or_else: Said, texts: Texts = OURS) -> Iterator[Finding]:
    """All there is to say about ``server``, in the words of ``texts``. ``or_else`` than in its settings, where the bot
    can be given what its roles lack."""
    yield from _OnServer(server, wishes, Naming(server, texts)).findings(or_else)


class _OnServer:
    def __init__(self, server: Server, wishes: Wishes, naming: Naming) -> None:
        self.server, self.wishes, self.naming = server, wishes, naming
        self.actions = wishes.in_server(server)
        self.permissions, self.roles = f"permissions: {server.named.name}", f"roles: {server.named.name}"

    def findings(self, or_else: Said) -> Iterator[Finding]:
        say_it, server = self.naming.words, self.server
        problems = [
            *self._standing(),
            *self._server_wide(or_else),
            *self._in_places(),
            *self._in_private_threads(),
            *self._role_order(),
            *self._roles_to_give(),
            *self._roles_to_ping(),
        ]
        yield from problems
        if not problems:
            yield ok(self.permissions, say_it("all_permissions", count=len(server.places)))
        yield finding_on_log_channel(server, self.wishes.log_channel(server), self.naming)
        pause = self.wishes.pause(server)
        if pause is not None:
            since = f"{pause.since:%Y-%m-%d %H:%M} UTC"
            said = say_it("is_paused", member=pause.by.name, since=since, reason=pause.reason)
            yield warning(f"mode: {server.named.name}", said, say_it("is_paused_mend"))

    def _standing(self) -> Iterator[Finding]:
        say_it = self.naming.words
        if self.server.is_timed_out:
            yield error(self.permissions, say_it("is_timed_out"), say_it("is_timed_out_mend"))
        if self.server.has_administrator:
            mend = say_it("too_powerful_mend", role=self.naming.mine)
            yield warning(self.permissions, say_it("too_powerful"), mend)

    def _server_wide(self, or_else: Said) -> Iterator[Finding]:
        needs = needs_of(self.actions)
        missing = lacking(SERVER_WIDE & needs.keys(), self.server.allowed)
        if not missing:
            return
        names = self.naming.quoted(sorted({name for permission in missing for name in needs[permission]}))
        permissions = self.naming.permissions(missing)
        yield error(
            self.permissions,
            self.naming.words("lacks_server_wide", permissions=permissions, actions=names),
            self.naming.words("allow_on_role", role=self.naming.mine, permissions=permissions, or_else=or_else),
        )

    def _in_places(self) -> Iterator[Finding]:
        """One finding per missing permission, not one per channel."""
        unseen: list[Place] = []
        where: dict[str, list[Place]] = defaultdict(list)
        names: dict[str, set[str]] = defaultdict(set)
        for place in self.server.places:
            actions = self.wishes.at(self.server, place)
            is_log = self.wishes.is_log_channel(self.server, place)  # it has a finding of its own
            if actions is None:
                continue
            if lacking(["view_channel"], place.allowed):
                unseen += [] if is_log else [place]
                continue
            asked = self._asked(actions, place)
            of_log = {"send_messages", HISTORY} if is_log else set()
            for permission in lacking(asked.keys() - of_log, place.allowed):
                where[permission].append(place)
                names[permission].update(asked[permission])
        if unseen:
            sentence = self.naming.words("unseen_channels", channels=self.naming.places(unseen))
            mend = self.naming.words("unseen_mend", allow=self._allow("view_channel", unseen), example=EXAMPLE)
            yield warning(self.permissions, sentence, mend)
        for permission, places in sorted(where.items()):
            yield self._lack(permission, places, sorted(names[permission]))

    def _asked(self, actions: Sequence[BaseAction], place: Place) -> dict[str, list[str]]:
        """What a channel has to allow, and for what; for nothing by name: to find what was written meanwhile."""
        asked: dict[str, list[str]] = {HISTORY: []}
        for needs, is_undo in ((needs_of(actions), False), (undo_needs_of(actions), True)):
            for permission in needs.keys() - SERVER_WIDE:
                quoted = [f"`{name}`" for name in needs[permission]]
                purposes = [self.naming.words("undo_of", action=name) for name in quoted] if is_undo else quoted
                for each in _as_of(permission, place.kind):
                    asked.setdefault(each, []).extend(purposes)
        return asked

    def _lack(self, permission: str, places: list[Place], names: list[str]) -> Finding:
        mend, channels = self._allow(permission, places), self.naming.places(places)
        named = self.naming.permissions([permission])
        if not names:
            sentence = self.naming.words("lacks_history", permission=named, channels=channels)
            return warning(self.permissions, sentence, mend)
        actions = ", ".join(names)
        sentence = self.naming.words("lacks_in_channels", permission=named, channels=channels, actions=actions)
        only_undo = all(not name.startswith("`") for name in names)
        return (warning if only_undo else error)(self.permissions, sentence, mend)

    def _allow(self, permission: str, places: list[Place]) -> str:
        words, named = self.naming.words, self.naming.permissions([permission])
        if lacking([permission], self.server.allowed):
            return words("allow_on_role", role=self.naming.mine, permissions=named, or_else="")
        channels = self.naming.places(places)
        return words("allow_in_channels", channels=channels, permission=named, role=self.naming.mine)

    def _in_private_threads(self) -> Iterator[Finding]:
        """Where members may open private threads, the bot sees none of them but by a permission."""
        blind = []
        for place in self.server.places:
            actions = self.wishes.at(self.server, place)
            is_seen = not lacking(["view_channel"], place.allowed)
            if actions is None or not place.has_private_threads or not is_seen:
                continue
            if lacking([TO_MANAGE_THREADS], place.allowed) and TO_MANAGE_THREADS not in needs_of(actions):
                blind.append(place)  # else the permission itself was missed already
        if blind:
            sentence = self.naming.words("unseen_private_threads", channels=self.naming.places(blind))
            mend = self.naming.words("unseen_private_threads_mend", allow=self._allow(TO_MANAGE_THREADS, blind))
            yield warning(self.permissions, sentence, mend)

    def _role_order(self) -> Iterator[Finding]:
        """Members with a role above the bot's cannot be touched; that is meant so for moderators only."""
        needs = needs_of(self.actions)
        touching = sorted({name for permission in SERVER_WIDE & needs.keys() for name in needs[permission]})
        above = [
            role
            for role in self.server.roles
            if role.height > self.server.top_role.height and not role.is_moderators and not role.is_managed
        ]
        if touching and above:
            ordered = sorted(above, key=lambda role: role.height, reverse=True)
            roles, actions = self.naming.several([role.named.name for role in ordered]), self.naming.quoted(touching)
            mend = self.naming.words("drag_above", mine=self.naming.mine, roles=roles)
            yield error(self.roles, self.naming.words("members_above", roles=roles, actions=actions), mend)

    def _roles_to_give(self) -> Iterator[Finding]:
        for action, role in self._named_roles():
            about = {"action": f"`{action.name}`", "role": role.named.name}
            if action.name not in GIVING:
                continue
            if role.is_managed:
                mend = self.naming.words("role_not_to_give_mend")
                yield error(self.roles, self.naming.words("role_not_to_give", **about), mend)
            elif role.height >= self.server.top_role.height:
                mend = self.naming.words("drag_above", mine=self.naming.mine, roles=role.named.name)
                yield error(self.roles, self.naming.words("role_too_high", **about), mend)

    def _roles_to_ping(self) -> Iterator[Finding]:
        log_channel = self.wishes.log_channel(self.server)
        for action, role in self._named_roles():
            place = self.server.place(getattr(action, "channel", None) or log_channel)
            if action.name != PINGING or place is None or role.is_mentionable:
                continue
            if lacking([TO_PING], place.allowed):
                about = {"action": f"`{action.name}`", "role": role.named.name, "channel": f"#{place.named.name}"}
                permission = self.naming.permissions([TO_PING])
                mend = self.naming.words("role_not_to_ping_mend", role=role.named.name, permission=permission)
                yield error(self.roles, self.naming.words("role_not_to_ping", **about), mend)

    def _named_roles(self) -> Iterator[tuple[BaseAction, Role]]:
        """Those that are there; one that is not is found by its name."""
        for action in self.actions:
            reference = getattr(action, "role", None)
            found = next((role for role in self.server.roles if reference and role.named.answers_to(reference)), None)
            if found:
                yield action, found


def _as_of(permission: str, kind: str) -> Iterator[str]:
    """What a permission comes to in a channel of this kind: in threads some have another name."""
    if permission == TO_MANAGE_THREADS and kind not in THREADED:
        return
    if permission not in ("send_messages", "manage_channels") or kind not in ONLY_THREADS:
        yield permission
    if permission == "send_messages" and kind in THREADED:
        yield "send_messages_in_threads"


def or_invite_again(link: str) -> Said:
    """Where else than in a server's settings the bot can be given what it lacks."""
    return say("or_invite_again", link=link)
