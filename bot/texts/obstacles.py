"""What stands in the way of what is to be done: something that the bot lacks, or what Discord says."""

from __future__ import annotations

from bot.texts.writing import TextGroup, text


class Obstacles(TextGroup):
    """What stands in the way of an action or a card: something that the bot lacks, or what Discord says."""

    lacks: str = text("The bot lacks the permission {permission}.", "{permission} is one of those named below.")
    lacks_in: str = text("The bot lacks the permission {permission} in #{channel}.", "{permission} and {channel}.")
    is_owner: str = text("The member owns this server, so nothing can be done to them.", "Whom nobody may touch.")
    is_administrator: str = text(
        "The member is an administrator of this server, so the bot does nothing to them.", "Whom the bot may not touch."
    )
    stands_above: str = text(
        "The member's role {role} is not below the bot's role {mine}: move the bot's role above it.",
        "Whom the bot may not touch: {role} and {mine}.",
    )
    role_stands_above: str = text(
        "The role {role} is not below the bot's role {mine}: move the bot's role above it.",
        "A role that the bot can neither give nor take: {role} and {mine}.",
    )
    role_is_managed: str = text(
        "The role {role} belongs to Discord or to an integration; nobody can give or take it.", "The same: {role}."
    )
    no_such_role: str = text('There is no role "{name}" in this server.', "The rules name it: {name}.")
    no_such_channel: str = text('There is no channel "{name}" in this server.', "The rules name it: {name}.")
    no_channel_to_ping_in: str = text(
        "There is no channel to ping the role in: give notify a channel, or set log_channel.", "notify has no place."
    )
    may_not_ping: str = text(
        "The bot may not ping {role}: let everyone mention the role, or give the bot the permission {permission}.",
        "notify may not: {role} and {permission}.",
    )
    holds_no_messages: str = text("#{channel} holds no messages.", "A forum or a category: {channel}.")
    whole_channel: str = text(
        "The name of a whole channel is left to those who manage it.", "delete, of a name that is no thread's title."
    )
    member_left: str = text("The member has left the server.", "There is nobody to act on.")
    nothing_left: str = text(
        "There was nothing left to act on when the bot tried to {deed}.", "It is gone: {deed} is one of those below."
    )
    not_in_server: str = text("The bot is no longer in this server.", "It was removed.")
    not_connected: str = text("The bot is not connected to this server at the moment.", "Discord is away.")
    takes_no_messages: str = text("The member takes no direct messages from this server.", "They are closed.")
    messages_here: str = text(
        "No direct message was sent: the bot sends at most {count} a minute in one server.",
        "The bot's own limit: {count}.",
    )
    messages_in_all: str = text(
        "No direct message was sent: the bot sends at most {count} a minute in all its servers.",
        "The limit of all servers: {count}.",
    )
    messages_refused: str = text(
        "No direct message was sent: {count} were refused within the last minute.", "Too many are closed: {count}."
    )
    notices_here: str = text(
        "No notice was posted: the bot posts at most {count} a minute in one channel.", "The bot's own limit: {count}."
    )
    discord_refused: str = text(
        "Discord did not let the bot {deed}: {why} ({code}).", "A refusal: {deed}, {why} and {code}."
    )
    no_reason: str = text("no reason given", "In that sentence, where Discord gives none.")
    discord_keeps_refusing: str = text(
        "Discord did not let the bot {deed} {count} times within {minutes} minutes, so it does not try again before"
        " {time}: look at the bot's permissions here.",
        "The bot has stopped asking: {deed}, {count}, {minutes} and {time}.",
    )
    discord_refuses_much: str = text(
        "Discord refused {count} calls within {minutes} minutes, so the bot makes none until {time}: after 10,000"
        " Discord would block its address.",
        "The bot has stopped asking for anything: {count}, {minutes} and {time}.",
    )
    discord_asks_to_wait: str = text(
        "Discord asks the bot to wait {seconds} s before it may {deed}.", "Longer than it waits: {seconds} and {deed}."
    )
    discord_answered: str = text(
        "Discord answered {status} ({code}) when the bot tried to {deed}.", "A failure: {status}, {code} and {deed}."
    )
    discord_away: str = text(
        "Discord could not be reached to {deed} ({error}).", "The connection failed: {deed} and {error}."
    )

    deed_delete_message: str = text("delete the message", "A deed in the sentences above.")
    deed_delete_own: str = text("delete its own message", "A deed in the sentences above.")
    deed_direct_message: str = text("send a direct message", "A deed in the sentences above.")
    deed_notice: str = text("post a notice", "A deed in the sentences above.")
    deed_reply: str = text("answer the message", "A deed in the sentences above.")
    deed_react: str = text("react to the message", "A deed in the sentences above.")
    deed_unreact: str = text("take its reaction away", "A deed in the sentences above.")
    deed_ping: str = text("ping the role", "A deed in the sentences above.")
    deed_look_at_channel: str = text("look at the channel", "A deed in the sentences above.")
    deed_set_slowmode: str = text("change the slow mode", "A deed in the sentences above.")
    deed_invite: str = text("make an invite", "A deed in the sentences above.")
    deed_look_at_member: str = text("look at the member", "A deed in the sentences above.")
    deed_time_out: str = text("time the member out", "A deed in the sentences above.")
    deed_kick: str = text("kick the member", "A deed in the sentences above.")
    deed_set_nickname: str = text("change the nickname", "A deed in the sentences above.")
    deed_add_role: str = text("give the role", "A deed in the sentences above.")
    deed_remove_role: str = text("take the role away", "A deed in the sentences above.")
    deed_look_at_ban: str = text("look at the ban", "A deed in the sentences above.")
    deed_ban: str = text("ban the member", "A deed in the sentences above.")
    deed_unban: str = text("lift the ban", "A deed in the sentences above.")
    deed_look_at_thread: str = text("look at the thread", "A deed in the sentences above.")
    deed_set_title: str = text("change the title", "A deed in the sentences above.")
    deed_clear_voice_status: str = text("take the status away", "A deed in the sentences above.")
    deed_delete_event: str = text("delete the event", "A deed in the sentences above.")
    deed_post_card: str = text("post a card", "A deed in the sentences above.")
    deed_edit_card: str = text("change a card", "A deed in the sentences above.")
    deed_post_notice: str = text("write in the log channel", "A deed in the sentences above.")
