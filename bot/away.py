"""How it shows that Discord is away: what comes out of a call beside discord.py's own errors."""

from __future__ import annotations

import aiohttp

# RuntimeError: the session was closed under the call, because the client is being replaced.
AWAY = (aiohttp.ClientError, OSError, TimeoutError, RuntimeError)
