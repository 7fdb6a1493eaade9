"""``sandbox``: try the bot in a browser, without an account."""

from __future__ import annotations

import asyncio
import tempfile
import webbrowser
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path
from typing import Annotated

import typer
from pydantic import SecretStr

from bot import config
from bot.cli import logs
from bot.cli.init import own_copy
from bot.cli.options import SANDBOX_MARK
from bot.cli.run import until_stopped
from bot.errors import CivilTongueError
from bot.record.database import DATABASE_NAME

REAL = (DATABASE_NAME, "key", "token")  # whatever holds one of these, and no mark, is not ours


def command(
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1; 0 takes a free one.", min=0, max=65535)] = 8750,
    data: Annotated[
        Path | None,
        typer.Option(
            "--data",
            metavar="DIR",
            help="Folder that takes config, record and key. Default: a temporary one, deleted at the end.",
        ),
    ] = None,
    browser: Annotated[bool, typer.Option(help="Open the page in the browser.")] = True,
    log_format: Annotated[str, typer.Option(help="text or json")] = "text",
    log_level: Annotated[str, typer.Option(help="debug, info, warning or error")] = "warning",
) -> None:
    """Start a loopback Discord and the real bot in it, and print the address of a page to try it on.

    Nothing leaves this machine and no token is read. The page is served on 127.0.0.1 only. The folder gets its own copy
    of the shipped config.yaml with `mode: live`, so that you see messages deleted; edit it and start again to try your
    own rules.
    """
    logs.set_up(logs.checked(log_format), log_level)
    with ExitStack() as stack:
        folder = data or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="civil-tongue-")))
        path = write_config(folder)
        if data is None:
            typer.echo(f"Rules and record are in {folder}, deleted at the end; keep them with --data DIR.", err=True)
        typer.echo("Loading the model ...", err=True)
        asyncio.run(until_stopped(lambda stop: _run(folder, path, port, browser, stop)))


def write_config(folder: Path) -> Path:
    """Mark the folder as the sandbox's and give it a config.yaml, the shipped one with ``mode: live``, if it has none.

    Raises for the folder of a real bot: its open flags would be looked up in the sandbox, not found and closed.
    """
    path, mark = folder / "config.yaml", folder / SANDBOX_MARK
    if not mark.exists() and any((folder / name).exists() for name in REAL):
        raise CivilTongueError(
            f"{folder} belongs to a real bot, not to `sandbox`: choose another --data, or leave it out"
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        mark.write_text("Made by `sandbox`: a record of servers that are not on Discord.\n", encoding="utf-8")
        if not path.exists():
            text = own_copy().replace("\nmode: shadow", "\nmode: live", 1)
            path.write_text("# Made by the sandbox: as shipped, but with `mode: live`.\n" + text, encoding="utf-8")
    except OSError as error:
        raise CivilTongueError(f"{folder} cannot be used ({error.strerror}): choose another --data.") from error
    return path


async def _run(folder: Path, path: Path, port: int, browser: bool, stop: asyncio.Event) -> None:
    from bot import app
    from bot.pipeline import Pipeline
    from bot.sandbox.server import Sandbox
    from bot.score.model import labels_of

    settings = config.load(path, labels_of)
    async with AsyncExitStack() as stack:
        try:
            box = await stack.enter_async_context(Sandbox(port=port))
        except OSError as error:
            raise CivilTongueError(f"{error.strerror} (--port 0 takes a free one.)") from error
        here = settings.discord.model_copy(update={"api": box.api_url, "gateway": None})

        async def tell(_: Pipeline) -> None:
            typer.echo(f"ready: {box.url}  (rules: {path}, mode: {settings.mode}; Ctrl+C stops)")
            if browser:
                webbrowser.open(box.url)

        await app.run(
            settings.model_copy(update={"discord": here}),
            folder,
            SecretStr(box.token),
            stop=stop,
            config_file=path,
            on_ready=tell,
        )
