"""How long the record keeps what it holds."""

from __future__ import annotations

from datetime import timedelta

from pydantic import BaseModel, ConfigDict, Field


class RetentionOptions(BaseModel):
    """``retention:`` in config.yaml. What is older is deleted, and overwritten in the files."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: timedelta = Field(
        default=timedelta(days=30), gt=timedelta(0), description="How long the text of a flagged message is kept."
    )
    scores: timedelta = Field(
        default=timedelta(days=90), gt=timedelta(0), description="How long the scores of every message are kept."
    )
    flags: timedelta = Field(
        default=timedelta(days=365),
        gt=timedelta(0),
        description="How long a flag is kept without its text: who, where, when, scores, actions and verdict.",
    )
    left_servers: timedelta = Field(
        default=timedelta(days=30),
        gt=timedelta(0),
        description="How long everything about a server is kept once the bot was removed from it.",
    )
