"""What is missing in one server, asked for by its own moderators while the bot runs."""

from __future__ import annotations

from dataclasses import dataclass

from bot.config import Rulebook
from bot.doctor.finding import Finding, Severity
from bot.doctor.servers import findings_on_server
from bot.doctor.wishes import Wishes, permissions_for
from bot.gateway.looking import Server
from bot.gateway.permissions import invite_link, lacking
from bot.texts.saying import say


@dataclass(frozen=True, slots=True)
class ServerFindings:
    """``invite``: the link that asks for all that the rules need; ``lacks_any``: opening it would give something."""

    problems: tuple[Finding, ...]
    invite: str
    lacks_any: bool


def examine_server(server: Server, rulebook: Rulebook, application_id: int) -> ServerFindings:
    """As ``doctor`` does, with what the moderators have set, and in the words of the server."""
    needed = permissions_for(rulebook.settings)
    link = invite_link(application_id, needed)
    found = findings_on_server(server, Wishes(rulebook), say("or_press_below"), rulebook.in_guild(server.named).texts)
    problems = tuple(each for each in found if each.severity is not Severity.OK)
    return ServerFindings(problems, link, bool(lacking(needed, server.allowed)))
