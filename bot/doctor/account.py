"""What a look at Discord says about the bot's account, this machine's clock, and names in the config. Asks nobody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from bot.config import Rulebook
from bot.doctor.finding import Finding, error, listed, ok, warning
from bot.doctor.servers import findings_on_server, or_invite_again
from bot.doctor.wishes import Wishes, is_in, permissions_for
from bot.gateway.looking import Seen
from bot.gateway.permissions import invite_link, lacking, title

CLOCK_SLACK = timedelta(seconds=30)  # timeouts and slow answers are measured in minutes

_PORTAL = "https://discord.com/developers/applications"


def findings_on(seen: Seen, rulebook: Rulebook) -> Iterator[Finding]:
    """All there is to say about ``seen`` under these rules."""
    wishes = Wishes(rulebook)
    link = invite_link(seen.account.application_id, permissions_for(rulebook.settings))
    yield from _account(seen)
    yield from _more_than_messages(seen, rulebook)
    yield from _clock(seen)
    if not seen.servers:
        yield warning("servers", "The bot is in no server.", f"Invite it: {link}")
        return
    yield ok("servers", f"In {len(seen.servers)}: {listed([server.named.name for server in seen.servers])}.")
    yield from _unknown_names(seen, wishes)
    for server in seen.servers:
        yield from findings_on_server(server, wishes, or_invite_again(link))


def _account(seen: Seen) -> Iterator[Finding]:
    account = seen.account
    yield ok("token", f"Discord takes it: {account.user.name} ({account.user.id}).")
    if account.reads_messages:
        yield ok("message content", "Message Content Intent is on.")
    else:
        yield error(
            "message content",
            "Message Content Intent is off, so Discord does not let the bot connect.",
            f"Switch it on at {_PORTAL}/{account.application_id}/bot (Privileged Gateway Intents).",
        )


def _more_than_messages(seen: Seen, rulebook: Rulebook) -> Iterator[Finding]:
    """What only ``names:`` and ``automod:`` need."""
    if "names" in rulebook.settings.asks_for and not seen.account.reads_members:
        yield error(
            "names",
            "The config has `names`, but Server Members Intent is off, so Discord does not let the bot connect.",
            f"Switch it on at {_PORTAL}/{seen.account.application_id}/bot (Privileged Gateway Intents).",
        )
    told = [server for server in seen.servers if rulebook.in_guild(server.named).rules.reads("automod")]
    deaf = [server.named.name for server in told if lacking(["manage_guild"], server.allowed)]
    if deaf:
        yield warning(
            "automod",
            f"The config has `automod`, but the bot lacks the permission {title('manage_guild')} in {listed(deaf)}, so"
            " Discord does not tell it what AutoMod does there.",
            f"Give the bot's role {title('manage_guild')}, or take `automod` out.",
        )


def _clock(seen: Seen) -> Iterator[Finding]:
    ahead = seen.clock_ahead
    if ahead is None:
        return
    if abs(ahead) <= CLOCK_SLACK:
        yield ok("clock", f"Within {CLOCK_SLACK.seconds} s of Discord's.")
        return
    side = "ahead of" if ahead > timedelta(0) else "behind"
    yield warning(
        "clock",
        f"This machine's clock is {abs(ahead.total_seconds()):.0f} s {side} Discord's, "
        "so timeouts end at the wrong time.",
        "Let the system set its clock: `timedatectl set-ntp true`.",
    )


def _unknown_names(seen: Seen, wishes: Wishes) -> Iterator[Finding]:
    what = "names in the config"
    for guild in wishes.guilds():
        if not any(server.named.answers_to(guild) for server in seen.servers):
            yield warning(
                what,
                f"`guilds` names the server {guild}, in which the bot is not.",
                "Correct the name, or invite the bot there: `python -m bot invite`.",
            )
    for reference in wishes.references():
        homes = [each for each in seen.servers if reference.guild is None or each.named.answers_to(reference.guild)]
        if homes and not any(is_in(server, reference) for server in homes):
            where = f"the server {reference.guild}" if reference.guild else "any server of the bot"
            yield warning(
                what,
                f"`{reference.source}` names the {reference.kind} {reference.text}, which is not in {where}.",
                f"Correct the name, make the {reference.kind}, or take the entry out.",
            )
