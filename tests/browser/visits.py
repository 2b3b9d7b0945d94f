"""Which pages there are: every address of the route table, and a path where each can be seen.

Paths are found by following links from the first page, as a person would; what no link leads to
is prepared first.
"""

from __future__ import annotations

import collections
import dataclasses
import re
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urljoin, urlsplit

from playwright.async_api import Page

from paraph.client.web import pages

ELSEWHERE: Final = {
    "/enter": "the door, before anybody is in: test_the_door",
    "/unlock": "the door, when it is locked: test_the_door",
    "/opening": "while a home is being opened: test_opening",
    "/typed": "after a desk that locked while somebody wrote: test_typing",
    "/hints": "a stream of hints, which is no page",
    "/news": "one line, fetched into a page",
    "/": "leads on to the one negotiation; the list of several is in tests without a browser",
    "/n/{negotiation}/said/{index:\\d{1,15}}/files/{number:\\d{1,2}}": "a file",
    "/n/{negotiation}/text/save/{form:text|markdown|json|annotations|akn}": "a file",
    "/begin": "for a home that has no negotiation: looked at in the story",
    "/n/{negotiation}/drafts/{number}/carry": "after a version was sent, in the story",
    "/n/{negotiation}/consolidate": "where the text has two newest versions: test_fork",
    "/n/{negotiation}/side-documents/{document}/join": "as for the text: test_fork",
    "/n/{negotiation}/packages/{statement:[0-9a-f]{64}}/untie": "once both tied one: test_fork",
}
"""Addresses that the crawl does not come to, and why. The door has a test of its own."""
_FILE: Final = re.compile(r"\.\w+$")
OLD_PROPOSAL: Final = "P-6"
"""A proposal of the sample on a version that is not the newest in its middle."""
MOST_PAGES: Final = 400
MOST_OF_A_KIND: Final = 6
"""Pages of one route that are followed: the tenth comment has the links of the first."""


def shown_routes() -> list[str]:
    """Return the patterns of all pages, in order; files to keep are none."""
    found = {route.path for route in pages.routes() if route.method == "GET"}
    return sorted(route for route in found - ELSEWHERE.keys() if not _FILE.search(route))


def _pattern(route: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)(?::([^{}]*(?:\{[^{}]*\}[^{}]*)*))?\}", route)
    made = ""
    for place in range(0, len(parts), 3):
        made += re.escape(parts[place])
        if place + 1 < len(parts):
            made += f"(?:{parts[place + 2] or '[^/]+'})"
    return re.compile(made)


PATTERNS: Final = {route: _pattern(route) for route in shown_routes()}
# An address without a variable is meant before one with: /comments/new is no comment.
_EXACT_FIRST: Final = sorted(PATTERNS, key=lambda route: (route.count("{"), -len(route)))


def route_of(path: str) -> str | None:
    """Return the route that answers at *path*; nothing for what is no page."""
    return next((route for route in _EXACT_FIRST if PATTERNS[route].fullmatch(path)), None)


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "a" and said.get("href") and "download" not in said:
            self.found.append(said["href"] or "")


_FETCH: Final = """
async (path) => {
  const answer = await fetch(path);
  const kind = answer.headers.get("content-type") ?? "";
  const text = kind.includes("text/html") ? await answer.text() : "";
  const kept = answer.headers.get("content-disposition") ?? "";
  const policy = answer.headers.get("content-security-policy") ?? "";
  return [answer.status, answer.url, text, [kind, kept, policy]];
}
"""


ASKED: Final = ("", "/1", "/1/fields")
"""Pages of clearances: the list, one, its fields."""
_POST: Final = """
async ([path, fields]) => {
  const answer = await fetch(path, { method: "POST", body: new URLSearchParams(fields) });
  return [answer.status, new URL(answer.url).pathname];
}
"""


async def prepared(page: Page, room: str) -> list[str]:
    """Make what no link leads to before somebody acts: drafts, words about to leave, a request.

    Args:
        page: Any page of the desk.
        room: Where the pages of the negotiation stand.

    Returns:
        Paths: of a draft on the head, of one on an older version, of bringing it onto the newer,
        of an act that waits for its second confirmation, of searches; and pages to which a link
        leads only where a record has very many fields, or a home has no negotiation.
    """
    begun = [
        await _posted(page, f"{room}/drafts", {"from": version})
        for version in ("head", OLD_PROPOSAL)
    ]
    said = {"body": "Is this the last word?", "kind": "question"}
    act = await _posted(page, f"{room}/comments/new", said)
    await _posted(page, f"{act}/ask", {})
    return [
        *begun,
        f"{begun[1]}/rebase",
        act,
        f"{act}/fields",
        *(
            f"{inside}/clearances{each}"
            for inside in ("/inside", f"{room}/inside")
            for each in ASKED
        ),
        "/inside/mandate",
        "/search?q=distance",
        "/search?q=nothing-has-this",
    ]


async def _posted(page: Page, path: str, fields: dict[str, str]) -> str:
    status, to = await page.evaluate(_POST, [path, fields])
    assert status == 200, (path, status)
    assert to != path, f"{path}: what was posted was not taken"
    return str(to)


@dataclasses.dataclass(slots=True)
class Site:
    """What links lead to.

    Attributes:
        paths: Route to the paths that were found for it.
        broken: Links that lead nowhere, with the status and a page that has the link.
        texts: Path to the page as it came; empty for a file.
        files: Path to type, disposition and policy of what is no page.
    """

    paths: dict[str, list[str]] = dataclasses.field(default_factory=dict)
    broken: dict[str, str] = dataclasses.field(default_factory=dict)
    texts: dict[str, str] = dataclasses.field(default_factory=dict)
    files: dict[str, list[str]] = dataclasses.field(default_factory=dict)


async def crawl(page: Page, *starts: str) -> Site:
    """Follow links from *starts*.

    Args:
        page: Any page of the desk; it fetches the others.
        starts: Paths to begin at.
    """
    waiting, seen = collections.deque(starts), set(starts)
    known_from = dict.fromkeys(starts, "the start")
    met = collections.Counter(route_of(urlsplit(each).path) for each in starts)
    site = Site()
    while waiting and len(site.texts) < MOST_PAGES:
        path = waiting.popleft()
        status, url, text, headers = await page.evaluate(_FETCH, path)
        if status != 200:
            site.broken[path] = f"{status}, linked from {known_from[path]}"
            continue
        site.texts[path] = text
        if not text:
            site.files[path] = headers
        route = route_of(urlsplit(url).path)
        if route is not None:
            site.paths.setdefault(route, []).append(path)
        links = _Links()
        links.feed(text)
        for link in links.found:
            to = urlsplit(urljoin(url, link))
            target = to.path + (f"?{to.query}" if to.query else "")
            of = route_of(to.path)
            if not url.startswith(f"{to.scheme}://{to.netloc}/") or target in seen:
                continue
            seen.add(target)
            known_from[target] = path
            met[of] += 1
            if of is None or met[of] <= MOST_OF_A_KIND:
                waiting.append(target)
    return site
