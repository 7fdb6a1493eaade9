"""What commands in Discord answer, privately, to whoever gave them."""

from __future__ import annotations

from bot.texts.writing import TextGroup, text


class FromCommands(TextGroup):
    """What commands in Discord answer, privately, to whoever gave them."""

    only_in_servers: str = text("This works only in a server.", "To somebody who gives a command elsewhere.")
    needs_permissions: str = text(
        "For this you need the permission {permissions} in this server.",
        "To somebody who lacks it: {permissions}.",
    )
    needs_both: str = text("{one} and {other}", "In that sentence, where two are lacking: {one} and {other}.")
    channel_unseen: str = text(
        "Flag #{number} is about a channel that you do not see.", "To a moderator who may not read a flag: {number}."
    )
    form_unknown: str = text(
        "This form is of an earlier version of the bot: open it again.",
        "To somebody who sent a form of an earlier version.",
    )
