"""A backup file that was harmed is refused in one sentence, wherever the harm is."""

from __future__ import annotations

from pathlib import Path

from bot.errors import RecordFailed
from bot.record.backup import back_up, restore
from bot.record.ledger import Ledger

EVERY = 97  # bytes


async def test_whichever_byte_is_another_nothing_but_our_own_error_is_raised(folder: Path, tmp_path: Path) -> None:
    async with Ledger.at(folder):
        pass
    whole, harmed = tmp_path / "whole.zip", tmp_path / "harmed.zip"
    back_up(folder, whole, config=None, key_file=None)
    content, refused = whole.read_bytes(), 0
    for at in range(0, len(content), EVERY):
        harmed.write_bytes(content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :])
        try:
            restore(harmed, tmp_path / f"restored {at}", key_file=tmp_path / "key")
        except RecordFailed:
            refused += 1
    assert refused > 10
