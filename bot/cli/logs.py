"""Where log lines go: standard error, as readable text or JSON."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, Literal, cast, get_args

import structlog

from bot.errors import CommandInvalid

LogFormat = Literal["text", "json"]
LEVELS = ("debug", "info", "warning", "error")


def set_up(form: LogFormat, level: str) -> None:
    """Send our events and those of the libraries to standard error in one form."""
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _without_tracebacks,
    ]
    last: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=20)
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # Libraries speak only when something is wrong: at debug level discord.py prints whole payloads, words and all.
    for name in (
        "discord",
        "httpx",
        "httpcore",
        "asyncio",
        "uvicorn",
        "transformers",
        "huggingface_hub",
        "alembic",
        "aiosqlite",
    ):
        logging.getLogger(name).setLevel(logging.WARNING)


def _without_tracebacks(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A library's exception becomes its type: its text and frames may hold a member's words or the token."""
    record = event.get("_record")
    error = (record.exc_info[0] if record is not None and record.exc_info else None) or None
    event.pop("exc_info", None)
    if record is not None:
        record.exc_info = None
        record.exc_text = None
    if error is not None:
        event["error"] = error.__name__
    return event


def set_up_as_asked(form: str, level: str) -> None:
    """As ``set_up``, by what stands on the command line. Raises ``CommandInvalid`` where it is nothing we have."""
    if form not in get_args(LogFormat):
        raise CommandInvalid(f"--log-format must be text or json, not {form}.")
    if level.lower() not in LEVELS:
        raise CommandInvalid(f"--log-level must be debug, info, warning or error, not {level}.")
    set_up(cast(LogFormat, form), level)
