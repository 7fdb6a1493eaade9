"""What /setup says about a server, as `doctor` does on the command line."""

from __future__ import annotations

from bot.texts.writing import TextGroup, text


class FromSetup(TextGroup):
    """What /setup says that the bot lacks in a server, and the mends."""

    or_invite_again: str = text("; or invite it again: {link}", "Behind what to allow: {link}.")
    or_press_below: str = text(", or press the button below", "The same in Discord, above the button.")

    lacks_server_wide: str = text(
        "The bot lacks {permissions}, which is needed for {actions}.", "A finding: {permissions} and {actions}."
    )
    lacks_in_channels: str = text(
        "The bot lacks {permission} in {channels}, which is needed for {actions}.",
        "A finding: {permission}, {channels} and {actions}.",
    )
    lacks_history: str = text(
        "The bot lacks {permission} in {channels}, so what was written there while it was away is not found.",
        "A finding: {permission} and {channels}.",
    )
    undo_of: str = text("undo of {action}", "In those sentences, among the actions: {action}.")
    unseen_channels: str = text(
        "The bot cannot see {channels}, so nothing is moderated there.", "A finding: {channels}."
    )
    unseen_private_threads: str = text(
        "The bot cannot see the private threads that members may open in {channels}, so nothing is moderated there.",
        "A finding: {channels}.",
    )
    unseen_private_threads_mend: str = text(
        "{allow} Or let members open no private threads there.", "Its mend: {allow} is one of the two below."
    )
    unseen_mend: str = text(
        "{allow} If it is meant so, name them in `exempt: {example}`.",
        "Its mend: {allow} is one of the two below, {example} a line of the config.",
    )
    allow_on_role: str = text(
        "Server Settings, Roles, {role}: allow {permissions}{or_else}.",
        "A mend: {role}, {permissions} and {or_else}, which may be empty.",
    )
    allow_in_channels: str = text(
        "In the settings of {channels}, Permissions: allow {permission} for the role {role}.",
        "A mend: {channels}, {permission} and {role}.",
    )
    is_timed_out: str = text("Somebody has timed the bot out, so it can do nothing.", "A finding.")
    is_timed_out_mend: str = text("Remove its timeout.", "Its mend.")
    too_powerful: str = text("The bot is an administrator, so a stolen token could do anything here.", "A finding.")
    too_powerful_mend: str = text(
        "Server Settings, Roles, {role}: take Administrator away; the rules do not need it.", "Its mend: {role}."
    )
    members_above: str = text(
        "{roles} above the bot's highest role: {actions} cannot touch members with such a role.",
        "A finding: {roles} and {actions}.",
    )
    drag_above: str = text("Server Settings, Roles: drag {mine} above {roles}.", "Its mend: {mine} and {roles}.")
    role_not_to_give: str = text(
        "{action} names {role}, which belongs to a bot or an integration.", "A finding: {action} and {role}."
    )
    role_not_to_give_mend: str = text("Name a role that people can be given.", "Its mend.")
    role_too_high: str = text(
        "{action} names {role}, which is not below the bot's highest role.", "A finding: {action} and {role}."
    )
    role_not_to_ping: str = text(
        "{action} cannot ping {role} in {channel}: anybody may not mention it.",
        "A finding: {action}, {role} and {channel}.",
    )
    role_not_to_ping_mend: str = text(
        "Server Settings, Roles, {role}: allow anyone to @mention it; or allow the bot {permission} there.",
        "Its mend: {role} and {permission}.",
    )
    log_channel_unset: str = text("`log_channel` is not set, so moderators see no flags in Discord.", "A finding.")
    log_channel_unset_mend: str = text(
        "Make a channel for moderators and name it in the config (`log_channel: mod-log`), or use /setup there.",
        "Its mend.",
    )
    log_channel_missing: str = text(
        "There is no text channel called {channel}, and no open thread with this id, so moderators see no flags in"
        " Discord.",
        "A finding: {channel}.",
    )
    log_channel_missing_mend: str = text(
        "Make a channel {channel} for moderators and the bot (/setup does), or change `log_channel` in the config.",
        "Its mend: {channel}.",
    )
    log_channel_lacks: str = text(
        "The bot lacks {permissions} in {channel}, so moderators see no flags.",
        "A finding: {permissions} and {channel}.",
    )
    log_channel_open: str = text(
        "Everybody can read {channel}, where what was deleted is quoted.", "A finding: {channel}."
    )
    log_channel_open_mend: str = text(
        "In the settings of {channel}, Permissions: make it private, and add the moderators' role and {role}.",
        "Its mend: {channel} and {role}.",
    )
    is_paused: str = text(
        "Paused by {member} since {since}, so nothing is touched: {reason}",
        "A finding: {member}, {since} and {reason}.",
    )
    is_paused_mend: str = text("A moderator ends it there with /resume.", "Its mend.")
    all_permissions: str = text("All that the rules need, in {count} channels.", "Where all is well: {count}.")
    log_channel_private: str = text("{channel}, which not everybody can read.", "Where all is well: {channel}.")
    several: str = text("{names} and {count} more", "In those sentences, of many channels or roles: {names}, {count}.")
