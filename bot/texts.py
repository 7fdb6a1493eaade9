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
    held_by_limit: str = Field(
        default=(
            "more than {most} messages were to be acted on within a minute in this server, so actions are"
            " held back since {since} and until a minute asks for fewer (limits.destructive_per_minute in the config)"
        ),
        description="Why an action was held back: the limit of {most} a minute was reached at {since}.",
    )
    held_by_warnings: str = Field(
        default="this member was warned {most} times within a minute",
        description="Why a warning was held back: the member got {most} within a minute.",
    )
    card_title: str = Field(
        default="Flag #{number}: {labels}", description="The first line of a card: {number} and {labels}."
    )
    card_place: str = Field(
        default="{member} in {channel}{edited}, {when}: {link}",
        description="The second line of a card: {member}, {channel}, {edited}, {when} and {link}.",
    )
    card_edited: str = Field(default=" (edited)", description="Behind the channel where the message was edited.")
    card_no_text: str = Field(default="The text was not kept.", description="On a card in place of the text.")
    card_read_as: str = Field(
        default="Read through its disguise ({view}):",
        description="Before what was read, where the rule fired on it; {view} names what was undone.",
    )
    card_threshold: str = Field(
        default="over {at}", description="Behind the bar of a label that reached its threshold {at}."
    )
    card_rule: str = Field(
        default="Rule {rule}{line}: {label} {probability} reached {at}{surface}.",
        description="Which rule fired: {rule}, {line}, {label}, {probability}, {at} and {surface}.",
    )
    card_line: str = Field(default=", line {line}", description="The {line} of the config, within the rule's sentence.")
    card_surface: str = Field(
        default=" in the {surface}", description="Where it stood, if not in the message itself: {surface}."
    )
    card_no_rule: str = Field(default="No rule fired.", description="On the card of a flag without a rule.")
    card_strikes: str = Field(
        default="Strikes: {given} for this, {total} in all.",
        description="On a card that gave strikes: {given} and {total}.",
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
    status_unknown: str = Field(default="unknown", description="What became of an action: unknown.")
    status_planned: str = Field(default="planned", description="What became of an action: planned.")
    status_started: str = Field(default="started", description="What became of an action: started.")

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
