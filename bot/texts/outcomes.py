"""What an action says of itself: what it did, what was so already, and what it took back."""

from __future__ import annotations

from bot.texts.writing import TextGroup, text


class InOutcomes(TextGroup):
    """What an action says on a card: what it did, what was so already, and what was taken back."""

    for_time: str = text(" for {time}", "Behind what is done for a time only: {time}, such as 1 h 30 min.")
    time_over: str = text("Its time of {time} would be over by now.", "Why nothing was done: {time} has passed since.")
    no_such_action: str = text(
        "There is no {action} for {kind}.", "Why nothing was done: {action}, and {kind} in the words below."
    )
    kind_message: str = text("a message", "In that sentence.")
    kind_title: str = text("a title", "In that sentence.")
    kind_status: str = text("the status of a voice channel", "In that sentence.")
    kind_event: str = text("an event", "In that sentence.")
    kind_name: str = text("a name", "In that sentence.")
    kind_automod: str = text("what AutoMod blocked", "In that sentence.")
    interrupted: str = text("The bot stopped while it was doing this.", "Why it is not known whether it was done.")
    not_in_time: str = text("It could not be done within {minutes} minutes.", "Why it is not begun: {minutes}.")
    in_shadow_mode_now: str = text("The bot is in shadow mode now.", "Why it is not begun any more.")
    broke: str = text(
        "{action} failed with an unexpected {error} at {place}.", "An error of ours: {action}, {error} and {place}."
    )
    nothing_to_undo: str = text("Nothing was done, so there is nothing to take back.", "Of what was not done.")
    undone_before: str = text("It has been taken back already.", "Of what was taken back before.")
    undo_unknown: str = text(
        "The bot does not know whether this was done, so it takes nothing back.", "Of what may have been done or not."
    )
    wanted_by_another: str = text("Flag #{number} asks for it, too, so it stays.", "Of what is shared: {number}.")
    lasts_longer: str = text("It stays so for longer now.", "Behind what was so already, and was to end sooner.")
    ordered_anew: str = text("A moderator ordered this again since, so it stays.", "Of what was ordered anew.")
    action_not_known: str = text(
        "The bot does not know {action} with these options, so it leaves that as it is.",
        "Of what another version of the bot did, or was to do: {action}.",
    )

    messages_deleted: str = text("{count} messages were deleted.", "delete, of {count} messages read as one.")
    title_removed_now: str = text("The title was taken away.", "delete, of a thread's title.")
    status_removed: str = text(
        "The status of the voice channel was taken away.", "delete, of a voice channel's status."
    )
    event_deleted: str = text("The event was deleted.", "delete, of an event.")
    automod_kept_back: str = text(
        "AutoMod kept the message back, so there is none to delete.", "delete, of what was never posted."
    )
    message_text_returned: str = text(
        "The text went back to its author by direct message; the message itself is gone.", "delete, taken back."
    )
    status_text_returned: str = text(
        "The text went back to its author by direct message; the status itself is gone.",
        "delete of a voice channel's status, taken back.",
    )
    event_text_returned: str = text(
        "The text went back to its author by direct message; the event itself is gone.",
        "delete of an event, taken back.",
    )
    text_not_returned: str = text(
        "The text is no longer kept, so it cannot be given back to its author.", "delete, not taken back."
    )
    title_returned: str = text("The title stands there again.", "delete of a title, taken back.")
    title_returned_before: str = text("The title stands there again already.", "delete of a title, taken back before.")
    title_changed: str = text("The title was changed since, so it stays as it is.", "delete of a title, let be.")

    warned: str = text("The member was told by direct message.", "warn.")
    warned_in_channel: str = text(
        "A notice was posted in the channel for {seconds} s instead.", "warn, with closed direct messages: {seconds}."
    )
    warning_too_late: str = text("A notice in the channel would come too late.", "warn, of an old message.")
    warning_undone: str = text(
        "The member was told by direct message that the warning was mistaken.", "warn, taken back."
    )
    replied: str = text("The message was answered in its channel.", "reply.")
    reply_too_late: str = text("An answer in the channel would come too late.", "reply, to an old message.")
    reply_deleted: str = text("The answer was deleted.", "reply, taken back.")
    reply_gone: str = text("The answer is gone already.", "reply, taken back before.")
    reacted: str = text("The bot reacted with {emoji}.", "react: {emoji}.")
    reaction_removed: str = text("The reaction was taken away.", "react, taken back.")
    pinged: str = text("The role was pinged.", "notify.")
    ping_stays: str = text("A ping cannot be taken back: who was called has heard it.", "notify, not taken back.")
    pinged_before: str = text("{role} was pinged within the last {seconds} s.", "notify, twice: {role} and {seconds}.")

    slowed: str = text(
        "The channel is in slow mode{lasting}, with {time} between messages.", "slowmode: {lasting} and {time}."
    )
    slow_before: str = text(
        "The channel is in slow mode already, with {seconds} s between messages.", "slowmode, so already: {seconds}."
    )
    slow_no_more: str = text("The slow mode is as it was before.", "slowmode, taken back.")
    slow_no_more_before: str = text("The slow mode is as it was already.", "slowmode, taken back before.")
    slow_changed: str = text("The slow mode was changed since, so it stays as it is.", "slowmode, let be.")

    nickname_removed: str = text("The nickname was taken away.", "reset_nickname.")
    nickname_replaced: str = text("The nickname was replaced.", "reset_nickname, with a name of the owner's.")
    nickname_none: str = text("The member has no nickname.", "reset_nickname, so already.")
    nickname_same: str = text("The member is called that already.", "reset_nickname, so already.")
    nickname_of_account: str = text(
        "It is the account's own name that was flagged, which only the member can change; give reset_nickname a name"
        " to put over it.",
        "reset_nickname, where there is none to take away.",
    )
    nickname_back: str = text("The member has the earlier nickname again.", "reset_nickname, taken back.")
    nickname_back_before: str = text("The member has the earlier nickname again already.", "The same, before.")
    nickname_changed: str = text("The nickname was changed since, so it stays as it is.", "reset_nickname, let be.")

    role_given: str = text("The member was given the role {role}{lasting}.", "add_role: {role} and {lasting}.")
    role_there: str = text("The member has the role {role} already.", "add_role, so already: {role}.")
    role_given_undone: str = text("The role {role} was taken back.", "add_role, taken back: {role}.")
    role_given_undone_before: str = text("The member no longer has the role {role}.", "The same, before: {role}.")
    role_taken: str = text("The role {role} was taken from the member{lasting}.", "remove_role: {role} and {lasting}.")
    role_not_there: str = text("The member does not have the role {role}.", "remove_role, so already: {role}.")
    role_taken_undone: str = text("The role {role} was given back.", "remove_role, taken back: {role}.")
    role_deleted: str = text("The role is no longer there.", "add_role or remove_role, once the role was deleted.")
    role_taken_undone_before: str = text("The member has the role {role} again already.", "The same, before: {role}.")

    timed_out: str = text("The member is timed out until {until} ({time}).", "timeout: {until} and {time}.")
    timed_out_before: str = text("The member is timed out until {until} already.", "timeout, so already: {until}.")
    timeout_lifted: str = text("The timeout was lifted.", "timeout, taken back.")
    timeout_as_before: str = text(
        "The member is timed out until {until} again, as before the flag.", "timeout, taken back: {until}."
    )
    timeout_over: str = text("The timeout is over already.", "timeout, over before it was taken back.")
    timeout_changed: str = text("The timeout was changed since, so it stays as it is.", "timeout, let be.")

    kicked: str = text("The member was kicked.", "kick.")
    softbanned: str = text("The member was removed with their messages of the last {time}.", "softban: {time}.")
    softban_half_done: str = text(
        "The member was banned and could not be unbanned; please do that.", "softban, where only its first half worked."
    )
    softbanned_messages_gone: str = text("The deleted messages are gone.", "softban, taken back.")
    banned: str = text("The member was banned{lasting}.", "ban: {lasting}.")
    banned_before: str = text("The member is banned already.", "ban or softban, so already.")
    unbanned: str = text("The ban was lifted.", "ban, taken back.")
    unbanned_before: str = text("The ban was lifted already.", "ban, taken back before.")
    banned_anew: str = text("The member was banned for another reason since, so the ban stays.", "ban, let be.")
    left_before: str = text("The member has left already.", "softban, of a member who is not there.")
    back_before: str = text("The member is back already.", "kick or softban, where they came back by themselves.")
    removal_told: str = text("They were told by direct message.", "Behind a kick, softban or ban.")
    removal_not_told: str = text("They were not told: {why}", "Behind a kick, softban or ban: {why} is a sentence.")
    invite_sent: str = text("They were sent an invite by direct message.", "A kick, softban or ban was taken back.")
    invite_to_pass_on: str = text(
        "This invite can be passed on to them: {invite}", "The same, where they take no direct messages: {invite}."
    )
    no_invite: str = text("No invite was made: {why}", "A ban was lifted, but: {why} is a sentence.")
