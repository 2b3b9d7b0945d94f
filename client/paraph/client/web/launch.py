"""How a browser comes in: a one-time token, in a private page that posts it, or in an address."""

from __future__ import annotations

import html
import secrets
import time
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import Final

from paraph.client.files import private_folder, write_atomically

LIFE_S: Final = 60.0
"""Seconds for which a token may be used, once."""


class Tokens:
    """The one token that is good now.

    Args:
        clock: Seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock: Final = clock
        self._token = ""
        self._until = 0.0

    def new(self) -> str:
        """Return a token; the one of before is good no more."""
        self._token, self._until = secrets.token_urlsafe(32), self._clock() + LIFE_S
        return self._token

    def use(self, shown: str) -> bool:
        """Tell whether *shown* is the token; whether or not, there is none afterwards."""
        token, self._token = self._token, ""
        fits = secrets.compare_digest(shown.encode(), token.encode())
        return bool(token) and fits and self._clock() < self._until


def write_page(folder: Path, origin: str, token: str) -> Path:
    """Write the private page that takes a browser in, and return where it stands.

    The token is posted from a file: it is in no address, no history and no list of processes.
    """
    path = private_folder(folder) / "open.html"
    action, value = html.escape(f"{origin}/enter"), html.escape(token)
    write_atomically(
        path,
        f"""<!doctype html><html lang="en"><meta charset="utf-8"><title>Paraph</title>
<form method="post" action="{action}"><input type="hidden" name="token" value="{value}">
<button>Open the desk</button></form><script>document.forms[0].submit()</script></html>
""".encode(),
    )
    return path


def show(path: Path) -> bool:
    """Open the private page in the person's browser; tell whether one was found."""
    return webbrowser.open(path.as_uri())
