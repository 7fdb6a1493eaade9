"""The tables, by what they are about."""

from __future__ import annotations

from bot.record.tables.appeals import AppealBlockRow, AppealRow
from bot.record.tables.base import EPOCH, MILLISECOND, Base
from bot.record.tables.flags import (
    APPEAL,
    MESSAGE,
    FlagRow,
    HashSecretRow,
    OutcomeRow,
    RemarkRow,
    ReportRow,
    RulingRow,
    SealedTextRow,
    StrikeRow,
)
from bot.record.tables.guilds import (
    AskedRulingRow,
    CardGoneRow,
    ErasureRow,
    GuildSettingsRow,
    NoteRow,
    NumberRow,
)
from bot.record.tables.scores import ModelRow, NameRow, PlaceRow, ReadingRow, RoleSetRow, ScoreRow

__all__ = [
    "APPEAL",
    "EPOCH",
    "MESSAGE",
    "MILLISECOND",
    "AppealBlockRow",
    "AppealRow",
    "AskedRulingRow",
    "Base",
    "CardGoneRow",
    "ErasureRow",
    "FlagRow",
    "GuildSettingsRow",
    "HashSecretRow",
    "ModelRow",
    "NameRow",
    "NoteRow",
    "NumberRow",
    "OutcomeRow",
    "PlaceRow",
    "ReadingRow",
    "RemarkRow",
    "ReportRow",
    "RoleSetRow",
    "RulingRow",
    "ScoreRow",
    "SealedTextRow",
    "StrikeRow",
]
