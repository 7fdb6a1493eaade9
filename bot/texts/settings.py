"""What /rules, /pause, /resume and /setup answer, privately, to the moderator who gave them."""

from __future__ import annotations

from bot.texts.writing import TextGroup, text


class AboutSettings(TextGroup):
    """What /rules, /pause, /resume and /setup answer, privately, to the moderator who gave them."""

    rules_title: str = text("What holds in {channel}", "/rules: {channel}.")
    rules_not_read: str = text("**Messages here are not read**: {why}", "/rules: {why}, as /score says it.")
    rules_mode: str = text(
        "**Mode** {mode}: {source}", "/rules: {mode}, and the line or command it comes from: {source}."
    )
    rules_pause_set_aside: str = text("/pause is set aside by it", "Behind it, where the config goes before /pause.")
    rules_paused: str = text(
        "**Mode** shadow: /pause by {member} {when}, {reason}", "/rules, in a pause: {member}, {when} and {reason}."
    )
    rules_log_channel: str = text("**Log channel** {channel}: {source}", "/rules: {channel} and {source}.")
    rules_log_channel_set_up: str = text("**Log channel** {channel}: made by /setup", "/rules: {channel}.")
    rules_log_channel_missing: str = text("{channel} (there is none)", "/rules, where the config is wrong: {channel}.")
    rules_no_log_channel: str = text(
        "**Log channel** none: flags go to the record only. /setup makes one.", "/rules, without a log channel."
    )
    rules_off: str = text("**{label}** off", "/rules, of a label that is off: {label}.")
    rules_step: str = text(
        "**{label}** {at}: {actions}{shadow}; {source}", "/rules: {label}, {at}, {actions}, {shadow} and {source}."
    )
    rules_step_in_shadow: str = text(", shadow by {rule}", "Within it, of a step in shadow mode: {rule}.")
    rules_at_strikes: str = text("at so many strikes", "/rules, in place of a label: the ladder of strikes.")
    rules_strikes: str = text("**Strikes**: {weights}; forgotten after {time}", "/rules: {weights} and {time}.")
    rules_allowed: str = text("**Allowed phrases**: {count}", "/rules: {count}.")
    rules_laid_over: str = text(
        "**Laid over the rest**, the last one winning: {overrides}", "/rules: {overrides} is a list."
    )
    rules_may_differ: str = text(
        "Roles, members and the age of an account may change this: `python -m bot rules` tells for each.",
        "/rules, at the end.",
    )
    rules_default: str = text(
        "the default (`{key}` is not in `{file}`)", "Where a rule comes from, if from nowhere: {key} and {file}."
    )

    pause_begun: str = text(
        "Paused: messages are flagged, and nothing else is done until /resume.", "To a moderator who used /pause."
    )
    pause_before: str = text(
        "{member} has paused it already, {when}: {reason}", "To a moderator who is second: {member}, {when}, {reason}."
    )
    pause_overruled: str = text(
        "{place} says `mode: {mode}` for this server, which goes before /pause. Change it there.",
        "To a moderator who cannot use /pause: {place} and {mode}.",
    )
    pause_not_kept: str = text(
        "It could not be recorded, so it ends when the bot is started anew.", "Behind it, where the record fails."
    )
    pause_over: str = text("The pause is over. The config says `mode: {mode}`.", "To one who used /resume: {mode}.")
    pause_none: str = text("Nothing is paused. The config says `mode: {mode}`.", "To one who used /resume: {mode}.")
    pause_over_not_kept: str = text(
        "It could not be recorded, so it is back when the bot is started anew.", "Behind it, where the record fails."
    )

    setup_there: str = text("The log channel is {channel}.", "/setup: {channel}.")
    setup_made: str = text("I made {channel}, which only moderators and I can read.", "/setup: {channel}.")
    setup_not_kept: str = text(
        "It could not be recorded: use /setup again when the record works.", "Behind it, where the record fails."
    )
    setup_topic: str = text("What Civil Tongue flags, for moderators.", "/setup, the topic of the channel it makes.")
    setup_may_not: str = text(
        "There is no log channel, and I may not make one. Make a private channel #{channel}, let {bot} and your"
        " moderators into it, and use /setup again; or allow me {permission} for a moment.",
        "/setup, without the permission: {channel}, {bot} and {permission}.",
    )
    setup_overruled: str = text(
        "{place} names the log channel {channel}, which is not in this server. Change it there.",
        "/setup, where the config is wrong: {place} and {channel}.",
    )
    setup_unreachable: str = text(
        "Discord does not answer at the moment, so the permissions were not looked at: use /setup again.",
        "/setup, where Discord is away.",
    )
    setup_complete: str = text("Nothing is missing.", "/setup, where all is well.")
    setup_button: str = text("Give the permissions", "/setup, the button that leads to the invite link.")
