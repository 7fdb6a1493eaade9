"""What members read."""

from __future__ import annotations

from bot.texts.writing import TextGroup, text

LONGEST_INTRODUCTION = 500  # characters; what it introduces has to fit behind it, however long the names in it are


class ToMembers(TextGroup):
    """What members read: in direct messages, in the channel, and as answers to their own commands."""

    warning: str = text(
        "Your message in #{channel} on {server} was flagged as {labels}. Please keep the talk there friendly."
        " Moderators know this as flag {number}.",
        "What `warn` tells a member where the step has no words of its own: {member}, {server}, {channel}, {labels}"
        " and {number} are filled in.",
    )
    warning_name: str = text(
        "Your name on {server} was flagged as {labels}. Please choose a friendlier one. Moderators know this as flag"
        " {number}.",
        "What `warn` tells a member about a name: {member}, {server}, {labels} and {number} are filled in.",
    )
    warning_title: str = text(
        "The title that you gave a thread in #{channel} on {server} was flagged as {labels}. Please keep the talk"
        " there friendly. Moderators know this as flag {number}.",
        "What `warn` tells a member about a title: {member}, {server}, {channel}, {labels} and {number} are filled in.",
    )
    warning_status: str = text(
        "The status that you gave the voice channel {channel} on {server} was flagged as {labels}. Please keep the talk"
        " there friendly. Moderators know this as flag {number}.",
        "What `warn` tells a member about a voice channel's status: {member}, {server}, {channel}, {labels} and"
        " {number} are filled in.",
    )
    warning_event: str = text(
        "An event that you made on {server} was flagged as {labels}. Please keep the talk there friendly. Moderators"
        " know this as flag {number}.",
        "What `warn` tells a member about an event: {member}, {server}, {labels} and {number} are filled in.",
    )
    title_removed: str = text(
        "Title removed",
        "What stands in place of a thread's title that was taken away, at most 100 characters.",
        longest=100,
    )
    removal: str = text(
        "You are being removed from {server}: your message in #{channel} was flagged as {labels} (flag {number}). If"
        " you think that this is a mistake, you can appeal.",
        "What a member is told before a kick or a ban: {member}, {server}, {channel}, {labels} and {number} are"
        " filled in.",
    )
    reply: str = text(
        "Please keep the talk here friendly.",
        "What `reply` answers where the step has no words of its own: {member}, {server}, {channel}, {labels} and"
        " {number} are filled in.",
    )
    warning_mistaken: str = text(
        "The warning about your message in #{channel} on {server} (flag {number}) was mistaken. It no longer counts.",
        "When a warning is taken back: {member}, {server}, {channel}, {labels} and {number} are filled in.",
    )
    text_returned: str = text(
        "Your message in #{channel} on {server} should not have been deleted (flag {number}). This was its text:",
        "Before the text of a message that should not have been deleted: {member}, {server}, {channel}, {labels} and"
        " {number} are filled in.",
        longest=LONGEST_INTRODUCTION,
    )
    text_cut: str = text("(cut here)", "Behind a text that is too long to be given back whole.", longest=100)
    invited_back: str = text(
        "You should not have been removed from {server} (flag {number}). You can come back with this invite:",
        "Before an invite for a member who should not have been removed: {member}, {server}, {channel}, {labels} and"
        " {number} are filled in.",
    )
    report_taken: str = text(
        "Thank you. Moderators have been told; they do not see who reported it.", "To a member who reported a message."
    )
    report_known: str = text("You have reported this message before.", "To a member who reports a message again.")
    report_limit: str = text(
        "You have reported {most} messages within an hour, which is the most. Moderators look at them first.",
        "To a member who reports too much: {most}.",
    )
    report_own: str = text(
        "This is your own message. You can delete it yourself.", "To a member who reports their own message."
    )
    report_of_bot: str = text(
        "This message is mine, so there is nothing to report.", "To a member who reports a message of this bot."
    )
    report_decided: str = text(
        "Moderators have looked at this message already.",
        "To a member who reports a message that moderators have decided on.",
    )
    report_failed: str = text(
        "Your report could not be recorded. Please tell a moderator.", "To a member whose report could not be recorded."
    )
    why_hint: str = text(
        "Type /why to see why, and to appeal.",
        "Behind a notice in the channel, for members who take no direct messages.",
    )
    why_none: str = text("Nothing that you wrote here was flagged.", "What /why says to a member without flags.")
    why_title: str = text("What was flagged of you on {server}", "Above the flags that /why shows: {server}.")
    why_flag: str = text(
        "Flag {number} in {channel}, {when}: {labels}", "One flag in /why: {number}, {channel}, {when} and {labels}."
    )
    why_done: str = text("What was done: {actions}.", "In /why: {actions} is a list.")
    why_nothing_done: str = text(
        "The moderators were told; nothing else was done.", "In /why, of a flag without another action."
    )
    why_no_text: str = text("The text is not kept any more.", "In /why in place of the text.")
    why_undecided: str = text("No moderator has decided on it yet.", "In /why, of a flag without a verdict.")
    why_upheld: str = text("A moderator found it right.", "In /why, of a flag that was upheld.")
    why_mistaken: str = text("It was mistaken and counts no more.", "In /why, of a flag that was mistaken.")
    why_appealed: str = text("Your appeal waits for a decision.", "In /why, of a flag with an open appeal.")
    why_accepted: str = text("Your appeal was accepted.", "In /why, of a flag whose appeal was accepted.")
    why_refused: str = text("Your appeal was refused.", "In /why, of a flag whose appeal was refused.")
    why_strikes: str = text(
        "Strikes that stand against you here: {strikes}.", "In /why, where there are strikes: {strikes}."
    )
    why_more: str = text(
        "The latest {shown} of {count} are shown.", "In /why, where there are more flags: {shown} and {count}."
    )
    mydata_file: str = text(
        "This is all that is kept about you on {server}. Only you see this message.",
        "With the file of /mydata export: {server}.",
    )
    mydata_left_out: str = text(
        "The {count} oldest scores did not fit into the file; the owner of the bot can give you all.",
        "With the file of /mydata export, where it is cut: {count}.",
    )
    mydata_wait: str = text(
        "You had this file a moment ago. Ask again in {minutes} minutes.",
        "To a member who asks for their data too often: {minutes}.",
    )
    mydata_sure: str = text(
        "This erases the texts, flags, appeals and scores that are kept of what you wrote on {server}, and what you"
        " reported. Strikes stay as numbers until they fade. What you write from now on is looked at as before.",
        "What /mydata delete asks: {server}.",
    )
    mydata_button: str = text("Erase my data", "On the button of /mydata delete.")
    mydata_erased: str = text(
        "Erased: {flags} flags and {scores} scores.", "What /mydata delete has done: {flags} and {scores}."
    )
    mydata_waiting: str = text(
        "{count} more flags wait until the moderators have decided on them, or {days} days at most; then they are"
        " erased, too.",
        "What /mydata delete has to wait for: {count} and {days}.",
    )
