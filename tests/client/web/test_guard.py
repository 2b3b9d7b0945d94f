"""Who may talk to the desk: the rules of paraph.client.web.guard, one by one."""

from __future__ import annotations

import asyncio
import io

from aiohttp import ClientResponse

from paraph.client.web import guard
from tests.support.commands import Person
from tests.support.pages import OWN, Pages, pages

HOST = "desk.localhost:1"
ORIGIN = f"http://{HOST}"
STRANGE_HOSTS = (
    "127.0.0.1.evil.com",
    "127.0.0.1.evil.com:1",
    "evil.com:1",
    "desk.localhost.evil.com:1",
    "evil.desk.localhost:1",
    "desk.localhost.:1",
    "127.0.0.1.:1",
    "desk.localhost:2",
    "desk.localhost:11",
    "desk.localhost",
    "user@desk.localhost:1",
    "desk.localhost:1@evil.com",
    "[::1]:1",
    "0.0.0.0:1",
    "2130706433:1",
    "other.localhost:1",
)


async def ask(
    seen: Pages, path: str, headers: dict[str, str], method: str = "GET"
) -> ClientResponse:
    """Ask for *path* as a browser would, without following redirects."""
    return await seen.client.request(
        method, path, headers={"Host": HOST, **headers}, allow_redirects=False
    )


async def raw(seen: Pages, *lines: str) -> bytes:
    """Send a request as it stands and return everything that is answered."""
    assert seen.client.port is not None
    reader, writer = await asyncio.open_connection("127.0.0.1", seen.client.port)
    writer.write(
        "\r\n".join((*lines, "Connection: close", "", "")).encode("utf-8", "surrogateescape")
    )
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer


async def test_another_name_is_not_answered_and_does_not_learn_ours(
    desks: tuple[Person, Person],
) -> None:
    async with pages(desks[0]) as seen:
        for host in STRANGE_HOSTS:
            for path in ("/", "/static/desk.css", "/enter"):
                answer = await ask(seen, path, {"Host": host})
                said = await answer.text()
                assert (host, answer.status) == (host, 421)
                assert "press Enter there for a new one" in said
                assert "desk.localhost" not in said + str(answer.headers)
        for host in (HOST, "DESK.localhost:1", "127.0.0.1:1", "localhost:1"):
            assert (await ask(seen, "/unlock", {"Host": host})).status == 200


async def test_no_name_two_names_and_a_name_in_the_target_are_refused(
    desks: tuple[Person, Person],
) -> None:
    async with pages(desks[0]) as seen:
        for lines in (
            ("GET /unlock HTTP/1.1",),
            ("GET /unlock HTTP/1.0",),
            ("GET /unlock HTTP/1.1", "Host: "),
            ("GET /unlock HTTP/1.1", f"Host: {HOST}", "Host: evil.com"),
            ("GET /unlock HTTP/1.1", "Host: evil.com", f"Host: {HOST}"),
            ("GET http://evil.com/unlock HTTP/1.1", "Host: evil.com"),
        ):
            status = (await raw(seen, *lines)).split()[1]
            assert (lines, status) in ((lines, b"421"), (lines, b"400"))
        assert b" 200 " in await raw(seen, "GET /enter HTTP/1.1", f"Host: {HOST}")


async def test_what_changes_something_comes_from_our_own_pages(
    desks: tuple[Person, Person],
) -> None:
    refused: tuple[dict[str, str], ...] = (
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "same-site", "Origin": ORIGIN},
        {"Origin": "https://evil.com"},
        {"Origin": "null"},
        {"Origin": "http://desk.localhost:2"},
        {"Origin": "https://desk.localhost:1"},
        {"Origin": "http://127.0.0.1:1"},  # ours too, and not the one that was asked
        {"Referer": f"{ORIGIN}/"},
    )
    async with pages(desks[0]) as seen:
        for headers in refused:
            for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
                answer = await ask(seen, "/lock", headers, method)
                assert (headers, method, answer.status) == (headers, method, 403)
        twice = ("Sec-Fetch-Site: same-origin", "Sec-Fetch-Site: cross-site")
        (own,) = seen.client.session.cookie_jar
        told = (f"Host: {HOST}", f"Cookie: {own.key}={own.value}", "Content-Length: 0")
        for site in (twice, twice[::-1]):
            answered = await raw(seen, "POST /lock HTTP/1.1", *told, *site)
            assert answered.split()[1] == b"403"
        assert not seen.office.is_locked
        for headers in (dict(OWN), {"Origin": ORIGIN}):
            assert (await ask(seen, "/language", headers, "POST")).status == 303


async def test_what_only_shows_is_asked_by_our_own_pages_or_typed(
    desks: tuple[Person, Person],
) -> None:
    visit = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    async with pages(desks[0]) as seen:
        for site in ("cross-site", "same-site"):
            found = {
                (path, tuple(extra.values())): (
                    await ask(seen, path, {"Sec-Fetch-Site": site, **extra})
                ).status
                for path in ("/", "/unlock", "/static/desk.js", "/hints", "/news")
                for extra in (
                    visit,
                    {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "script"},
                    {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"},
                    {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"},
                )
            }
            opened = {each for each, status in found.items() if status != 403}
            assert opened == {("/", ("navigate", "document"))}
        for own in ({"Sec-Fetch-Site": "none"}, dict(OWN), {}):
            assert (await ask(seen, "/unlock", {**own, **visit})).status == 200


async def test_without_the_session_there_is_a_page_that_asks_again_from_here(
    desks: tuple[Person, Person],
) -> None:
    async with pages(desks[0]) as seen:
        front = seen.path
        kept = seen.client.session.cookie_jar
        assert [each.key for each in kept] == [seen.cookie]
        kept.clear()
        answer = await ask(seen, f"{front}?q=a&b=c", {})
        said = await answer.text()
        assert answer.status == 403
        assert f'href="{front}?q=a&amp;b=c"' in said
        assert "Memorandum" not in said
        for path in ("/", "/hints", "/news", "/trust", "/nothing"):
            assert (await ask(seen, path, {})).status == 403
        missing = await raw(
            seen, "GET /static/%2e%2e/x HTTP/1.1", f"Host: {HOST}", f"Cookie: {seen.cookie}=\udcff"
        )
        assert missing.split()[1] == b"404"
        assert missing.endswith(b"\r\n\r\nThere is no such file.\n")
        posted = await ask(seen, "/lock", dict(OWN), "POST")
        assert posted.status == 403
        assert not seen.office.is_locked


async def test_the_session_is_one_random_cookie_of_this_instance(
    desks: tuple[Person, Person],
) -> None:
    async with pages(desks[0]) as seen, pages(desks[1]) as other:
        assert seen.cookie != other.cookie
        (own,) = seen.client.session.cookie_jar
        (foreign,) = other.client.session.cookie_jar
        assert own.value != foreign.value
        assert (own["httponly"], own["samesite"], own["path"]) == (True, "Strict", "/")
        assert (own["domain"], own["max-age"], own["expires"]) == ("127.0.0.1", "", "")
        shown = {
            f"{own.key}={own.value}": 303,
            f"{own.key}={foreign.value}": 403,
            f"{foreign.key}={foreign.value}": 403,
            f"{foreign.key}={own.value}": 403,
            f"{own.key}=": 403,
            f"{own.key}=й": 403,
            f"{own.key}=\udcff": 403,
        }
        for each in (seen.client.session, other.client.session):
            each.cookie_jar.clear()
        for cookie, status in shown.items():
            assert (cookie, (await ask(seen, "/", {"Cookie": cookie})).status) == (cookie, status)


def test_the_headers_forbid_what_others_could_do_with_a_page() -> None:
    """Said again by hand: the test below compares answers with the table itself."""
    found = dict(guard.HEADERS)
    assert found.pop("Content-Security-Policy").split("; ") == [
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'",
        "connect-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
    ]  # fmt: skip
    assert found == {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-store",
    }


async def test_every_answer_carries_the_headers(desks: tuple[Person, Person]) -> None:
    async with pages(desks[0]) as seen:
        own = dict(OWN)
        answers = [
            await ask(seen, seen.path, own),
            await ask(seen, "/", own),
            await ask(seen, "/nothing", own),
            await ask(seen, "/n/00", own),
            await ask(seen, "/static/desk.css", own),
            await ask(seen, "/static/nothing.css", own),
            await ask(seen, "/static/../app.py", own),
            await ask(seen, "/", {"Host": "evil.com"}),
            await ask(seen, "/lock", {"Sec-Fetch-Site": "cross-site"}, "POST"),
            await ask(seen, "/lock", own, "PUT"),  # a method that it has not
            await ask(seen, "/lock", own),  # what is only posted to leads to a page
            await ask(seen, "/hints", own),
            await ask(seen, "/language", own, "POST"),
            await ask(seen, "/enter", {}),
            await seen.client.post(
                "/language", headers={"Host": HOST, **own}, data=io.BytesIO(bytes(5 * 1024 * 1024))
            ),
        ]
        found = [answer.status for answer in answers]
        assert found == [200, 303, 404, 400, 200, 404, 404, 421, 403, 405, 303, 200, 303, 200, 413]
        for answer in answers:
            for name, value in guard.HEADERS.items():
                assert (answer.url.path, name, answer.headers.getall(name)) == (
                    answer.url.path,
                    name,
                    [value],
                )
            answer.close()
