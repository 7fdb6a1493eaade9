"""What is wrong with the bot itself: why it goes on flagging only, and why texts are not kept."""

from __future__ import annotations

from bot.texts.writing import TextGroup, text


class Troubles(TextGroup):
    """What is wrong with the bot itself: why it only flags, and why a text has no scores or is not kept."""

    scoring_overloaded: str = text("Scoring cannot keep up with the messages that arrive.", "Why the bot only flags.")
    scoring_fails: str = text("The model fails on message after message.", "Why the bot only flags.")
    scoring_ended: str = text(
        "Scoring stopped by an error of its own and was started again; the log says more.", "Why the bot only flags."
    )
    model_unavailable: str = text(
        "The model cannot be loaded; the bot's log and `python -m bot doctor` say more.", "Why the bot only flags."
    )
    no_room: str = text("Too many messages wait to be scored; this one was turned away.", "Why a text has no scores.")
    waited_too_long: str = text(
        "A message waited for its scores longer than the deadline.", "Why a text has no scores."
    )
    not_tokenised: str = text("The tokenizer failed on a text; it was not scored.", "Why a text has no scores.")
    model_failed: str = text("The model raised an error on a text; it was not scored.", "Why a text has no scores.")
    not_a_probability: str = text(
        "The model gave something that is no probability for a text; it was not scored.", "Why a text has no scores."
    )
    scoring_broke_off: str = text(
        "Scoring broke off with an error of its own; the message was not scored.", "Why a text has no scores."
    )
    no_scores: str = text("The model gave no scores for this text.", "To a moderator who has a text scored.")
    shutting_down: str = text("The bot is shutting down; the message was not scored.", "Why a text has no scores.")
    record_fails: str = text(
        "The record cannot be read or written; the bot's log and `python -m bot doctor` say more.",
        "Why the bot only flags, or could not answer.",
    )
    record_full: str = text("The record cannot grow: the disk is full.", "Why the bot only flags.")
    record_locked: str = text("The record is locked by another program.", "Why the bot only flags.")
    record_read_only: str = text("The record cannot be written: its file or folder is read-only.", "The same.")
    record_damaged: str = text(
        "The record is damaged; `python -m bot doctor` on the bot's machine tells the mend.", "Why the bot only flags."
    )
    record_slow: str = text("The record is too slow: {count} writes are waiting.", "Why the bot only flags: {count}.")
    key_gone: str = text(
        "The key file is gone, and with it the key of {count} kept texts.", "Why texts are not kept: {count}."
    )
    key_wrong: str = text("The key file lacks the key of {count} kept texts.", "Why texts are not kept: {count}.")
    key_missing: str = text("The file that should hold the key is not there.", "Why texts are not kept.")
    key_unusable: str = text("The key file cannot be used.", "Why texts are not kept.")
    key_mend: str = text(
        "Until that is mended the texts of new flags are not kept; `python -m bot doctor` on the bot's machine says"
        " more.",
        "Behind it.",
    )
