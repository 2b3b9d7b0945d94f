"""What a person chose for their desk, kept in their home: its look, and when it locks.

A desk has a new name each time it starts, so a browser brings no cookies of before.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any, Final

from paraph.client.files import read_private, write_atomically
from paraph.client.keys.home import Home
from paraph.client.web import language, theme
from paraph.protocol.errors import InputError
from paraph.protocol.sentences import worded

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


def likely_language(home: Home) -> str:
    """Return the language that pages will likely be asked for in: as chosen, or of this machine."""
    chosen = kept(home).get(language.COOKIE) or os.environ.get("LANG", "")[:2]
    return chosen if chosen in language.LANGUAGES else "en"


def keep(home: Home, cookie: str, value: str) -> None:
    """Keep one choice beside the others."""
    _write(home, cookie, value)


def lock_after(home: Home) -> int:
    """Return after how many minutes without anybody the desk locks; 0 = never."""
    found = _read(home).get(LOCK_AFTER)
    if isinstance(found, bool) or not isinstance(found, int):
        return DEFAULT_MINUTES
    return found if 0 <= found <= MOST_MINUTES else DEFAULT_MINUTES


def keep_lock_after(home: Home, minutes: int) -> None:
    """Keep after how many minutes it locks, for the next start as well."""
    _write(home, LOCK_AFTER, minutes)


def _read(home: Home) -> dict[str, Any]:
    try:
        found = json.loads(read_private(home.path / FILE, worded("what was chosen"), _MOST))
    except (InputError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _write(home: Home, name: str, value: str | int) -> None:
    known = {each: _read(home).get(each) for each in (*ALLOWED, LOCK_AFTER)}
    chosen = {each: found for each, found in known.items() if found is not None}
    made = json.dumps({**chosen, name: value}, indent=2)
    write_atomically(home.path / FILE, f"{made}\n".encode())
