"""What a person chose for their desk, kept in their home: its look, and when it locks.

A desk has a new name each time it starts, so a browser brings no cookies of before.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from paraph.client.files import read_private, write_atomically
from paraph.client.home import Home
from paraph.client.web import language, theme
from paraph.protocol.errors import InputError

FILE: Final = "desk.json"
ALLOWED: Final = {
    language.COOKIE: frozenset(language.LANGUAGES),
    theme.COOKIE: frozenset(theme.THEMES),
}
"""By the cookie that carries it: what it may be."""
LOCK_AFTER: Final = "lock-after-minutes"
"""No cookie: the desk itself locks."""
MOST_MINUTES: Final = 24 * 60
DEFAULT_MINUTES: Final = 15
_MOST: Final = 4096


def kept(home: Home) -> Mapping[str, str]:
    """Return what was chosen, by cookie; whatever is damaged or unknown counts as not chosen."""
    found = _read(home)
    return {
        name: str(found[name])
        for name, allowed in ALLOWED.items()
        if str(found.get(name)) in allowed
    }


def keep(home: Home, cookie: str, value: str) -> None:
    """Keep one choice beside the others."""
    made = json.dumps({**kept(home), cookie: value}, indent=2)
    write_atomically(home.path / FILE, f"{made}\n".encode())
