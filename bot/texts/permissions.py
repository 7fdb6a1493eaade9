"""Discord's permissions, by the names that its settings show."""

from __future__ import annotations

from bot.texts.writing import TextGroup, text


class PermissionNames(TextGroup):
    """Discord's permissions, by the names that its settings show."""

    permission_add_reactions: str = text("Add Reactions", "A permission.")
    permission_ban_members: str = text("Ban Members", "A permission.")
    permission_create_instant_invite: str = text("Create Invite", "A permission.")
    permission_kick_members: str = text("Kick Members", "A permission.")
    permission_connect: str = text("Connect", "A permission.")
    permission_set_voice_channel_status: str = text("Set Voice Channel Status", "A permission.")
    permission_manage_channels: str = text("Manage Channels", "A permission.")
    permission_manage_events: str = text("Manage Events", "A permission.")
    permission_manage_guild: str = text("Manage Server", "A permission.")
    permission_manage_messages: str = text("Manage Messages", "A permission.")
    permission_manage_nicknames: str = text("Manage Nicknames", "A permission.")
    permission_manage_roles: str = text("Manage Roles", "A permission.")
    permission_manage_threads: str = text("Manage Threads", "A permission.")
    permission_mention_everyone: str = text("Mention @everyone, @here and All Roles", "A permission.")
    permission_moderate_members: str = text("Timeout Members", "A permission.")
    permission_read_message_history: str = text("Read Message History", "A permission.")
    permission_send_messages: str = text("Send Messages", "A permission.")
    permission_send_messages_in_threads: str = text("Send Messages in Threads", "A permission.")
    permission_view_channel: str = text("View Channels", "A permission.")
