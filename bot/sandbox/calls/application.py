"""The bot's own account, its application, and where the gateway is."""

from __future__ import annotations

from typing import Any

from bot.sandbox import payloads
from bot.sandbox.calls.call import Answer, Call, Route

SESSION_STARTS = 1_000  # a day
# Under a hundred guilds Discord calls an allowed privileged intent "limited": intent bit → application flag.
LIMITED_FLAGS = {1 << 8: 1 << 13, 1 << 1: 1 << 15, 1 << 15: 1 << 19}


def application_flags(privileged_intents: int) -> int:
    return sum(flag for intent, flag in LIMITED_FLAGS.items() if privileged_intents & intent)


def get_me(call: Call) -> Answer:
    return payloads.me(call.bot)


def get_user(call: Call) -> Answer:
    return payloads.user(call.user())


def get_gateway(call: Call) -> Answer:
    return {"url": call.gateway_url}


def get_bot_gateway(call: Call) -> Answer:
    limit = {"total": SESSION_STARTS, "remaining": SESSION_STARTS, "reset_after": 0, "max_concurrency": 1}
    return {"url": call.gateway_url, "shards": call.world.application.shards, "session_start_limit": limit}


def get_application(call: Call) -> Answer:
    application = call.world.application
    flags = application_flags(application.privileged_intents)
    return payloads.application(application, flags, len(call.world.guilds))


def list_nothing(call: Call) -> Any:
    call.guild()
    return []


ROUTES = (
    Route("GET", "/users/@me", get_me),
    Route("GET", "/users/{user_id}", get_user),
    Route("GET", "/gateway", get_gateway, needs_token=False),
    Route("GET", "/gateway/bot", get_bot_gateway),
    Route("GET", "/applications/@me", get_application),
    Route("GET", "/oauth2/applications/@me", get_application),
    Route("GET", "/guilds/{guild_id}/emojis", list_nothing),
    Route("GET", "/guilds/{guild_id}/stickers", list_nothing),
)
