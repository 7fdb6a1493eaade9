"""What a voice channel says below its name."""

from __future__ import annotations

from bot.sandbox import beside
from bot.sandbox.calls.call import Answer, Call, Route
from bot.sandbox.entities import ChannelType
from bot.sandbox.forms import reading
from bot.sandbox.permissions import Permission
from bot.sandbox.refusals import wrong_channel_type

MAX_STATUS = 500


def set_status(call: Call) -> Answer:
    """Nobody is ever in a voice channel here, and from outside it takes the right to manage the channel too."""
    with reading(call.body) as form:
        status = form.text("status", most=MAX_STATUS)
    channel, _ = call.guild_channel(Permission.SET_VOICE_CHANNEL_STATUS | Permission.MANAGE_CHANNELS)
    if channel.type is not ChannelType.VOICE:
        raise wrong_channel_type()
    beside.set_voice_status(call.world, channel, status, by=call.bot, reason=call.reason)
    return None


ROUTES = (Route("PUT", "/channels/{channel_id}/voice-status", set_status),)
