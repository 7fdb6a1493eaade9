"""What stands on the card of a flag."""

from __future__ import annotations

from bot.texts.writing import TextGroup, text


class OnCards(TextGroup):
    """What stands on the card of a flag."""

    card_raised: str = text("Flagged by hand by {member}.", "On the card of a flag that a moderator raised: {member}.")
    card_reports: str = text("Reports by members: {count}.", "On a card: {count} members reported it.")
    card_plain: str = text(
        "Flag #{number}: {link} (`python -m bot flags show {number}`)",
        "In place of a card that Discord does not take: {number} and {link}.",
    )
    card_title: str = text("Flag #{number}: {labels}", "The first line of a card: {number} and {labels}.")
    card_by_moderator: str = text(
        "flagged by a moderator", "In place of the labels of a card: a moderator raised the flag."
    )
    card_by_report: str = text("reported by members", "In place of the labels of a card: members reported the message.")
    card_place: str = text(
        "{member} in {channel}{edited}, {when}: {link}",
        "The second line of a card: {member}, {channel}, {edited}, {when} and {link}.",
    )
    card_in_names: str = text("the list of members", "In place of the channel where a member's name was flagged.")
    card_in_events: str = text(
        "the list of events", "In place of the channel where an event was flagged that has none."
    )
    card_edited: str = text(" (edited)", "Behind the channel where the message was edited.")
    card_no_text: str = text("The text was not kept.", "On a card in place of the text.")
    card_read_as: str = text(
        "Read through its disguise ({view}):",
        "Before what was read, where the rule fired on it; {view} names what was undone.",
    )
    card_rule: str = text(
        "Rule {rule}{line}: {label} {probability} reached {at}{surface}{view}.",
        "Which rule fired: {rule}, {line}, {label}, {probability}, {at}, {surface} and {view}.",
    )
    card_line: str = text(", line {line}", "The {line} of the config, within the rule's sentence.")
    card_surface: str = text(" in the {surface}", "Where it stood, if not in the message itself: {surface}.")
    card_no_rule: str = text("No rule fired.", "On the card of a flag without a rule.")
    card_view: str = text(", read as {view}", "Where a disguise was undone before the rule fired: {view} names what.")
    card_nearest: str = text(
        "Nearest threshold not reached: {label} {probability} of {at} ({rule}).",
        "On a card: {label}, {probability}, {at} and {rule} of what nearly fired too.",
    )
    card_strikes: str = text(
        "Strikes: {given} for this, {total} in all.", "On a card that gave strikes: {given} and {total}."
    )
    card_strikes_back: str = text("They were taken back.", "Behind the strikes of a flag that was mistaken.")
    card_strikes_reached: str = text(
        "That reached {rule}{line}.", "Behind it, where a step of the strike ladder was reached: {rule} and {line}."
    )
    card_held_back: str = text("Held back: {actions} ({why}).", "What was held back: {actions} and {why}.")
    card_nothing_done: str = text(
        "For your eyes only: nothing was done.", "On a card of a flag without any other action."
    )
    status_done: str = text("done", "What became of an action: done.")
    status_already_done: str = text("already done", "What became of an action: already done.")
    status_forbidden: str = text("not allowed", "What became of an action: not allowed.")
    status_failed: str = text("failed", "What became of an action: failed.")
    status_held_back: str = text("held back", "What became of an action: held back.")
    status_does_not_apply: str = text("does not apply", "What became of an action that has no meaning there.")
    status_unknown: str = text("unknown", "What became of an action: unknown.")
    status_planned: str = text("planned", "What became of an action: planned.")
    status_started: str = text("started", "What became of an action: started.")
    upheld: str = text("upheld", "What a moderator made of a flag: it was right.")
    mistaken: str = text("mistaken", "What a moderator made of a flag: it was wrong.")
    card_new_member: str = text("New here, joined {since}.", "On a card: joined {since}, lately.")
    card_member: str = text("Joined {since}.", "On a card: joined {since}.")
    card_new_account: str = text(
        "The account was made {since}.", "On the card of somebody whose account is new: {since}."
    )
    card_history: str = text(
        "Flags before: {flags} (mistaken: {mistaken}).",
        "On a card, of the member: {flags} and {mistaken}.",
    )
    card_no_history: str = text("No flags before.", "On the card of a member's first flag.")
    card_standing_strikes: str = text("Strikes that stand: {count}.", "On a card, of the member: {count}.")
    card_group: str = text(
        "**The same text {count} times**, by {members} (members: {authors}). What you decide here holds for all of"
        " them.",
        "On a card that stands for {count} flags by {authors} members, some of them named: {members}.",
    )
    card_group_alike: str = text(
        "**Nearly the same text {count} times**, in {texts} spellings, by {members} (members: {authors}). What you"
        " decide here holds for all of them; `/flags` shows each.",
        "In its place, where they differ in {texts} spellings: {count}, {authors} and {members}.",
    )
    card_by: str = text(" by {member}", "Behind an action that {member} ordered by hand.")
    card_stays: str = text(
        ", after the verdict, so it stays", "Behind that, where the flag had been found mistaken before."
    )
    card_undone: str = text("Taken back. {detail}", "Below an action that was undone: {detail}.")
    card_not_undone: str = text("Not taken back. {detail}", "Below an action that could not be undone: {detail}.")
    card_ruling: str = text(
        "{verdict} by {member}, {when}",
        "Who decided: {verdict}, {member}, {when} and {via} (card, command, appeal or command line).",
    )
    card_note: str = text("✎ {member}, {when}: {note}", "A note on a card: {member}, {when}, {note}.")
    card_note_gone: str = text("(no longer kept)", "In place of a note that is no longer kept.")
    button_uphold: str = text("Uphold", "A card's button: the flag is right.")
    button_mistaken: str = text("Mistaken", "A card's button: the flag is wrong, undo it.")
    button_again: str = text("Try again", "That button once something could not be undone.")
    button_delete: str = text("Delete", "A card's button.")
    button_ban: str = text("Ban", "A card's button.")
    button_note: str = text("Note", "A card's button.")
    button_timeout: str = text("Timeout", "The head of a card's menu of timeouts.")
    note_title: str = text("Note on flag #{number}", "The head of the form for a note: {number}.")
    note_label: str = text("Note, for moderators only", "The field of the form for a note.")
