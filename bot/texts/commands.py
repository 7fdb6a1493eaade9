"""What commands and menus in Discord answer, privately, to the moderator who gave them."""

from __future__ import annotations

from bot.texts.writing import TextGroup, text


class FromCommands(TextGroup):
    """What commands and menus in Discord answer, privately, to the moderator who gave them."""

    went_wrong: str = text(
        "Something went wrong, so this was not done. The bot's log says more.", "Where a command or a button fails."
    )
    only_in_servers: str = text("This works only in a server.", "To somebody who gives a command elsewhere.")
    needs_permissions: str = text(
        "For this you need the permission {permissions} in this server.",
        "To somebody who lacks it: {permissions}.",
    )
    needs_both: str = text("{one} and {other}", "In that sentence, where two are lacking: {one} and {other}.")

    flags_title: str = text("Flags", "/flags, above the list.")
    flags_all: str = text("All, newest first.", "/flags, without a filter.")
    flags_by: str = text("by {member}", "/flags, a filter: {member}.")
    flags_in: str = text("in {channel}", "/flags, a filter; also within the line of a flag: {channel}.")
    flags_label: str = text("label {label}", "/flags, a filter: {label}.")
    flags_since: str = text("since {when}", "/flags, a filter: {when}.")
    flags_since_wrong: str = text(
        "`since` wants a duration such as 7d or 12h, or a date such as 2026-11-01, not {given}.",
        "/flags, where the filter is no time: {given}.",
    )
    flags_none: str = text("There are none.", "/flags and /history, of an empty list.")
    flags_waiting: str = text("waiting", "In the line of a flag that nobody has decided on.")
    flags_message: str = text("message", "In the line of a flag, the link to the message.")
    flags_open: str = text("Open a flag", "The head of the menu below the list.")
    flags_option: str = text("Flag #{number}", "A line of that menu: {number}.")
    flags_newer: str = text("Newer", "A button below the list.")
    flags_older: str = text("Older", "A button below the list.")
    flag_unseen: str = text(
        "Flag #{number} is about a channel that you do not see.", "To a moderator who may not read a flag: {number}."
    )
    form_unknown: str = text(
        "This form is of an earlier version of the bot: open it again.",
        "To somebody who sent a form of an earlier version.",
    )
    flag_raised: str = text(
        "Flag #{number}. Its card is on the way to the log channel.", "To a moderator who flagged by hand: {number}."
    )
    flag_known: str = text(
        "It is flagged already as #{number}: use /flag {number}", "To a moderator who flags what is flagged: {number}."
    )
    flag_known_before: str = text("It is flagged already.", "The same, where the flag is not kept any more.")
    flag_not_this: str = text(
        "A message of Discord's or of mine cannot be flagged.", "To a moderator who flags what nobody wrote."
    )

    history_account: str = text("Account made {when}.", "/history: {when}.")
    history_joined: str = text("Joined {when}.", "/history: {when}.")
    history_flags: str = text(
        "Flags: {flags} (upheld {upheld}, mistaken {mistaken}, waiting {waiting}).",
        "/history: {flags}, {upheld}, {mistaken} and {waiting} are numbers.",
    )
    history_first: str = text("The first: {when}.", "/history: {when}.")
    history_strikes: str = text("Strikes that count now: {count}.", "/history and /strikes: {count}.")
    strikes_newest: str = text("The newest {shown} of {count} times:", "/strikes, of many: {shown} and {count}.")
    strikes_line: str = text(
        "{strikes} for flag **#{number}**, {given}, forgotten {forgotten}",
        "/strikes, a line: {strikes}, {number}, {given} and {forgotten}.",
    )
    strikes_menu: str = text("Take strikes back", "/strikes, the head of the menu.")
    strikes_option: str = text("{strikes} for flag #{number}", "/strikes, a line of the menu: {strikes} and {number}.")
    strikes_taken_back: str = text(
        "Strikes taken back for flag #{number}: {count}.", "To a moderator who took them back: {number} and {count}."
    )
    strikes_gone: str = text(
        "The strikes for flag #{number} were taken back before.", "To a moderator who is too late: {number}."
    )

    score_no_text: str = text("There is no text in this message.", "To a moderator who has a message scored.")
    score_nothing: str = text(
        "Nothing in it counts: it is all allowed phrases, links, code or names.", "To a moderator who has it scored."
    )
    score_rules: str = text("The rules here: {actions}.", "/score: {actions} is a list.")
    score_in_shadow: str = text("Now, in shadow mode, it is only flagged.", "/score, in shadow mode.")
    score_reached: str = text(
        "{label} {probability} reaches {at}: {rule}", "/score, a rule: {label}, {probability}, {at} and {rule}."
    )
    score_no_rule: str = text("No rule here fires.", "/score, without one.")
    score_not_read: str = text("This would not be read here: {why}.", "/score: {why} is one of these:")
    exempted_by: str = text("{rule} exempts it", "Why a message is not read: {rule} is an entry of the config.")
    exempt_discord: str = text("written by Discord itself", "Why a message is not read.")
    exempt_bot: str = text("author is a bot", "Why a message is not read.")
    exempt_empty: str = text("nothing to read", "Why a message is not read.")
    exempt_member: str = text("member {member} is exempt", "Why a message is not read: {member} is an id.")
    exempt_role: str = text("role {role} is exempt", "Why a message is not read: {role}.")
    exempt_channel: str = text("channel #{channel} is exempt", "Why a message is not read: {channel}.")
    exempt_thread: str = text("thread {thread} is exempt", "Why a message is not read: {thread} is an id.")
    exempt_category: str = text("category {category} is exempt", "Why a message is not read: {category}.")

    stats_none: str = text("Nothing was flagged here in the last {days} days.", "/stats: {days}.")
    stats_title: str = text(
        "**Flags in the last {days} days: {flags}** (upheld {upheld}, mistaken {mistaken}, waiting for a verdict"
        " {waiting}). {precision}",
        "/stats: {days}, {flags}, {upheld}, {mistaken} and {waiting} are numbers, {precision} a sentence.",
    )
    stats_label: str = text("{label}: {flags}. {precision}", "/stats, a label: {label}, {flags} and {precision}.")
    stats_busiest: str = text("Busiest: {channels}", "/stats: {channels} is a list.")
    stats_precision: str = text(
        "Upheld: {upheld} of {decided}, {share} ({low} to {high}).",
        "/stats, how often the bot is right: {upheld}, {decided}, {share}, and the interval from {low} to {high}.",
    )
    stats_undecided: str = text("No verdicts yet.", "/stats, before the first verdict.")
    stats_picture: str = text(
        "Bar chart of {flags} flags in {days} days by label, and the share that moderators upheld: {labels}.",
        "/stats, the picture for those who cannot see it: {flags}, {days} and {labels}.",
    )
    stats_picture_label: str = text(
        "{label} {flags} flags, {upheld} upheld of {decided}", "A label there: {label}, {flags}, {upheld}, {decided}."
    )
    chart_days: str = text("Flags per day, each once for every label", "/stats, above the upper picture.")
    chart_others: str = text("others", "/stats, the labels that have no colour of their own.")
    chart_precision: str = text("Upheld by moderators, with the 95 % interval", "/stats, above the lower picture.")
    chart_decided: str = text("{upheld} of {decided}", "/stats, beside a label: {upheld} and {decided}.")
    chart_undecided: str = text("no verdicts", "/stats, beside a label without any.")
