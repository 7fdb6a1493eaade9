"""``sandbox``: try the bot in a browser, without an account."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import webbrowser
from collections.abc import Callable
from contextlib import AsyncExitStack, ExitStack
from functools import partial
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from pydantic import SecretStr

from bot import config
from bot.cli import logs
from bot.cli.init import own_copy
from bot.cli.options import SANDBOX_MARK
from bot.cli.run import until_stopped
from bot.errors import CivilTongueError
from bot.record.database import DATABASE_NAME
from bot.records import Named

REAL = (DATABASE_NAME, "key", "token", ".env")  # whatever holds one of these, and no mark, is a real bot's
WORLD_NAME = "sandbox.json"  # the sandbox's own: its server, and what was said there
REMOVE = "import shutil, sys; shutil.rmtree(sys.argv[1])"
MAX_NAMED = 3  # things in a folder that is not ours


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
    of the shipped config.yaml with `mode: live`, so that you see messages deleted; change it while the bot runs, and
    see what your own rules do.
    """
    logs.set_up_as_asked(log_format, log_level)
    with ExitStack() as stack:
        folder = data or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="civil-tongue-")))
        path = write_config(folder)
        if data is None:
            typer.echo(f"Rules and record are in {folder}, deleted at the end; keep them with --data DIR.", err=True)
        run = partial(_run, folder, path, port, browser, partial(_leave_at_once, None if data else folder))
        asyncio.run(until_stopped(run))


def _leave_at_once(temporary: Path | None) -> NoReturn:
    """End the process. A thread that loads a model cannot be told to stop, and would be waited for.

    Another thread may be about to make the folder or a file in it, so it is removed by a program that takes this one's
    place: with that, all threads have ended.
    """
    typer.echo("Stopped before the model was loaded.", err=True)
    if temporary is None:
        os._exit(0)
    os.execv(sys.executable, [sys.executable, "-I", "-S", "-c", REMOVE, str(temporary)])  # noqa: S606 - no shell wanted


def write_config(folder: Path) -> Path:
    """Mark the folder as the sandbox's and give it a config.yaml, the shipped one with ``mode: live``, if it has none.

    Raises for any other folder that holds something: of a real bot's, the open flags would be looked up in the sandbox,
    not found and closed. Only a config.yaml may wait there, for whoever wants to try rules of their own.
    """
    path, mark = folder / "config.yaml", folder / SANDBOX_MARK
    try:
        if not mark.exists():
            _require_free(folder, path.name)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        mark.write_text("Made by `sandbox`: a record of servers that are not on Discord.\n", encoding="utf-8")
        if not path.exists():
            text = own_copy().replace("\nmode: shadow", "\nmode: live", 1)
            path.write_text("# Made by the sandbox: as shipped, but with `mode: live`.\n" + text, encoding="utf-8")
    except OSError as error:
        raise CivilTongueError(f"{folder} cannot be used ({error.strerror}): choose another --data.") from error
    return path


def _require_free(folder: Path, config_name: str) -> None:
    held = sorted(each.name for each in folder.iterdir()) if folder.exists() else []
    if real := [name for name in held if name in REAL]:
        raise CivilTongueError(
            f"{folder} belongs to a real bot, not to `sandbox` (it holds {real[0]}): choose another --data, or leave "
            "it out"
        )
    if foreign := [name for name in held if name != config_name]:
        raise CivilTongueError(
            f"{folder} was not made by `sandbox` and holds other things ({_first(foreign)}): choose a new or empty "
            "folder for --data, or leave it out"
        )
    if held:
        typer.echo(f"Taking the rules that are in {folder}, which is the sandbox's from now on.", err=True)


def _first(names: list[str]) -> str:
    shown = ", ".join(names[:MAX_NAMED])
    return shown if len(names) <= MAX_NAMED else f"{shown} and {len(names) - MAX_NAMED} more"


async def _run(
    folder: Path, path: Path, port: int, browser: bool, leave_at_once: Callable[[], NoReturn], stop: asyncio.Event
) -> None:
    typer.echo("Loading the model ...", err=True)
    from bot import app
    from bot.pipeline import Pipeline
    from bot.sandbox.server import Sandbox
    from bot.score.model import labels_of

    settings = config.load(path, labels_of)
    async with AsyncExitStack() as stack:
        try:
            box = await stack.enter_async_context(Sandbox(port=port, file=folder / WORLD_NAME))
        except OSError as error:
            raise CivilTongueError(f"{error.strerror} (--port 0 takes a free one.)") from error
        if box.trouble:
            typer.echo(box.trouble, err=True)
        box.widen()
        here = settings.discord.model_copy(update={"api": box.api_url, "gateway": None})
        hurry = asyncio.create_task(_call_when(stop, leave_at_once))
        stack.callback(hurry.cancel)

        async def tell(pipeline: Pipeline) -> None:
            hurry.cancel()

            def describe(guild_id: int) -> dict[str, str]:
                guild = Named(guild_id, box.world.guilds[guild_id].name)
                return {"mode": pipeline.rulebook.in_guild(guild).mode, "rules": str(path)}

            box.describe = describe
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


async def _call_when(stop: asyncio.Event, leave: Callable[[], NoReturn]) -> None:
    await stop.wait()
    leave()
