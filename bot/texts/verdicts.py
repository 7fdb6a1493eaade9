"""What moderators are told who press a button or decide."""

from __future__ import annotations

from bot.texts.writing import TextGroup, text


class ToModerators(TextGroup):
    """What a moderator is told who decides on a flag or presses another button of its card."""

    no_flag: str = text("There is no flag #{number} here.", "Where {number} names no flag.")
    verdict_upheld: str = text("Flag #{number} is upheld.", "To a moderator who upheld a flag: {number}.")
    verdict_mistaken: str = text("Flag #{number} was mistaken.", "To a moderator who found a flag mistaken: {number}.")
    verdict_same: str = text(
        "Flag #{number}: {member} had decided so before ({verdict}).",
        "Where the same verdict stands already: {number}, {member} and {verdict}.",
    )
    verdict_too_late: str = text(
        "{member} was faster: flag #{number} is {verdict}. Nothing was changed; if you see it differently, decide"
        " again on the card as it is now.",
        "Where another moderator decided first: {number}, {member} and {verdict}.",
    )
    card_of_another: str = text(
        "This card is older than what flag #{number} is about, so it shows another flag: the record was put back to an"
        " earlier day since. Nothing was done; /flags has what there is now.",
        "Where a card is from before a record was restored: {number}.",
    )
    verdict_confirm: str = text(
        "You decided on more than {most} flags within a minute. Do you mean it?",
        "Where one moderator decides on more than {most} flags within a minute.",
    )
    verdict_yes: str = text("Yes, I mean it", "The button below that question.")
    verdict_also: str = text(
        "So are {count} more flags that say the same.", "Where a card stood for {count} more flags."
    )
    verdict_strikes: str = text(
        "Strikes taken back: {count}.", "Of a mistaken flag whose {count} strikes count no more."
    )
    verdict_undone: str = text("✓ {action} taken back. {detail}", "What was taken back: {action} and {detail}.")
    verdict_not_undone: str = text(
        "✗ {action} not taken back. {detail}", "What was not taken back: {action} and {detail}."
    )
    verdict_stays: str = text(
        "– {action} by {member} came after the verdict, so it stays.",
        "Of what {member} did by hand after a flag was found mistaken: {action} and {member}.",
    )
    verdict_look_at: str = text(
        "Look again at {numbers}: the strike ladder had counted these strikes there.",
        "Later flags that counted strikes which are taken back: {numbers}.",
    )
    verdict_goes_on: str = text(
        "The rest is being taken back; the card will tell.",
        "Where taking back takes longer than the answer to the moderator.",
    )
    verdict_not_redone: str = text(
        "What was taken back stays so; do it anew with the buttons if it should be done again.",
        "Where a mistaken flag is upheld after all.",
    )
    refused_self: str = text(
        "You cannot decide about yourself: another moderator has to.",
        "To a moderator who would decide on a flag of their own.",
    )
    refused_permission: str = text(
        "You may not do this: it takes the permission {permission}{channel}.",
        "To somebody without the permission for a deed: {permission} and {channel}.",
    )
    refused_in_channel: str = text(
        " in {channel}", "Where the permission is lacking, if in one channel only: {channel}."
    )
    refused_or: str = text(" or ", "Between two permissions of which one is enough.")
    refused_rank: str = text(
        "You may not do this: your highest role is not above that of {member}.",
        "To a moderator whom {member} does not rank below.",
    )
    refused_owner: str = text(
        "You may not do this: {member} owns this server.",
        "To a moderator who would act on {member}, the server's owner.",
    )
    note_kept: str = text("The note is on the card.", "To a moderator who wrote a note.")
    note_not_kept: str = text(
        "The note was not kept: the bot has no key to seal it with; `python -m bot doctor` says more.",
        "To a moderator whose note could not be kept.",
    )
    by_hand_group: str = text(
        "This is about {count} messages by {authors} members. Do you mean it?",
        "Before a deed from a card that stands for {count} messages by {authors}.",
    )
    by_hand_result: str = text(
        "{mark} {action}: {status}. {detail}",
        "What came of a moderator's own deed: {mark}, {action}, {status} and {detail}.",
    )
    by_hand_goes_on: str = text(
        "It is being done; the card will tell.", "Where a moderator's own deed takes longer than the answer to them."
    )
    ban_question: str = text(
        "Ban {members}? They are kept out until somebody unbans them, and told so by direct message first, with a"
        " button to appeal. What they wrote stays.",
        "Before a ban from a card: {members}.",
    )
    ban_yes: str = text("Yes, ban", "The button below that question.")
    cancel: str = text("Cancel", "The other button below a question.")
    cancelled: str = text("Nothing was done.", "Where a moderator pressed it.")
    one_moment: str = text("One moment…", "While what a moderator said yes to is being done.")
