"""Where the token is found, and what is said when it is not."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from bot.errors import TokenRefused
from bot.gateway.token import read_token

GOOD = base64.b64encode(b"12345678901234567").decode().rstrip("=") + ".middle.end"


@pytest.fixture(autouse=True)
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No token in the environment, and an empty working directory."""
    monkeypatch.delenv("DISCORD_TOKEN", raising=False)
    monkeypatch.delenv("DISCORD_TOKEN_FILE", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("empty", ["", "  "])
def test_an_empty_token_beside_a_good_file_counts_as_absent(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, empty: str
) -> None:
    (tmp_path / "secret").write_text(GOOD + "\n")
    monkeypatch.setenv("DISCORD_TOKEN", empty)
    monkeypatch.setenv("DISCORD_TOKEN_FILE", str(tmp_path / "secret"))
    assert read_token().get_secret_value() == GOOD


def test_an_empty_token_beside_a_good_dotenv_counts_as_absent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"DISCORD_TOKEN={GOOD}\n")
    monkeypatch.setenv("DISCORD_TOKEN", "")
    monkeypatch.setenv("DISCORD_TOKEN_FILE", "")
    assert read_token().get_secret_value() == GOOD


def test_an_empty_token_in_the_dotenv_beside_its_file_counts_as_absent(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(GOOD)
    (tmp_path / ".env").write_text("DISCORD_TOKEN=\nDISCORD_TOKEN_FILE=secret\n")
    assert read_token().get_secret_value() == GOOD


def test_no_token_at_all_is_one_sentence() -> None:
    with pytest.raises(TokenRefused, match="There is no token"):
        read_token()


def test_a_dotenv_that_is_not_utf_8_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"# f\xfcr\nDISCORD_TOKEN=x\n")
    with pytest.raises(TokenRefused, match="not UTF-8"):
        read_token()
