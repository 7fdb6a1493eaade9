"""What Discord shows of commands before anybody uses them."""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from bot.texts.writing import TextGroup, text

_LONGEST, _LONGEST_NAME = 100, 32  # characters, Discord's limits


class CommandNames(TextGroup):
    """What Discord shows of commands before they are used: the same in all servers, so `guilds:` does not change it."""

    menu_report: str = text("Report to moderators", "In the menu of a message, for members.", longest=_LONGEST_NAME)
    menu_score_this_message: str = text(
        "Score this message", "In the menu of a message, for moderators.", longest=_LONGEST_NAME
    )
    menu_flag_message: str = text("Flag", "In the menu of a message, for moderators.", longest=_LONGEST_NAME)
    command_flag: str = text(
        "One flag: why, what was done, and the buttons to decide on it.", "Of /flag.", longest=_LONGEST
    )
    command_flag_number: str = text("The flag's number.", "Of /flag.", longest=_LONGEST)
    command_flags: str = text("What was flagged in this server, newest first.", "Of /flags.", longest=_LONGEST)
    command_flags_member: str = text("Written by this member.", "Of /flags.", longest=_LONGEST)
    command_flags_channel: str = text("In this channel or its threads.", "Of /flags.", longest=_LONGEST)
    command_flags_label: str = text("With this label.", "Of /flags.", longest=_LONGEST)
    command_flags_verdict: str = text("With this verdict; waiting: without one.", "Of /flags.", longest=_LONGEST)
    command_flags_verdict_waiting: str = text("waiting", "Of /flags, a choice.", longest=_LONGEST)
    command_flags_verdict_upheld: str = text("upheld", "Of /flags, a choice.", longest=_LONGEST)
    command_flags_verdict_mistaken: str = text("mistaken", "Of /flags, a choice.", longest=_LONGEST)
    command_flags_since: str = text(
        "Not older than this: 7d, 12h, or a date such as 2026-11-01.", "Of /flags.", longest=_LONGEST
    )
    command_history: str = text(
        "What a member was flagged for here, and their strikes.", "Of /history.", longest=_LONGEST
    )
    command_history_member: str = text("The member; also one who has left.", "Of /history.", longest=_LONGEST)
    command_mydata: str = text("What is kept about you in this server.", "Of /mydata.", longest=_LONGEST)
    command_mydata_export: str = text(
        "A file with all that is kept about you in this server.", "Of /mydata export.", longest=_LONGEST
    )
    command_mydata_delete: str = text(
        "Erase what is kept about you in this server.", "Of /mydata delete.", longest=_LONGEST
    )
    command_pause: str = text(
        "Shadow mode for this server: messages are flagged, nothing else is done.", "Of /pause.", longest=_LONGEST
    )
    command_pause_reason: str = text(
        "Why. The other moderators read it in the log channel.", "Of /pause.", longest=_LONGEST
    )
    command_resume: str = text("End the pause: the config says again what is done.", "Of /resume.", longest=_LONGEST)
    command_rules: str = text(
        "Which rules are active in a channel, and which line of the config each comes from.",
        "Of /rules.",
        longest=_LONGEST,
    )
    command_rules_channel: str = text("The channel; without it, this one.", "Of /rules.", longest=_LONGEST)
    command_score: str = text(
        "What the model says about a text, and what the rules in this channel make of it.",
        "Of /score.",
        longest=_LONGEST,
    )
    command_score_text: str = text(
        "The text. Only you see it and the answer, and it is not kept.", "Of /score.", longest=_LONGEST
    )
    command_setup: str = text(
        "Make a private log channel for moderators, and see what the bot still lacks here.",
        "Of /setup.",
        longest=_LONGEST,
    )
    command_stats: str = text(
        "Flags per day and label, how often moderators uphold them, the busiest channels.",
        "Of /stats.",
        longest=_LONGEST,
    )
    command_stats_days: str = text("How many days back; a month if you say nothing.", "Of /stats.", longest=_LONGEST)
    command_strikes: str = text(
        "The strikes that count against a member; take some back.", "Of /strikes.", longest=_LONGEST
    )
    command_strikes_member: str = text("The member; also one who has left.", "Of /strikes.", longest=_LONGEST)
    command_why: str = text("What was flagged of your messages here, and how to appeal.", "Of /why.", longest=_LONGEST)

    @model_validator(mode="after")
    def _menus_differ(self) -> Self:
        """Discord knows the entries of a menu by their names."""
        names = (self.menu_report, self.menu_score_this_message, self.menu_flag_message)
        if len(set(names)) < len(names):
            raise ValueError("must not give two entries of the same menu (menu_...) one name")
        return self
