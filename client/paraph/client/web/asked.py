"""What a request is about: the office behind it, and the negotiation in its address."""

from __future__ import annotations

import re
from typing import Final

from aiohttp import web

from paraph.client.web.guard import Guard
from paraph.client.web.launch import Tokens
from paraph.client.web.office import Office, Room

OFFICE: Final = web.AppKey("office", Office)
GUARD: Final = web.AppKey("guard", Guard)
TOKENS: Final = web.AppKey("tokens", Tokens)
INSIDE: Final = ("/inside", "/n/{negotiation}/inside")
"""Where pages about our own side stand: some of it comes before any negotiation."""


def office(request: web.Request) -> Office:
    """Return the office."""
    return request.app[OFFICE]


def room(request: web.Request) -> Room:
    """Return the negotiation that the address names.

    Raises:
        InputError: Code ``unknown-negotiation``.
    """
    return office(request).room(request.match_info["negotiation"])


def room_if_any(request: web.Request) -> Room | None:
    """Return the negotiation that the address names; nothing where it names none.

    Raises:
        InputError: Code ``unknown-negotiation``.
    """
    return room(request) if "negotiation" in request.match_info else None


def inside(request: web.Request) -> str:
    """Return where the pages of :data:`INSIDE` stand for *request*, without a slash at the end."""
    found = room_if_any(request)
    return f"{found.path if found is not None else ''}/inside"


_OWN_PATH: Final = re.compile(r"/(?![/\\])[\x21-\x7e]*")


def own_path(shown: object) -> str:
    """Return *shown* if it is a path on this desk, and the first page otherwise.

    Two slashes, a backslash after the first, or what browsers leave out of an address would lead
    to another host.
    """
    return shown if isinstance(shown, str) and _OWN_PATH.fullmatch(shown) else "/"
