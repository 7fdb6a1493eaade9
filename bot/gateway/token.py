"""The bot's token: from the environment, a secret file, the data folder or .env, and never into a log."""

from __future__ import annotations

import base64
import binascii
import os
from pathlib import Path

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import TokenRefused

TOKEN_NAME = "token"  # noqa: S105 - the file in the data folder that `init` writes
OLDEST_SNOWFLAKE = 10**16  # ids made before are shorter; nothing else in a token decodes to such a number

_WHERE = (
    "Set DISCORD_TOKEN, or DISCORD_TOKEN_FILE to a file that holds it, write DISCORD_TOKEN=... into .env, "
    "or let `python -m bot init` ask for it."
)


class _Secrets(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix="DISCORD_", env_ignore_empty=True, extra="ignore", hide_input_in_errors=True
    )

    token: SecretStr | None = None
    token_file: Path | None = None


class _SecretsOrFile(_Secrets):
    model_config = SettingsConfigDict(env_file=".env")


def read_token(folder: Path | None = None) -> SecretStr:
    """The token; ``TokenRefused`` when there is none or it cannot be one.

    Asked in this order: the environment, ``folder/token`` (which `init` writes), ``.env`` in the working directory.
    """
    token = read_environment()
    if token is None and folder is not None and (folder / TOKEN_NAME).is_file():
        token = _from_file(folder / TOKEN_NAME, str(folder / TOKEN_NAME))
    return checked(token or _from_dotenv())


def read_environment() -> SecretStr | None:
    """The token that DISCORD_TOKEN or DISCORD_TOKEN_FILE gives, not .env. Raises ``TokenRefused`` for a bad file."""
    return _from(_Secrets())


def checked(token: SecretStr | None) -> SecretStr:
    """``token`` without what people paste around it. Raises ``TokenRefused`` for none, and for what cannot be one."""
    if token is None or not token.get_secret_value().strip():
        raise TokenRefused(f"There is no token. {_WHERE}")
    plain = token.get_secret_value().strip().removeprefix("Bot ")
    if any(character.isspace() for character in plain):
        raise TokenRefused(f"The token has a space or line break in it, so it is not one. {_WHERE}")
    return SecretStr(plain)


def token_in(path: Path) -> SecretStr:
    """The token that a file holds. Raises ``TokenRefused``."""
    return checked(_from_file(path, f"the file {path}"))


def write_token(folder: Path, token: SecretStr) -> Path:
    """Write the token where ``read_token`` finds it, readable by this user only; gives the file."""
    path = folder / TOKEN_NAME
    unfinished = path.with_name(f".{TOKEN_NAME}.new")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(token.get_secret_value() + "\n")
    unfinished.replace(path)
    return path


def account_in(token: SecretStr) -> int | None:
    """The id of the bot's account, which a token begins with; None where it does not.

    The account and its application have the same id but for bots made before 2016.
    """
    first = token.get_secret_value().partition(".")[0]
    try:
        text = base64.b64decode(first + "=" * (-len(first) % 4), altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        return None
    return int(text) if text.isdigit() and int(text) >= OLDEST_SNOWFLAKE else None


def _from(secrets: _Secrets) -> SecretStr | None:
    if secrets.token is not None and secrets.token.get_secret_value().strip():
        return secrets.token
    path = secrets.token_file
    return None if path is None else _from_file(path, f"DISCORD_TOKEN_FILE names {path}")


def _from_dotenv() -> SecretStr | None:
    try:
        secrets = _SecretsOrFile()
    except UnicodeDecodeError as error:
        raise TokenRefused("The file .env is not UTF-8 text; save it with that encoding.") from error
    return _from(secrets)


def _from_file(path: Path, named: str) -> SecretStr:
    try:
        return SecretStr(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise TokenRefused(f"{named}, which cannot be read ({type(error).__name__}).") from error
