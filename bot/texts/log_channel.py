"""What the bot says in the log channel, beside its cards."""

from __future__ import annotations

from bot.texts.writing import TextGroup, text


class InLogChannel(TextGroup):
    """What the bot says in the log channel, and why it holds actions back."""

    call: str = text(
        "flag {number} in #{channel} ({labels}) wants a look.",
        "What `notify` says to a role where the step has no words of its own: {member}, {server}, {channel}, {labels}"
        " and {number} are filled in.",
    )
    flagging_only: str = text(
        "**Flagging only.** {why} Messages are flagged; nothing else is done until this is mended.",
        "The fail-safe began: {why} is a sentence.",
    )
    not_checking: str = text(
        "**Messages go unchecked.** {why} What is not scored is neither flagged nor deleted; what is scored is only"
        " flagged until this is mended.",
        "Scoring is in trouble: {why} is a sentence.",
    )
    all_is_well: str = text(
        "**All is well again.** Actions are carried out as the config says.", "The fail-safe is over."
    )
    rush: str = text("**Flagging only.** {why}.", "A server's limit was reached: {why}.")
    rush_over: str = text("**Actions are carried out again.** The rush is over.", "A server's limit holds no longer.")
    texts_not_kept: str = text("**Texts are not kept.** {why}", "The key is missing or wrong: {why} is a sentence.")
    rules_changed: str = text("**The rules have changed.** {changes}", "A new config is in force: {changes} is a list.")
    rules_kept: str = text(
        "**The config has errors, so the rules stay as they were.** {problems}",
        "A changed config is wrong: {problems} is a list.",
    )
    and_more: str = text("and {count} more", "At the end of a list cut short: {count}.")
    restart_needed: str = text("Only after a restart: {keys}.", "What of a new config has to wait: {keys} is a list.")
    introduction: str = text(
        "**Civil Tongue watches this server.** It looks for: {labels}. {mode} The rules are in {config}. {next}",
        "Said once in the log channel: {labels}, {mode}, {config} and {next}.",
    )
    introduction_shadow: str = text(
        "Mode: **shadow**. Nothing is touched; what would be done is shown here, and once a day in numbers.",
        "What the introduction says of shadow mode.",
    )
    introduction_live: str = text(
        "Mode: **live**. What the rules say is done, and shown here.", "What the introduction says of live mode."
    )
    introduction_next_shadow: str = text(
        "Next: look at the flags for some days; raise the threshold that a mistaken one names, and when you like what"
        " you see, write `mode: live` into that file.",
        "What to do next, in shadow mode.",
    )
    introduction_next_live: str = text(
        "Next: press Mistaken below a flag that is wrong; where that is often so, raise the threshold that it names, or"
        " exempt a role or a channel in that file. `python -m bot doctor` on the bot's machine tells what it lacks.",
        "What to do next, in live mode.",
    )
    digest: str = text(
        "**Shadow mode since {since}:** {flags} messages flagged ({labels}). In live mode this would have been done:"
        " {actions}. Busiest channels: {channels}.",
        "Once a day in shadow mode: {since}, {flags}, {labels}, {actions} and {channels}.",
    )
    digest_no_actions: str = text("nothing but flags", "In the digest where no action was held back.")
    held_by_shadow_mode: str = text(
        "shadow mode: nothing is touched until the config says mode: live", "Why an action was held back: shadow mode."
    )
    held_by_step: str = text("shadow mode for {rules}", "Why an action was held back: {rules} are in shadow mode.")
    held_by_pause: str = text(
        "paused since {since}: nothing is touched until a moderator uses /resume",
        "Why an action was held back: /pause was used at {since}.",
    )
    paused: str = text(
        "**Paused by {member}**: {reason}\nMessages are flagged; nothing is touched until /resume.",
        "A moderator has used /pause: {member} and {reason}.",
    )
    resumed: str = text(
        "**The pause is over**, by {member}. Mode: {mode}.", "A moderator has used /resume: {member} and {mode}."
    )
    strikes_removed: str = text(
        "**{moderator} took back strikes** of {member}: {count}, for flag {number}.",
        "A moderator has taken strikes back: {moderator}, {member}, {count} and {number}.",
    )
    held_by_language: str = text(
        "the message seems to be in another language ({language}), and the model knows only English",
        "Why an action was held back: the message is in another language, {language} is its code.",
    )
    held_by_limit: str = text(
        "more than {most} messages were to be acted on within a minute in this server, so actions are held back since"
        " {since} and until a minute asks for fewer (limits.destructive_per_minute in the config)",
        "Why an action was held back: the limit of {most} a minute was reached at {since}.",
    )
    held_by_context: str = text(
        "read together with the message that it answers, it would not be flagged",
        "Why an action was held back: the talk before makes an answer look harmless.",
    )
    held_by_preview: str = text(
        "these are the words of a page that was linked to, not the member's own",
        "Why an action was held back: only the preview of a link was flagged.",
    )
    held_by_unknown_author: str = text(
        "Discord does not say who wrote this; with View Audit Log the bot could look it up",
        "Why an action was held back: somebody changed a title or an event.",
    )
    held_by_warnings: str = text(
        "this member was warned {most} times within a minute",
        "Why a warning was held back: the member got {most} within a minute.",
    )
    verdict_hurry: str = text(
        "**{member} decides fast**: more than {most} verdicts within a minute. Each further one is asked for twice.",
        "Said in the log channel then: {member} and {most}.",
    )
    flood: str = text(
        "### A flood of flags\n**{flags} flags since {since}**, #{first} to #{last}, by {authors} members: {labels}."
        " Channels: {channels}. Decided so far: {decided}.",
        "In place of many cards: {flags}, {since}, {first}, {last}, {authors}, {labels}, {channels} and {decided}.",
    )
    flood_begins: str = text("### A flood of flags\nThey are being counted here.", "In place of many cards, at first.")
    flood_where: str = text(
        "All are recorded: `/flags` and `/flag {first}` show them, and so does `python -m bot flags list`.",
        "Below that, where to find them: {first} is the first one's number.",
    )
    button_next: str = text("Show the next undecided one", "The button below a flood of flags.")
    flood_decided: str = text("All of these are decided.", "Where there is no next one.")
