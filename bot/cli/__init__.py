"""The command line: one file a command."""

from __future__ import annotations

import sys
from io import TextIOWrapper
from typing import Annotated, Any

import typer

from bot import __version__
from bot.cli import (
    backup,
    check,
    doctor,
    evaluate,
    flags,
    health,
    init,
    invite,
    key,
    logs,
    model,
    purge,
    record,
    rules,
    run,
    sandbox,
    score,
    strikes,
    unit,
    verdicts,
)
from bot.errors import CivilTongueError

_CommandLineError: Any = typer.BadParameter.__mro__[2]  # click's base of them all; typer brings its own copy of click

_EPILOG = (
    "Exit codes: 0 all is well · 1 something else went wrong · 2 the config or the command line has an error · "
    "3 no token, or Discord refuses it · 4 the Message Content intent is off · 5 Discord cannot be reached · "
    "6 the model cannot be used · 7 another bot runs on the folder · 8 the record cannot be used · "
    "9 the key is missing or another one."
)
_HELP = (
    "Civil Tongue: a Discord moderation bot that runs its own toxic-comment model. Nothing a member writes leaves this "
    "machine.\n\nStart with `sandbox`: it needs no Discord account. Then `init` makes the folder of a real bot."
)

app = typer.Typer(
    name="civil-tongue",
    help=_HELP,
    epilog=_EPILOG,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # they would print local variables, a member's words among them
    rich_markup_mode="markdown",
)
app.command("sandbox")(sandbox.command)
app.command("init")(init.command)
app.command("invite")(invite.command)
app.command("doctor")(doctor.command)
app.command("run")(run.command)
app.command("check")(check.command)
app.command("rules")(rules.command)
app.command("score")(score.command)
app.command("evaluate")(evaluate.command)
flags.app.command("uphold")(verdicts.uphold)
flags.app.command("mistaken")(verdicts.mistaken)
app.add_typer(flags.app, name="flags")
app.add_typer(model.app, name="model")
app.add_typer(key.app, name="key")
app.add_typer(record.app, name="record")
app.add_typer(strikes.app, name="strikes")
app.command("purge")(purge.command)
app.command("backup")(backup.back_up)
app.command("restore")(backup.restore)
app.command("health")(health.command)
app.command("unit")(unit.command)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"civil-tongue {__version__}")
        raise typer.Exit


@app.callback()
def _of_all(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None: ...


def main() -> None:
    """Run the command line; an expected error is one sentence on standard error and its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a terminal of another encoding shows a question mark, not a traceback
            stream.reconfigure(errors="replace")
    logs.set_up("text", "warning")
    try:
        sys.exit(app(standalone_mode=False) or 0)
    except _CommandLineError as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            error.show()  # the help that was asked for by saying nothing
        else:
            context = getattr(error, "ctx", None)
            command = context.command_path if context else "python -m bot"
            said = error.format_message().rstrip(".")
            print(f"{said}{'' if said.endswith('?') else '.'} `{command} --help` tells more.", file=sys.stderr)
        sys.exit(error.exit_code)
    except typer.Abort:
        print("Stopped.", file=sys.stderr)
        sys.exit(1)
    except CivilTongueError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_code)
