"""Who may talk to this server: the page that we opened, and nobody else on this machine.

A web page that a person visits can reach every loopback port. The rules, all of them:

- Host must be one of our names, with our port; a name that was rebound to this address is not.
- What changes something is a POST from our own origin: ``Sec-Fetch-Site: same-origin``, or without
  it an ``Origin`` that is ours. Everything else but a visit of a page is asked of our own pages.
- A session is a random cookie under a random name, given once for the one-time token of the start;
  the private page that posts the token is a file, so that this one address answers any origin.
- Answers forbid scripts, styles, frames and connections of others, sniffing, referrers, caching.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
SAFE: Final = frozenset({"GET", "HEAD"})
ENTER: Final = "/enter"
"""Where a session begins: answered without one, for the token alone."""


class Guard:
    """The rules for one running server.

    Args:
        label: Random name of this instance, before ``.localhost``.
        port: Where it listens on 127.0.0.1.

    Attributes:
        origin: The origin that pages are served from.
    """

    def __init__(self, label: str, port: int) -> None:
        self.origin: Final = f"http://{label}.localhost:{port}"
        self._hosts: Final = {
            f"{name}:{port}" for name in (f"{label}.localhost", "localhost", "127.0.0.1")
        }
        self._cookie: Final = f"paraph-{secrets.token_hex(8)}"
        self._session: Final = secrets.token_urlsafe(32)

    @classmethod
    def make(cls, port: int) -> Guard:
        """Return a guard under a name that no other page can know."""
        return cls(secrets.token_hex(4), port)

    def admit(self, response: web.StreamResponse) -> None:
        """Give the session to whoever gets *response*."""
        response.set_cookie(self._cookie, self._session, httponly=True, samesite="Strict", path="/")

    def knows(self, request: web.Request) -> bool:
        """Tell whether *request* carries the session."""
        shown = request.cookies.get(self._cookie, "")
        return secrets.compare_digest(shown.encode(), self._session.encode())

    def require_host(self, request: web.Request) -> None:
        """Refuse a name that is not ours.

        Raises:
            web.HTTPMisdirectedRequest: With what to open in its place.
        """
        if request.headers.get("Host", "") not in self._hosts:
            raise web.HTTPMisdirectedRequest(
                text=f"This desk answers only at {self.origin}/. Open that address,"
                " or start it again with: paraph desk\n"
            )

    def require_own(self, request: web.Request) -> None:
        """Refuse what another page asks for.

        Raises:
            web.HTTPForbidden: It does not come from one of our pages.
        """
        site = request.headers.get("Sec-Fetch-Site")
        if request.method in SAFE:
            visit = request.headers.get("Sec-Fetch-Mode") in {None, "navigate"}
            if site in {None, "same-origin", "none"} or (visit and request.path == "/"):
                return
        elif site == "same-origin" or (
            site is None and request.headers.get("Origin") == self.origin
        ):
            return
        raise web.HTTPForbidden(text="This desk answers only to its own pages.\n")

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Check a request before anything reads it, and dress every answer."""
        try:
            self.require_host(request)
            if request.path != ENTER:
                self.require_own(request)
            response = await handler(request)
        except web.HTTPException as refusal:
            refusal.headers.update(HEADERS)
            raise
        if not response.prepared:
            for name, value in HEADERS.items():
                response.headers.setdefault(name, value)
        return response
