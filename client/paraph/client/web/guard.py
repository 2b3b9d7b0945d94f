"""Who may talk to this server: the page that we opened, and nobody else on this machine.

A web page that a person visits can reach every loopback port. The rules, all of them:

- Host is there once and equals one of our names with our port, as a whole: a name that was rebound
  to this address, that only begins or ends like ours, or has another port, is not. The refusal
  does not say the random name: whoever knows it can be served beside us under the same name on
  another port, and a browser would give our cookie to both.
- What changes something is a POST from our own origin: ``Sec-Fetch-Site: same-origin``, or without
  it an ``Origin`` that is the one asked. Nothing of both: refused. So no form of another page does
  anything, and no token has to stand in ours.
- What only shows is asked by our own pages, or typed; a visit from elsewhere may open ``/`` alone.
- A session is a random cookie under a random name, given once for the one-time token of the start;
  the private page that posts the token is a file, so that this one address answers any origin.
- Answers forbid scripts, styles, frames and connections of others, sniffing, referrers, caching.
  That goes for errors, for files of ours and for streams too.
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
MISDIRECTED: Final = (
    "A desk of Paraph listens here, and not under the name in your address bar.\n"
    "Open it by the address that its terminal shows: press Enter there for a new one,\n"
    "or start it again with: paraph desk\n"
)
ENTER: Final = "/enter"
"""Where a session begins: answered without one, for the token alone."""
FOREIGN: Final = (
    "This desk answers only to its own pages.\n"
    "If you meant to open it, go on from the address that its terminal shows.\n"
)


class Guard:
    """The rules for one running server.

    Args:
        label: Random name of this instance, before ``.localhost``.
        port: Where it listens on 127.0.0.1.

    Attributes:
        origin: The origin that pages are served from.
        cookie: Name of the session's cookie.
    """

    def __init__(self, label: str, port: int) -> None:
        self.origin: Final = f"http://{label}.localhost:{port}"
        self._hosts: Final = {
            f"{name}:{port}" for name in (f"{label}.localhost", "localhost", "127.0.0.1")
        }
        self.cookie: Final = f"paraph-{secrets.token_hex(8)}"
        self._session: Final = secrets.token_urlsafe(32)

    @classmethod
    def make(cls, port: int) -> Guard:
        """Return a guard under a name that no other page can know."""
        return cls(secrets.token_hex(4), port)

    def admit(self, response: web.StreamResponse) -> None:
        """Give the session to whoever gets *response*."""
        response.set_cookie(self.cookie, self._session, httponly=True, samesite="Strict", path="/")

    def knows(self, request: web.Request) -> bool:
        """Tell whether *request* carries the session."""
        shown = request.cookies.get(self.cookie, "")
        # Bytes that are no UTF-8 come as surrogates.
        given = shown.encode("utf-8", "surrogateescape")
        return secrets.compare_digest(given, self._session.encode())

    def require_host(self, request: web.Request) -> None:
        """Refuse a name that is not ours.

        Raises:
            web.HTTPMisdirectedRequest: With what to open in its place.
        """
        shown = request.headers.getall("Host", [])
        if len(shown) != 1 or shown[0].lower() not in self._hosts:
            raise web.HTTPMisdirectedRequest(text=MISDIRECTED)

    def require_own(self, request: web.Request) -> None:
        """Refuse what another page asks for.

        Raises:
            web.HTTPForbidden: It does not come from one of our pages.
        """
        told = request.headers.getall("Sec-Fetch-Site", [])
        site = ", ".join(told) if told else None  # told twice, it is none that we know
        if request.method in SAFE:
            if site in {None, "same-origin", "none"} or (
                request.path == "/" and _is_visit(request)
            ):
                return
        elif site == "same-origin" or (site is None and _names_itself(request)):
            return
        raise web.HTTPForbidden(text=FOREIGN)

    def dress(self, response: web.StreamResponse) -> None:
        """Give *response* the headers that every answer has, but for those that it set itself."""
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Check a request before anything reads it, and dress every answer."""
        try:
            self.require_host(request)
            if request.path != ENTER:
                self.require_own(request)
            response = await handler(request)
        except web.HTTPException as refusal:
            self.dress(refusal)
            raise
        if not response.prepared:  # a stream has begun, with the headers it was given
            self.dress(response)
        return response


def _is_visit(request: web.Request) -> bool:
    # A page opened in a window, by a link of another site; not a frame, a script or a picture.
    asked = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    return all(request.headers.get(name, value) == value for name, value in asked.items())


def _names_itself(request: web.Request) -> bool:
    # The host was found to be ours before.
    return request.headers.get("Origin") == f"http://{request.host}".lower()
