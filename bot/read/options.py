"""What is read beside the text of a message, as the owner chose."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class ReadOptions(BaseModel):
    """``read:`` in config.yaml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    files: bool = Field(default=True, description="Whether text files beside messages are fetched and read.")
    split_messages: bool = Field(
        default=True,
        description="Whether short messages that a member writes one after another are also read together.",
    )
