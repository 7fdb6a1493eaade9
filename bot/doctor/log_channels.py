"""What a look at Discord says about a server's log channel."""

from __future__ import annotations

from bot.doctor.finding import Finding, error, ok, warning
from bot.doctor.naming import Naming
from bot.gateway.looking import THREAD_KINDS, Place, Server
from bot.gateway.permissions import lacking

KINDS = frozenset({"text", "news", *THREAD_KINDS})


def finding_on_log_channel(server: Server, wanted: str | None, naming: Naming) -> Finding:
    """Whether the log channel called ``wanted`` is there and can be written in, and by whom it can be read."""
    what, say_it = f"log channel: {server.named.name}", naming.words
    if wanted is None:
        return warning(what, say_it("log_channel_unset"), say_it("log_channel_unset_mend"))
    place = server.place(wanted)
    if place is None or place.kind not in KINDS:
        missing = say_it("log_channel_missing", channel=wanted)
        return error(what, missing, say_it("log_channel_missing_mend", channel=wanted))
    name = f"#{place.named.name}"
    if missing_there := lacking(_needs(place), place.allowed):
        permissions, settings = naming.permissions(missing_there), f"#{place.settings_of.name}"
        return error(
            what,
            say_it("log_channel_lacks", permissions=permissions, channel=name),
            say_it("allow_in_channels", channels=settings, permission=permissions, role=naming.mine),
        )
    if place.everyone_sees:
        mend = say_it("log_channel_open_mend", channel=name, role=naming.mine)
        return warning(what, say_it("log_channel_open", channel=name), mend)
    return ok(what, say_it("log_channel_private", channel=name))


def _needs(place: Place) -> tuple[str, ...]:
    sending = "send_messages_in_threads" if place.kind in THREAD_KINDS else "send_messages"
    return "view_channel", sending, "read_message_history"
