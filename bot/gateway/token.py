"""The bot's token: from the environment, a secret file or .env, and never into a log."""

from __future__ import annotations

from pathlib import Path

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import TokenRefused

_WHERE = "Set DISCORD_TOKEN, or DISCORD_TOKEN_FILE to a file that holds it, or write DISCORD_TOKEN=... into .env."


class _Secrets(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="DISCORD_", env_file=".env", extra="ignore", hide_input_in_errors=True)

    token: SecretStr | None = None
    token_file: Path | None = None


def read_token() -> SecretStr:
    """The token; ``TokenRefused`` when there is none or it cannot be one."""
    secrets = _Secrets()
    token = _from_file(secrets.token_file) if secrets.token is None and secrets.token_file else secrets.token
    if token is None or not token.get_secret_value().strip():
        raise TokenRefused(f"There is no token. {_WHERE}")
    plain = token.get_secret_value().strip().removeprefix("Bot ")
    if any(character.isspace() for character in plain):
        raise TokenRefused(f"The token has a space or line break in it, so it is not one. {_WHERE}")
    return SecretStr(plain)


def _from_file(path: Path) -> SecretStr:
    try:
        return SecretStr(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise TokenRefused(
            f"DISCORD_TOKEN_FILE names {path}, which cannot be read ({type(error).__name__})."
        ) from error
