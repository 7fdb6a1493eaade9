"""Rows changed by a statement, not one by one through what the session holds of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Delete, Update
from sqlalchemy.orm import Session


def change(session: Session, statement: Update | Delete, values: Mapping[str, Any] | None = None) -> int:
    """Execute it, with ``values`` for its parameters; how many rows it changed.

    Rows that the session has read do not hear of it: it spares the look through them.
    """
    result: Any = session.execute(statement, values, execution_options={"synchronize_session": False})
    return int(result.rowcount)
