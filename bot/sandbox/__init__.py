"""A loopback Discord: REST v10, the gateway and a page, in memory and on 127.0.0.1 only.

    async with Sandbox() as box:
        ...  # give a bot box.api_url, box.gateway_url and box.token
        await box.say("general", "Mallory", "hello")

It is what a newcomer tries the bot in, and what the end-to-end tests drive.
"""

from __future__ import annotations

from bot.sandbox.interactions import Interaction, Modal
from bot.sandbox.refusals import Refused
from bot.sandbox.server import Sandbox

__all__ = ["Interaction", "Modal", "Refused", "Sandbox"]
