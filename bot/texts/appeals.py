"""What is read about appeals, by members and by moderators."""

from __future__ import annotations

from bot.texts.writing import TextGroup, text


class InAppeals(TextGroup):
    """Appeals: what their authors read, and what stands on the cards that moderators decide on."""

    appeal_button: str = text("Appeal", "On the button with which a member appeals against a flag.")
    appeal_elsewhere: str = text("Appeal on the web", "On the button that leads to appeal_url.")
    appeal_title: str = text("Appeal against flag {number}", "Above the form for an appeal: {number}.")
    appeal_question: str = text("What should the moderators know?", "In the form for an appeal.")
    appeal_made: str = text(
        "Your appeal against flag {number} was passed on to the moderators of {server}. They will have a look; you"
        " get a direct message, and /why on the server shows the answer, too.",
        "To a member who appealed: {number} and {server}.",
    )
    appeal_open: str = text(
        "Your appeal against flag {number} waits for the moderators of {server}.",
        "To a member whose appeal is not decided: {number} and {server}.",
    )
    appeal_accepted: str = text(
        "Your appeal against flag {number} on {server} was accepted: the flag was mistaken, and what could be undone"
        " was undone.",
        "To a member whose appeal was accepted: {number} and {server}.",
    )
    appeal_refused: str = text(
        "Your appeal against flag {number} on {server} was refused: the flag stands.",
        "To a member whose appeal was refused: {number} and {server}.",
    )
    appeal_no_flag: str = text(
        "There is no flag {number} on you any more.", "To a member who appeals against a flag that is gone: {number}."
    )
    appeal_too_old: str = text(
        "Flag {number} is older than {days} days, so it can no longer be appealed against.",
        "To a member who appeals too late: {number} and {days}.",
    )
    appeal_taken_back: str = text(
        "Flag {number} was found to be mistaken already.", "To a member who appeals against a mistaken flag: {number}."
    )
    appeal_blocked: str = text(
        "The moderators of {server} take no more appeals of yours here.",
        "To a member whose appeals are not taken: {server}.",
    )
    appeal_too_many: str = text(
        "You have appealed {most} times within a day. Try again tomorrow.", "To a member who appeals too often: {most}."
    )
    appeal_card_title: str = text("Appeal against flag #{number}", "The first line of the card of an appeal: {number}.")
    appeal_card_by: str = text(
        "{member} appeals, {when}. The flag ({labels}): {link}",
        "Who appeals against what: {member}, {when}, {labels} and {link}.",
    )
    appeal_card_no_words: str = text(
        "The words of the appeal were not kept.", "On the card of an appeal in place of its words."
    )
    appeal_card_message: str = text("The message:", "On the card of an appeal, before the text of the flag.")
    appeal_card_upheld: str = text(
        "Upheld by {member}: another moderator decides, where there is one.",
        "On the card of an appeal against a flag that was upheld: {member}.",
    )
    appeal_card_accepted: str = text(
        "Accepted by {member}, {when}: the flag was mistaken.",
        "On the card of an appeal that was accepted: {member} and {when}.",
    )
    appeal_card_refused: str = text(
        "Refused by {member}, {when}: the flag stands.",
        "On the card of an appeal that was refused: {member} and {when}.",
    )
    appeal_card_told: str = text("The member was told.", "On the card of an appeal: its author had the answer.")
    appeal_card_not_told: str = text(
        "The member could not be told by direct message; /why and the button in their message show it.",
        "On the card of an appeal: its author takes no direct messages.",
    )
    appeal_card_blocked: str = text(
        "No more appeals of this member are taken.", "On the card of an appeal of a member who is blocked."
    )
    appeal_accept: str = text("Accept", "On a button of an appeal's card.")
    appeal_refuse: str = text("Refuse", "On a button of an appeal's card.")
    appeal_block: str = text("Take no more of their appeals", "On a button of an appeal's card.")
    appeal_unblock: str = text("Take their appeals again", "On a button of an appeal's card.")
    appeal_gone: str = text(
        "There is no such appeal any more.", "To a moderator who decides on an appeal that was erased."
    )
    appeal_decided: str = text(
        "{member} has decided on this appeal already.", "To a moderator who decides too late: {member}."
    )
    appeal_for_another: str = text(
        "You upheld this flag yourself, so another moderator has to decide on the appeal. If nobody has by {when},"
        " you can.",
        "To a moderator who upheld what is appealed against: {when}.",
    )
    appeal_hurry: str = text(
        "You have decided on very many flags within this minute. Look at this one again in a minute.",
        "To a moderator who decides too fast.",
    )
    appeal_is_blocked: str = text(
        "No more appeals of {member} are taken.", "To a moderator who blocked a member's appeals: {member}."
    )
    appeal_is_unblocked: str = text(
        "Appeals of {member} are taken again.", "To a moderator who takes a member's appeals again: {member}."
    )
