"""What an owner may set about scoring."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

NumberType = Literal["auto", "float32", "bfloat16"]


class ModelOptions(BaseModel):
    """How the model computes. ``auto`` times both number types when the model is loaded and takes the faster."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number_type: NumberType = "auto"
    cores: Annotated[int, Field(ge=1, le=256)] | None = None  # None: all that this process may use


class WorkerOptions(BaseModel):
    """The sizes of the worker that hands texts to the model."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    threads: Annotated[int, Field(ge=1, le=16)] = 1  # rounds computed at the same time
    batch_texts: Annotated[int, Field(ge=1, le=512)] = 32  # most windows the model is given at once
    round_texts: Annotated[int, Field(ge=1, le=8192)] = 512  # most texts taken from the queue at once
    queue_posts: Annotated[int, Field(ge=1, le=1_000_000)] = 2048  # most posts that wait at once
    retry_load_after: Annotated[timedelta, Field(gt=timedelta(0))] = timedelta(seconds=5)  # doubles every time
    deadline: Annotated[timedelta, Field(gt=timedelta(0))] = timedelta(seconds=10)
