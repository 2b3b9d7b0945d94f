"""A person's desk without a browser: the real application over a relay in memory."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence

from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer

from paraph.client.keys.home import Home
from paraph.client.web import app, leaving
from paraph.client.web.acts import ACTS
from paraph.client.web.guard import Guard
from paraph.client.web.launch import Tokens
from paraph.client.web.office import Office
from paraph.client.web.presence import Presence
from tests.support.commands import PASSPHRASE, Person

OWN = {"Sec-Fetch-Site": "same-origin"}


class Pages:
    """What a person sees and posts.

    Attributes:
        office: The office behind the pages.
        client: aiohttp's own client; requests of :meth:`get` and :meth:`post` are those of a page.
        cookie: Name of the session's cookie.
    """

    def __init__(self, office: Office, client: TestClient, guard: Guard) -> None:  # type: ignore[type-arg]
        self.office = office
        self.client = client
        self.cookie = guard.cookie
        self._host = {"Host": guard.origin.removeprefix("http://")}

    @property
    def own(self) -> dict[str, str]:
        """Headers of what a page of this desk asks for."""
        return {**self._host, **OWN}

    @property
    def path(self) -> str:
        """Where the one negotiation of this home stands."""
        return self.office.rooms()[0].path

    async def get(self, path: str, *, status: int = 200) -> str:
        """Return the page at *path*: from the root, or below the negotiation without a slash."""
        answer = await self.client.get(self._at(path), headers=self.own)
        return await self._text(answer, status)

    async def post(
        self, path: str, form: Mapping[str, str] | Sequence[tuple[str, str]], *, status: int = 200
    ) -> str:
        """Post *form* and return the page that comes of it, redirects followed."""
        answer = await self.client.post(self._at(path), data=form, headers=self.own)
        return await self._text(answer, status)

    async def say(self, path: str, form: Mapping[str, str] | Sequence[tuple[str, str]]) -> None:
        """Post *form*, and let what it makes leave exactly as it would be shown."""
        answer = await self.client.post(
            self._at(path), data=form, headers=self.own, allow_redirects=False
        )
        await self._text(answer, 303)
        acts = self.client.app[ACTS]
        act = acts.find(answer.headers["Location"].rpartition("/")[2])
        outlook = leaving.look(self.office, act)
        shown = leaving.digest(leaving.desk_of(self.office, act), act, outlook)
        assert await leaving.send(self.office, act, shown)
        assert act.trouble is None, act.trouble
        assert act.sent is not None
        assert act.sent.is_logged

    async def compare(self, words: str, *, status: int = 200) -> str:
        """Type the words of the other side's roots, as they were heard, and return the page."""
        channel = self.office.desks[0].channel.hex()
        form = {"party": "RUS", "words": words, "who": "Anna", "back": f"{self.path}/trust"}
        return await self.post(f"/trust/{channel}", form, status=status)

    async def sync(self) -> None:
        """Fetch what the other side said."""
        for desk in self.office.desks:
            await desk.sync()

    def _at(self, path: str) -> str:
        return path if path.startswith("/") else f"{self.path}/{path}".rstrip("/")

    async def _text(self, answer: ClientResponse, status: int) -> str:
        text = await answer.text()
        assert answer.status == status, (answer.status, text)
        return text


async def sync(*seen: Pages) -> None:
    """Let every one of these desks fetch what the others said."""
    for each in seen:
        await each.sync()


async def _sync(office: Office) -> None:
    # Apart, so that no name here holds a desk that the office has let go.
    for desk in office.desks:
        await desk.sync()


@contextlib.asynccontextmanager
async def pages(person: Person, role: str | None = None) -> AsyncIterator[Pages]:
    """Serve the desk of *person*, unlocked and synced once, and give its pages, signed in."""
    office = Office(Home(person.home), person.tools, role)
    await office.unlock(PASSPHRASE.encode())
    tokens, guard = Tokens(), Guard("desk", 1)
    made = app.make(office, guard, tokens, Presence(0))
    async with TestClient(TestServer(made)) as client:
        try:
            found = Pages(office, client, guard)
            await found.post("/enter", {"token": tokens.new()})
            await _sync(office)
            yield found
        finally:
            await office.close()
