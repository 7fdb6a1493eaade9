"""What an owner may set about scoring."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

BackendName = Literal["torch", "onnx"]
NumberType = Literal["auto", "float32", "bfloat16"]


class ModelOptions(BaseModel):
    """What the model is computed with, and how."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: BackendName = Field(
        default="torch", description="torch, or onnx: ONNX Runtime with a copy of the model in 8 bits."
    )
    number_type: NumberType = Field(
        default="auto", description="Of torch. auto times both when the model is loaded and takes the faster."
    )
    cores: Annotated[int, Field(ge=1, le=256)] | None = Field(
        default=None, description="The most that are used; without it, all that this process may use."
    )
    cache: Path | None = Field(
        default=None, description="The folder for what onnx is built from a model; without it, the user's cache folder."
    )

    @model_validator(mode="after")
    def _fits_the_backend(self) -> ModelOptions:
        if self.name == "onnx" and self.number_type != "auto":
            raise ValueError("takes no number_type with onnx, which computes in 8 bits; leave it out")
        return self


class WorkerOptions(BaseModel):
    """The sizes of the worker that hands texts to the model."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    threads: Annotated[int, Field(ge=1, le=16)] = 1  # rounds computed at the same time
    batch_texts: Annotated[int, Field(ge=1, le=512)] = 32  # most windows the model is given at once
    round_texts: Annotated[int, Field(ge=1, le=8192)] = 512  # most texts taken from the queue at once
    queue_posts: Annotated[int, Field(ge=1, le=1_000_000)] = 2048  # most posts that wait at once
    retry_load_after: Annotated[timedelta, Field(gt=timedelta(0))] = timedelta(seconds=5)  # doubles every time
    deadline: Annotated[timedelta, Field(gt=timedelta(0))] = timedelta(seconds=10)
