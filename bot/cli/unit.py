"""``unit``: a systemd unit for this installation, with its real paths."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path
from typing import Annotated

import typer

from bot.cli import options
from bot.errors import CivilTongueError

DRAIN_SECONDS = 30  # the bot takes 10 to end what it has begun; systemd waits longer before it kills

UNIT = """\
[Unit]
Description=Civil Tongue, a Discord moderation bot
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=0

[Service]
ExecStart={python} -m bot run --data {data}{config} --log-format json
ExecReload=/bin/kill -HUP $MAINPID
User={user}
WorkingDirectory={here}
Restart=on-failure
RestartSec=15
# Wrong config, token, intent or key: trying again changes nothing.
RestartPreventExitStatus=2 3 4 9
TimeoutStopSec={drain}
UMask=0077
NoNewPrivileges=yes
ProtectSystem=strict
ReadWritePaths={data}
CacheDirectory=civil-tongue
ProtectHome={protect_home}
PrivateTmp=yes
PrivateDevices=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectClock=yes
ProtectHostname=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
CapabilityBoundingSet=

[Install]
WantedBy=multi-user.target
"""


def command(
    data: options.Data = options.DEFAULT_DATA,
    path: Annotated[Path | None, typer.Option("--config", metavar="FILE", help="As for `run`.")] = None,
    user: Annotated[str, typer.Option(help="The system user that runs the bot and owns DIR.")] = "",
) -> None:
    """Print a systemd unit with the real paths of this installation.

    `python -m bot unit --data DIR | sudo tee /etc/systemd/system/civil-tongue.service`, then
    `sudo systemctl enable --now civil-tongue`.
    """
    typer.echo(unit_for(data, path, user or getpass.getuser()), nl=False)


def unit_for(data: Path, path: Path | None, user: str) -> str:
    """The text of the unit. Raises where a path cannot stand in one."""
    python, folder = Path(sys.executable).absolute(), data.absolute()
    here = Path.cwd()  # what is relative in the config means the same as for who asked
    return UNIT.format(
        python=_quoted(python),
        data=_quoted(folder),
        config=f" --config {_quoted(path.absolute())}" if path else "",
        user=user,
        here=_quoted(here),
        # The bot only has to read its own files there.
        protect_home="read-only" if any(each.is_relative_to("/home") for each in (python, folder, here)) else "yes",
        drain=DRAIN_SECONDS,
    )


def _quoted(path: Path) -> str:
    text = str(path)
    if any(character in text for character in "\"\\\n'") or " " in text:
        raise CivilTongueError(f"{text!r} has a space or quote in it, which systemd's lines do not take: move it.")
    return text.replace("%", "%%")
