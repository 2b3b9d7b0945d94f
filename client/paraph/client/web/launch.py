"""How a browser comes in: a one-time token, in a private page that posts it, or in an address.

The page is a file that only its owner reads, in the folder of this login that the system clears
(or in the home), and it is gone once it was used, or with the desk. A browser in a box of its own
(snap, flatpak) cannot read it; then nobody comes in, and the terminal shows an address.
"""

from __future__ import annotations

import asyncio
import html
import os
import secrets
import sys
import time
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import Final

import platformdirs

from paraph.client.files import private_folder, write_atomically

LIFE_S: Final = 60.0
"""Seconds for which a token may be used, once."""


class Tokens:
    """The one token that is good now.

    Args:
        clock: Seconds that only grow.

    Attributes:
        used: Set once somebody came in.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.used: Final = asyncio.Event()
        self._clock: Final = clock
        self._token = ""
        self._until = 0.0

    def new(self) -> str:
        """Return a token; the one of before is good no more."""
        self._token, self._until = secrets.token_urlsafe(32), self._clock() + LIFE_S
        return self._token

    def use(self, shown: str) -> bool:
        """Tell whether *shown* is the token; if it is, there is none afterwards.

        A wrong one leaves it good: nobody finds 256 bits by trying, and a page elsewhere that
        posts nonsense here must not be able to keep a person out.
        """
        fits = secrets.compare_digest(shown.encode(), self._token.encode())
        if not self._token or not fits:
            return False
        self._token = ""
        if self._clock() >= self._until:
            return False
        self.used.set()
        return True


def runtime_folder(home: Path) -> Path:
    """Return the folder for the private page: this login's own, or one in the home.

    Without XDG_RUNTIME_DIR there is no folder that the system makes for one login alone.
    """
    if os.environ.get("XDG_RUNTIME_DIR") or sys.platform == "darwin":
        return platformdirs.user_runtime_path("paraph")
    return home / "run"


class PrivatePage:
    """The page that takes a browser in. The token is in no address, history or process list.

    Args:
        folder: Where it stands; it is made for its owner alone.
        origin: Where it posts to.
        token: What it posts.

    Raises:
        InputError: Others can look into the folder.
        UnavailableError: It cannot be written.
    """

    def __init__(self, folder: Path, origin: str, token: str) -> None:
        # A name of its own: several desks of one login share the folder.
        self.path: Final = private_folder(folder) / f"open-{secrets.token_hex(4)}.html"
        action, value = html.escape(f"{origin}/enter"), html.escape(token)
        write_atomically(
            self.path,
            f"""<!doctype html><html lang="en"><meta charset="utf-8"><title>Paraph</title>
<form method="post" action="{action}"><input type="hidden" name="token" value="{value}">
<button>Open the desk</button></form><script>document.forms[0].submit()</script></html>
""".encode(),
        )

    def remove(self) -> None:
        """Take it away; once is enough."""
        self.path.unlink(missing_ok=True)

    def show(self) -> bool:
        """Open it in the person's browser; tell whether there is one with windows."""
        if not has_windows():
            return False
        try:
            return webbrowser.open(self.path.as_uri())
        except webbrowser.Error:
            return False


def has_windows() -> bool:
    """Tell whether this login has a screen; without one, a browser would take the terminal."""
    named = {"DISPLAY", "WAYLAND_DISPLAY", "BROWSER"} & set(os.environ)
    return sys.platform in {"darwin", "win32"} or bool(named)
