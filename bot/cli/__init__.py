"""The command line: one file a command."""

from __future__ import annotations

import sys

import typer

from bot.cli import check, flags, key, logs, model, run, sandbox, score
from bot.errors import CivilTongueError

_EPILOG = (
    "Exit codes: 0 all is well · 1 something else went wrong · 2 the config or the command line has an error · "
    "3 no token, or Discord refuses it · 4 the Message Content intent is off · 5 Discord cannot be reached · "
    "6 the model cannot be used · 7 another bot runs on the folder · 8 the record cannot be used · "
    "9 the key is missing or another one."
)
_HELP = (
    "Civil Tongue: a Discord moderation bot that runs its own toxic-comment model. Nothing a member writes leaves this "
    "machine.\n\nStart with `sandbox`: it needs no Discord account."
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
app.command("run")(run.command)
app.command("check")(check.command)
app.command("score")(score.command)
app.add_typer(flags.app, name="flags")
app.add_typer(model.app, name="model")
app.add_typer(key.app, name="key")


def main() -> None:
    """Run the command line; an expected error is one sentence on standard error and its exit code."""
    logs.set_up("text", "warning")
    try:
        app()
    except CivilTongueError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_code)
