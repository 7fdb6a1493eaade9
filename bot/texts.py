"""Every text that members and moderators read, in one place, each replaceable by ``texts:`` in config.yaml."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

LONGEST_TEXT = 1_900  # characters, filled in; Discord takes 2,000, and a notice has a mention before it
PLACEHOLDER_GROWS_TO = 200  # characters; names of 100 with every character escaped

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


class Texts(BaseModel):
    """``texts:`` in config.yaml. A text may use the {placeholders} that its description names, and no others."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    warning: str = Field(
        default=(
            "Your message in #{channel} on {server} was flagged as {labels}. Please keep the talk there friendly."
            " Moderators know this as flag {number}."
        ),
        description=(
            "What `warn` tells a member where the step has no words of its own:"
            " {member}, {server}, {channel}, {labels} and {number} are filled in."
        ),
    )
    warning_name: str = Field(
        default=(
            "Your name on {server} was flagged as {labels}. Please choose a friendlier one."
            " Moderators know this as flag {number}."
        ),
        description="What `warn` tells a member about a name: {member}, {server}, {labels} and {number} are filled in.",
    )
    warning_title: str = Field(
        default=(
            "The title that you gave a thread in #{channel} on {server} was flagged as {labels}. Please keep the talk"
            " there friendly. Moderators know this as flag {number}."
        ),
        description=(
            "What `warn` tells a member about a title:"
            " {member}, {server}, {channel}, {labels} and {number} are filled in."
        ),
    )
    warning_event: str = Field(
        default=(
            "An event that you made on {server} was flagged as {labels}. Please keep the talk there friendly."
            " Moderators know this as flag {number}."
        ),
        description=(
            "What `warn` tells a member about an event: {member}, {server}, {labels} and {number} are filled in."
        ),
    )
    title_removed: str = Field(
        default="Title removed",
        max_length=100,
        description="What stands in place of a thread's title that was taken away, at most 100 characters.",
    )
    removal: str = Field(
        default=(
            "You are being removed from {server}: your message in #{channel} was flagged as {labels}"
            " (flag {number}). If you think that this is a mistake, you can appeal."
        ),
        description=(
            "What a member is told before a kick or a ban:"
            " {member}, {server}, {channel}, {labels} and {number} are filled in."
        ),
    )
    reply: str = Field(
        default="Please keep the talk here friendly.",
        description=(
            "What `reply` answers where the step has no words of its own:"
            " {member}, {server}, {channel}, {labels} and {number} are filled in."
        ),
    )
    call: str = Field(
        default="flag {number} in #{channel} ({labels}) wants a look.",
        description=(
            "What `notify` says to a role where the step has no words of its own:"
            " {member}, {server}, {channel}, {labels} and {number} are filled in."
        ),
    )
    warning_mistaken: str = Field(
        default=(
            "The warning about your message in #{channel} on {server} (flag {number}) was mistaken."
            " It no longer counts."
        ),
        description="When a warning is taken back: {member}, {server}, {channel}, {labels} and {number} are filled in.",
    )
    text_returned: str = Field(
        default=(
            "Your message in #{channel} on {server} should not have been deleted (flag {number}). This was its text:"
        ),
        description=(
            "Before the text of a message that should not have been deleted:"
            " {member}, {server}, {channel}, {labels} and {number} are filled in."
        ),
    )
    text_cut: str = Field(default="(cut here)", description="Behind a text that is too long to be given back whole.")
    invited_back: str = Field(
        default="You should not have been removed from {server} (flag {number}). You can come back with this invite:",
        description=(
            "Before an invite for a member who should not have been removed:"
            " {member}, {server}, {channel}, {labels} and {number} are filled in."
        ),
    )
    flagging_only: str = Field(
        default=("**Flagging only.** {why} Messages are flagged; nothing else is done until this is mended."),
        description="The fail-safe began: {why} is a sentence.",
    )
    not_checking: str = Field(
        default=(
            "**Messages go unchecked.** {why} What is not scored is neither flagged nor deleted; what is scored is only"
            " flagged until this is mended."
        ),
        description="Scoring is in trouble: {why} is a sentence.",
    )
    all_is_well: str = Field(
        default="**All is well again.** Actions are carried out as the config says.",
        description="The fail-safe is over.",
    )
    rush: str = Field(default="**Flagging only.** {why}.", description="A server's limit was reached: {why}.")
    rush_over: str = Field(
        default="**Actions are carried out again.** The rush is over.", description="A server's limit holds no longer."
    )
    texts_not_kept: str = Field(
        default="**Texts are not kept.** {why}", description="The key is missing or wrong: {why} is a sentence."
    )
    rules_changed: str = Field(
        default="**The rules have changed.** {changes}", description="A new config is in force: {changes} is a list."
    )
    rules_kept: str = Field(
        default="**The config has errors, so the rules stay as they were.** {problems}",
        description="A changed config is wrong: {problems} is a list.",
    )
    and_more: str = Field(default="and {count} more", description="At the end of a list cut short: {count}.")
    restart_needed: str = Field(
        default="Only after a restart: {keys}.", description="What of a new config has to wait: {keys} is a list."
    )
    introduction: str = Field(
        default=(
            "**Civil Tongue watches this server.** It looks for: {labels}. {mode} The rules are in {config}. {next}"
        ),
        description="Said once in the log channel: {labels}, {mode}, {config} and {next}.",
    )
    introduction_shadow: str = Field(
        default=("Mode: **shadow**. Nothing is touched; what would be done is shown here, and once a day in numbers."),
        description="What the introduction says of shadow mode.",
    )
    introduction_live: str = Field(
        default="Mode: **live**. What the rules say is done, and shown here.",
        description="What the introduction says of live mode.",
    )
    introduction_next_shadow: str = Field(
        default=(
            "Next: look at the flags for some days; raise the threshold that a mistaken one names, "
            "and when you like what you see, write `mode: live` into that file."
        ),
        description="What to do next, in shadow mode.",
    )
    introduction_next_live: str = Field(
        default=(
            "Next: raise the threshold that a mistaken flag names, or exempt a role or a channel in that file. "
            "`python -m bot doctor` on the bot's machine tells what it lacks."
        ),
        description="What to do next, in live mode.",
    )
    digest: str = Field(
        default=(
            "**Shadow mode since {since}:** {flags} messages flagged ({labels}). "
            "In live mode this would have been done: {actions}. Busiest channels: {channels}."
        ),
        description="Once a day in shadow mode: {since}, {flags}, {labels}, {actions} and {channels}.",
    )
    digest_no_actions: str = Field(
        default="nothing but flags", description="In the digest where no action was held back."
    )
    held_by_shadow_mode: str = Field(
        default="shadow mode: nothing is touched until the config says mode: live",
        description="Why an action was held back: shadow mode.",
    )
    held_by_pause: str = Field(
        default="paused since {since}: nothing is touched until a moderator uses /resume",
        description="Why an action was held back: /pause was used at {since}.",
    )
    paused: str = Field(
        default="**Paused by {member}**: {reason}\nMessages are flagged; nothing is touched until /resume.",
        description="A moderator has used /pause: {member} and {reason}.",
    )
    resumed: str = Field(
        default="**The pause is over**, by {member}. Mode: {mode}.",
        description="A moderator has used /resume: {member} and {mode}.",
    )
    strikes_removed: str = Field(
        default="**{moderator} took back strikes** of {member}: {count}, for flag {number}.",
        description="A moderator has taken strikes back: {moderator}, {member}, {count} and {number}.",
    )
    report_taken: str = Field(
        default="Thank you. Moderators have been told; they do not see who reported it.",
        description="To a member who reported a message.",
    )
    report_known: str = Field(
        default="You have reported this message before.", description="To a member who reports a message again."
    )
    report_limit: str = Field(
        default="You have reported {most} messages within an hour, which is the most. Moderators look at them first.",
        description="To a member who reports too much: {most}.",
    )
    report_own: str = Field(
        default="This is your own message. You can delete it yourself.",
        description="To a member who reports their own message.",
    )
    report_of_bot: str = Field(
        default="This message is mine, so there is nothing to report.",
        description="To a member who reports a message of this bot.",
    )
    report_decided: str = Field(
        default="Moderators have looked at this message already.",
        description="To a member who reports a message that moderators have decided on.",
    )
    report_failed: str = Field(
        default="Your report could not be recorded. Please tell a moderator.",
        description="To a member whose report could not be recorded.",
    )
    card_raised: str = Field(
        default="Flagged by hand by {member}.", description="On the card of a flag that a moderator raised: {member}."
    )
    card_reports: str = Field(
        default="Reports by members: {count}.", description="On a card: {count} members reported it."
    )
    held_by_language: str = Field(
        default="the message does not seem to be in English ({language}), which is all that the model knows",
        description="Why an action was held back: the message is in another language, {language} is its code.",
    )
    held_by_limit: str = Field(
        default=(
            "more than {most} messages were to be acted on within a minute in this server, so actions are"
            " held back since {since} and until a minute asks for fewer (limits.destructive_per_minute in the config)"
        ),
        description="Why an action was held back: the limit of {most} a minute was reached at {since}.",
    )
    held_by_context: str = Field(
        default="read together with the message that it answers, it would not be flagged",
        description="Why an action was held back: the talk before makes an answer look harmless.",
    )
    held_by_preview: str = Field(
        default="these are the words of a page that was linked to, not the member's own",
        description="Why an action was held back: only the preview of a link was flagged.",
    )
    held_by_unknown_author: str = Field(
        default="Discord does not say who wrote this; with View Audit Log the bot could look it up",
        description="Why an action was held back: somebody changed a title or an event.",
    )
    held_by_warnings: str = Field(
        default="this member was warned {most} times within a minute",
        description="Why a warning was held back: the member got {most} within a minute.",
    )
    card_title: str = Field(
        default="Flag #{number}: {labels}", description="The first line of a card: {number} and {labels}."
    )
    card_by_moderator: str = Field(
        default="flagged by a moderator", description="In place of the labels of a card: a moderator raised the flag."
    )
    card_by_report: str = Field(
        default="reported by members", description="In place of the labels of a card: members reported the message."
    )
    card_place: str = Field(
        default="{member} in {channel}{edited}, {when}: {link}",
        description="The second line of a card: {member}, {channel}, {edited}, {when} and {link}.",
    )
    card_in_names: str = Field(
        default="the list of members", description="In place of the channel where a member's name was flagged."
    )
    card_in_events: str = Field(
        default="the list of events", description="In place of the channel where an event was flagged that has none."
    )
    card_edited: str = Field(default=" (edited)", description="Behind the channel where the message was edited.")
    card_no_text: str = Field(default="The text was not kept.", description="On a card in place of the text.")
    card_read_as: str = Field(
        default="Read through its disguise ({view}):",
        description="Before what was read, where the rule fired on it; {view} names what was undone.",
    )
    card_rule: str = Field(
        default="Rule {rule}{line}: {label} {probability} reached {at}{surface}{view}.",
        description="Which rule fired: {rule}, {line}, {label}, {probability}, {at}, {surface} and {view}.",
    )
    card_line: str = Field(default=", line {line}", description="The {line} of the config, within the rule's sentence.")
    card_surface: str = Field(
        default=" in the {surface}", description="Where it stood, if not in the message itself: {surface}."
    )
    card_no_rule: str = Field(default="No rule fired.", description="On the card of a flag without a rule.")
    card_view: str = Field(
        default=" read as {view}", description="Where a disguise was undone before the rule fired: {view} names what."
    )
    card_nearest: str = Field(
        default="Nearest threshold not reached: {label} {probability} of {at} ({rule}).",
        description="On a card: {label}, {probability}, {at} and {rule} of what nearly fired too.",
    )
    card_strikes: str = Field(
        default="Strikes: {given} for this, {total} in all.",
        description="On a card that gave strikes: {given} and {total}.",
    )
    card_strikes_back: str = Field(
        default="They were taken back.", description="Behind the strikes of a flag that was mistaken."
    )
    card_strikes_reached: str = Field(
        default="That reached {rule}{line}.",
        description="Behind it, where a step of the strike ladder was reached: {rule} and {line}.",
    )
    card_held_back: str = Field(
        default="Held back: {actions} ({why}).", description="What was held back: {actions} and {why}."
    )
    card_nothing_done: str = Field(
        default="For your eyes only: nothing was done.", description="On a card of a flag without any other action."
    )
    status_done: str = Field(default="done", description="What became of an action: done.")
    status_already_done: str = Field(default="already done", description="What became of an action: already done.")
    status_forbidden: str = Field(default="not allowed", description="What became of an action: not allowed.")
    status_failed: str = Field(default="failed", description="What became of an action: failed.")
    status_held_back: str = Field(default="held back", description="What became of an action: held back.")
    status_does_not_apply: str = Field(
        default="does not apply", description="What became of an action that has no meaning there."
    )
    status_unknown: str = Field(default="unknown", description="What became of an action: unknown.")
    status_planned: str = Field(default="planned", description="What became of an action: planned.")
    status_started: str = Field(default="started", description="What became of an action: started.")

    upheld: str = Field(default="upheld", description="What a moderator made of a flag: it was right.")
    mistaken: str = Field(default="mistaken", description="What a moderator made of a flag: it was wrong.")
    no_flag: str = Field(default="There is no flag #{number} here.", description="Where {number} names no flag.")
    verdict_upheld: str = Field(
        default="Flag #{number} is upheld.", description="To a moderator who upheld a flag: {number}."
    )
    verdict_mistaken: str = Field(
        default="Flag #{number} was mistaken.", description="To a moderator who found a flag mistaken: {number}."
    )
    verdict_same: str = Field(
        default="Flag #{number}: {member} had decided so before ({verdict}).",
        description="Where the same verdict stands already: {number}, {member} and {verdict}.",
    )
    verdict_too_late: str = Field(
        default=(
            "{member} was faster: flag #{number} is {verdict}. Nothing was changed;"
            " if you see it differently, decide again on the card as it is now."
        ),
        description="Where another moderator decided first: {number}, {member} and {verdict}.",
    )
    verdict_confirm: str = Field(
        default="You decided on more than {most} flags within a minute. Do you mean it?",
        description="Where one moderator decides on more than {most} flags within a minute.",
    )
    verdict_yes: str = Field(default="Yes, I mean it", description="The button below that question.")
    verdict_hurry: str = Field(
        default=(
            "**{member} decides fast**: more than {most} verdicts within a minute. Each further one is asked for twice."
        ),
        description="Said in the log channel then: {member} and {most}.",
    )
    verdict_also: str = Field(
        default="So are {count} more flags of the same text.", description="Where a card stood for {count} more flags."
    )
    verdict_strikes: str = Field(
        default="Strikes taken back: {count}.", description="Of a mistaken flag whose {count} strikes count no more."
    )
    verdict_undone: str = Field(
        default="✓ {action} taken back. {detail}", description="What was taken back: {action} and {detail}."
    )
    verdict_not_undone: str = Field(
        default="✗ {action} not taken back. {detail}", description="What was not taken back: {action} and {detail}."
    )
    verdict_look_at: str = Field(
        default="Look again at {numbers}: the strike ladder had counted these strikes there.",
        description="Later flags that counted strikes which are taken back: {numbers}.",
    )
    verdict_goes_on: str = Field(
        default="The rest is being taken back; the card will tell.",
        description="Where taking back takes longer than the answer to the moderator.",
    )
    verdict_not_redone: str = Field(
        default="What was taken back stays so; do it anew with the buttons if it should be done again.",
        description="Where a mistaken flag is upheld after all.",
    )

    refused_self: str = Field(
        default="You cannot decide about yourself: another moderator has to.",
        description="To a moderator who would decide on a flag of their own.",
    )
    refused_permission: str = Field(
        default="You may not do this: it takes the permission {permission}{channel}.",
        description="To somebody without the permission for a deed: {permission} and {channel}.",
    )
    refused_in_channel: str = Field(
        default=" in {channel}", description="Where the permission is lacking, if in one channel only: {channel}."
    )
    refused_or: str = Field(default=" or ", description="Between two permissions of which one is enough.")
    refused_rank: str = Field(
        default="You may not do this: your highest role is not above that of {member}.",
        description="To a moderator whom {member} does not rank below.",
    )
    refused_owner: str = Field(
        default="You may not do this: {member} owns this server.",
        description="To a moderator who would act on {member}, the server's owner.",
    )

    appeal_button: str = Field(
        default="Appeal", description="On the button with which a member appeals against a flag."
    )
    appeal_elsewhere: str = Field(default="Appeal on the web", description="On the button that leads to appeal_url.")
    appeal_title: str = Field(
        default="Appeal against flag {number}", description="Above the form for an appeal: {number}."
    )
    appeal_question: str = Field(default="What should the moderators know?", description="In the form for an appeal.")
    appeal_made: str = Field(
        default=(
            "Your appeal against flag {number} was passed on to the moderators of {server}. They will have a"
            " look; you get a direct message, and /why on the server shows the answer, too."
        ),
        description="To a member who appealed: {number} and {server}.",
    )
    appeal_open: str = Field(
        default="Your appeal against flag {number} waits for the moderators of {server}.",
        description="To a member whose appeal is not decided: {number} and {server}.",
    )
    appeal_accepted: str = Field(
        default=(
            "Your appeal against flag {number} on {server} was accepted: the flag was mistaken, and what could be"
            " undone was undone."
        ),
        description="To a member whose appeal was accepted: {number} and {server}.",
    )
    appeal_refused: str = Field(
        default="Your appeal against flag {number} on {server} was refused: the flag stands.",
        description="To a member whose appeal was refused: {number} and {server}.",
    )
    appeal_no_flag: str = Field(
        default="There is no flag {number} on you any more.",
        description="To a member who appeals against a flag that is gone: {number}.",
    )
    appeal_too_old: str = Field(
        default="Flag {number} is older than {days} days, so it can no longer be appealed against.",
        description="To a member who appeals too late: {number} and {days}.",
    )
    appeal_taken_back: str = Field(
        default="Flag {number} was found to be mistaken already.",
        description="To a member who appeals against a mistaken flag: {number}.",
    )
    appeal_blocked: str = Field(
        default="The moderators of {server} take no more appeals of yours here.",
        description="To a member whose appeals are not taken: {server}.",
    )
    appeal_too_many: str = Field(
        default="You have appealed {most} times within a day. Try again tomorrow.",
        description="To a member who appeals too often: {most}.",
    )
    appeal_card_title: str = Field(
        default="Appeal against flag #{number}", description="The first line of the card of an appeal: {number}."
    )
    appeal_card_by: str = Field(
        default="{member} appeals, {when}. The flag ({labels}): {link}",
        description="Who appeals against what: {member}, {when}, {labels} and {link}.",
    )
    appeal_card_no_words: str = Field(
        default="The words of the appeal were not kept.", description="On the card of an appeal in place of its words."
    )
    appeal_card_message: str = Field(
        default="The message:", description="On the card of an appeal, before the text of the flag."
    )
    appeal_card_upheld: str = Field(
        default="Upheld by {member}: another moderator decides, where there is one.",
        description="On the card of an appeal against a flag that was upheld: {member}.",
    )
    appeal_card_accepted: str = Field(
        default="Accepted by {member}, {when}: the flag was mistaken.",
        description="On the card of an appeal that was accepted: {member} and {when}.",
    )
    appeal_card_refused: str = Field(
        default="Refused by {member}, {when}: the flag stands.",
        description="On the card of an appeal that was refused: {member} and {when}.",
    )
    appeal_card_told: str = Field(
        default="The member was told.", description="On the card of an appeal: its author had the answer."
    )
    appeal_card_not_told: str = Field(
        default="The member could not be told by direct message; /why and the button in their message show it.",
        description="On the card of an appeal: its author takes no direct messages.",
    )
    appeal_card_blocked: str = Field(
        default="No more appeals of this member are taken.",
        description="On the card of an appeal of a member who is blocked.",
    )
    appeal_accept: str = Field(default="Accept", description="On a button of an appeal's card.")
    appeal_refuse: str = Field(default="Refuse", description="On a button of an appeal's card.")
    appeal_block: str = Field(default="Take no more of their appeals", description="On a button of an appeal's card.")
    appeal_unblock: str = Field(default="Take their appeals again", description="On a button of an appeal's card.")
    appeal_gone: str = Field(
        default="There is no such appeal any more.",
        description="To a moderator who decides on an appeal that was erased.",
    )
    appeal_decided: str = Field(
        default="{member} has decided on this appeal already.",
        description="To a moderator who decides too late: {member}.",
    )
    appeal_for_another: str = Field(
        default=(
            "You upheld this flag yourself, so another moderator has to decide on the appeal. If nobody has by"
            " {when}, you can."
        ),
        description="To a moderator who upheld what is appealed against: {when}.",
    )
    appeal_hurry: str = Field(
        default="You have decided on very many flags within this minute. Look at this one again in a minute.",
        description="To a moderator who decides too fast.",
    )
    appeal_is_blocked: str = Field(
        default="No more appeals of {member} are taken.",
        description="To a moderator who blocked a member's appeals: {member}.",
    )
    appeal_is_unblocked: str = Field(
        default="Appeals of {member} are taken again.",
        description="To a moderator who takes a member's appeals again: {member}.",
    )
    why_hint: str = Field(
        default="Type /why to see why, and to appeal.",
        description="Behind a notice in the channel, for members who take no direct messages.",
    )
    why_none: str = Field(
        default="Nothing that you wrote here was flagged.", description="What /why says to a member without flags."
    )
    why_title: str = Field(
        default="What was flagged of you on {server}", description="Above the flags that /why shows: {server}."
    )
    why_flag: str = Field(
        default="Flag {number} in {channel}, {when}: {labels}",
        description="One flag in /why: {number}, {channel}, {when} and {labels}.",
    )
    why_done: str = Field(default="What was done: {actions}.", description="In /why: {actions} is a list.")
    why_nothing_done: str = Field(
        default="The moderators were told; nothing else was done.",
        description="In /why, of a flag without another action.",
    )
    why_no_text: str = Field(default="The text is not kept any more.", description="In /why in place of the text.")
    why_undecided: str = Field(
        default="No moderator has decided on it yet.", description="In /why, of a flag without a verdict."
    )
    why_upheld: str = Field(default="A moderator found it right.", description="In /why, of a flag that was upheld.")
    why_mistaken: str = Field(
        default="It was mistaken and counts no more.", description="In /why, of a flag that was mistaken."
    )
    why_appealed: str = Field(
        default="Your appeal waits for a decision.", description="In /why, of a flag with an open appeal."
    )
    why_accepted: str = Field(
        default="Your appeal was accepted.", description="In /why, of a flag whose appeal was accepted."
    )
    why_refused: str = Field(
        default="Your appeal was refused.", description="In /why, of a flag whose appeal was refused."
    )
    why_strikes: str = Field(
        default="Strikes that stand against you here: {strikes}.",
        description="In /why, where there are strikes: {strikes}.",
    )
    why_more: str = Field(
        default="The latest {shown} of {count} are shown.",
        description="In /why, where there are more flags: {shown} and {count}.",
    )
    mydata_file: str = Field(
        default="This is all that is kept about you on {server}. Only you see this message.",
        description="With the file of /mydata export: {server}.",
    )
    mydata_left_out: str = Field(
        default="The {count} oldest scores did not fit into the file; the owner of the bot can give you all.",
        description="With the file of /mydata export, where it is cut: {count}.",
    )
    mydata_wait: str = Field(
        default="You had this file a moment ago. Ask again in {minutes} minutes.",
        description="To a member who asks for their data too often: {minutes}.",
    )
    mydata_sure: str = Field(
        default=(
            "This erases the texts, flags, appeals and scores that are kept of what you wrote on {server}."
            " Strikes stay as numbers until they fade. What you write from now on is looked at as before."
        ),
        description="What /mydata delete asks: {server}.",
    )
    mydata_button: str = Field(default="Erase my data", description="On the button of /mydata delete.")
    mydata_erased: str = Field(
        default="Erased: {flags} flags and {scores} scores.",
        description="What /mydata delete has done: {flags} and {scores}.",
    )
    mydata_waiting: str = Field(
        default=(
            "{count} more flags wait until the moderators have decided on them, or {days} days at most; then they"
            " are erased, too."
        ),
        description="What /mydata delete has to wait for: {count} and {days}.",
    )

    card_new_member: str = Field(default="New here, joined {since}.", description="On a card: joined {since}, lately.")
    card_member: str = Field(default="Joined {since}.", description="On a card: joined {since}.")
    card_new_account: str = Field(
        default="The account was made {since}.", description="On the card of somebody whose account is new: {since}."
    )
    card_history: str = Field(
        default="Flags before: {flags}, mistaken ones among them: {mistaken}.",
        description="On a card, of the member: {flags} and {mistaken}.",
    )
    card_no_history: str = Field(default="No flags before.", description="On the card of a member's first flag.")
    card_standing_strikes: str = Field(
        default="Strikes that stand: {count}.", description="On a card, of the member: {count}."
    )
    card_group: str = Field(
        default="**The same text {count} times**, by {authors}: {members}. What you decide here holds for all of them.",
        description="On a card that stands for {count} flags by {authors} members, some of them named: {members}.",
    )
    card_by: str = Field(default=" by {member}", description="Behind an action that {member} ordered by hand.")
    card_undone: str = Field(default="Taken back. {detail}", description="Below an action that was undone: {detail}.")
    card_not_undone: str = Field(
        default="Not taken back. {detail}", description="Below an action that could not be undone: {detail}."
    )
    card_ruling: str = Field(
        default="{verdict} by {member}, {when}",
        description="Who decided: {verdict}, {member}, {when} and {via} (card, command, appeal or command line).",
    )
    card_note: str = Field(
        default="✎ {member}, {when}: {note}", description="A note on a card: {member}, {when}, {note}."
    )
    card_note_gone: str = Field(default="(no longer kept)", description="In place of a note that is no longer kept.")
    button_uphold: str = Field(default="Uphold", description="A card's button: the flag is right.")
    button_mistaken: str = Field(default="Mistaken", description="A card's button: the flag is wrong, undo it.")
    button_again: str = Field(default="Try again", description="That button once something could not be undone.")
    button_delete: str = Field(default="Delete", description="A card's button.")
    button_ban: str = Field(default="Ban", description="A card's button.")
    button_note: str = Field(default="Note", description="A card's button.")
    button_timeout: str = Field(default="Timeout", description="The head of a card's menu of timeouts.")
    note_title: str = Field(default="Note on flag #{number}", description="The head of the form for a note: {number}.")
    note_label: str = Field(default="Note, for moderators only", description="The field of the form for a note.")
    note_kept: str = Field(default="The note is on the card.", description="To a moderator who wrote a note.")
    note_not_kept: str = Field(
        default="The note was not kept: the bot has no key to seal it with; `python -m bot doctor` says more.",
        description="To a moderator whose note could not be kept.",
    )
    by_hand_group: str = Field(
        default="This is about {count} messages by {authors} members. Do you mean it?",
        description="Before a deed from a card that stands for {count} messages by {authors}.",
    )
    by_hand_result: str = Field(
        default="{mark} {action}: {status}. {detail}",
        description="What came of a moderator's own deed: {mark}, {action}, {status} and {detail}.",
    )
    flood: str = Field(
        default=(
            "### A flood of flags\n**{flags} flags since {since}**, #{first} to #{last}, by {authors} members:"
            " {labels}. Channels: {channels}. Decided so far: {decided}."
        ),
        description=(
            "In place of many cards: {flags}, {since}, {first}, {last}, {authors}, {labels}, {channels} and {decided}."
        ),
    )
    flood_begins: str = Field(
        default="### A flood of flags\nThey are being counted here.", description="In place of many cards, at first."
    )
    flood_where: str = Field(
        default="All are recorded: `/flags` and `/flag {first}` show them, and so does `python -m bot flags list`.",
        description="Below that, where to find them: {first} is the first one's number.",
    )
    button_next: str = Field(default="Show the next undecided one", description="The button below a flood of flags.")
    flood_decided: str = Field(default="All of these are decided.", description="Where there is no next one.")

    @field_validator("*")
    @classmethod
    def _says_something(cls, text: str, info: ValidationInfo) -> str:
        if not text.strip():
            raise ValueError("must not be empty")
        longest = len(_PLACEHOLDER.sub("", text)) + PLACEHOLDER_GROWS_TO * len(_PLACEHOLDER.findall(text))
        if longest > LONGEST_TEXT:
            raise ValueError(f"can grow to {longest} characters once it is filled in; {LONGEST_TEXT} is the most")
        known = placeholders(str(info.field_name))
        for name in _PLACEHOLDER.findall(text):
            if name not in known:
                raise ValueError(f"has an unknown placeholder {{{name[:50]}}}{_nearest(name, known)}")
        return text

    def on_top_of(self, below: Texts) -> Texts:
        """``below`` with the texts that were given here."""
        return below.model_copy(update={name: getattr(self, name) for name in self.model_fields_set})


def placeholders(key: str) -> tuple[str, ...]:
    """What may stand in braces in the text ``key``: the names in its description."""
    return tuple(dict.fromkeys(_PLACEHOLDER.findall(Texts.model_fields[key].description or "")))


def fill(text: str, **values: Any) -> str:
    """``text`` with its placeholders replaced, in one pass; the values are as harmless as the caller made them."""
    return _PLACEHOLDER.sub(lambda match: str(values[match[1]]), text)


def _nearest(name: str, known: tuple[str, ...]) -> str:
    if not known:
        return " (this text has none)"
    near = get_close_matches(name.casefold(), known, n=1)
    hint = f"; did you mean {{{near[0]}}}?" if near else ""
    return f"{hint} (known: {', '.join(f'{{{each}}}' for each in known)})"
