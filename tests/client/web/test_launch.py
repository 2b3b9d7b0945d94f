"""How a browser comes in, and that nothing of it is left lying about."""

from __future__ import annotations

import asyncio
import io
import os
import re
import signal
import stat
import webbrowser
from collections.abc import Callable
from pathlib import Path

import pytest
from aiohttp import ClientSession, CookieJar

from paraph.client.cli.terminal import ending, enter_pressed
from paraph.client.keys.home import Home
from paraph.client.web import launch
from paraph.client.web.launch import PrivatePage, Tokens
from paraph.client.web.office import Office
from paraph.client.web.serving import Served, serving
from paraph.protocol.errors import InputError
from tests.support.commands import PASSPHRASE, Person
from tests.support.pages import OWN


def at(served: Served) -> tuple[str, dict[str, str]]:
    """Return where a test reaches it, and the name to ask for: this machine knows no such name."""
    host = served.origin.removeprefix("http://")
    return f"http://127.0.0.1:{host.rsplit(':', 1)[1]}", {"Host": host}


def taking(found: list[str]) -> Callable[[str], bool]:
    """Return a browser that keeps what it is asked to open."""

    def take(what: str) -> bool:
        found.append(what)
        return True

    return take


def test_a_token_is_good_once_and_for_a_minute() -> None:
    now = [0.0]
    tokens = Tokens(lambda: now[0])
    assert not tokens.use("")
    first = tokens.new()
    assert not tokens.use("guess")
    assert not tokens.use("й")
    assert not tokens.used.is_set()
    assert tokens.use(first)  # a guess has not taken it away
    assert tokens.used.is_set()
    assert not tokens.use(first)
    second = tokens.new()
    third = tokens.new()
    assert not tokens.use(second)
    now[0] = launch.LIFE_S
    assert not tokens.use(third)
    assert not tokens.use("")
    fourth = tokens.new()
    now[0] += launch.LIFE_S - 0.001
    assert tokens.use(fourth)
    assert len({first, second, third, fourth}) == 4
    assert all(len(each) >= 43 for each in (first, second, third))  # 256 bits


def test_the_private_page_is_for_its_owner_alone_and_goes_away(tmp_path: Path) -> None:
    folder = tmp_path / "runtime"
    page = PrivatePage(folder, "http://12345678.localhost:1", "a<token")
    other = PrivatePage(folder, "http://12345678.localhost:2", "b")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(page.path.stat().st_mode) == 0o600
    assert page.path != other.path
    assert "12345678" not in str(page.path)
    written = page.path.read_text()
    assert 'method="post" action="http://12345678.localhost:1/enter"' in written
    assert 'value="a&lt;token"' in written
    page.remove()
    page.remove()
    assert [each.name for each in folder.iterdir()] == [other.path.name]


def test_a_folder_that_others_look_into_is_not_used(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    with pytest.raises(InputError, match="for its owner alone"):
        PrivatePage(tmp_path, "http://12345678.localhost:1", "token")


def test_the_page_stands_in_the_folder_of_this_login_or_in_the_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setattr("sys.platform", "linux")
    assert launch.runtime_folder(Path("/home/of/someone")) == tmp_path / "paraph"
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    assert launch.runtime_folder(Path("/home/of/someone")) == Path("/home/of/someone/run")


def test_without_a_screen_no_browser_takes_the_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    asked: list[str] = []
    monkeypatch.setattr(webbrowser, "open", taking(asked))
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    page = PrivatePage(tmp_path / "run", "http://12345678.localhost:1", "token")
    assert not page.show()
    assert not asked
    monkeypatch.setenv("DISPLAY", ":0")
    assert page.show()
    assert asked == [page.path.as_uri()]
    assert "token" not in asked[0]


async def test_whoever_posts_the_token_is_in_and_the_page_is_gone(
    desks: tuple[Person, Person], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    shown: list[str] = []
    monkeypatch.setattr(PrivatePage, "show", lambda page: taking(shown)(page.path.read_text()))
    office = Office(Home(desks[0].home), desks[0].tools)
    await office.unlock(PASSPHRASE.encode())
    async with (
        serving(office) as served,
        ClientSession(cookie_jar=CookieJar(unsafe=True)) as browser,
    ):
        origin, host = at(served)
        assert re.fullmatch(r"http://[0-9a-f]{8}\.localhost:[0-9]+", served.origin)
        assert served.open()
        (token,) = re.findall(r'value="([^"]+)"', shown[0])
        # As a page of file:// posts it: another site, no origin, no cookie.
        strange = {**host, "Sec-Fetch-Site": "cross-site", "Origin": "null"}
        wrong = await browser.post(f"{origin}/enter", data={"token": "wrong"}, headers=strange)
        assert (wrong.status, wrong.cookies) == (403, {})
        entered = await browser.post(f"{origin}/enter", data={"token": token}, headers=strange)
        assert (entered.status, len(entered.cookies)) == (200, 1)
        assert 'http-equiv="refresh"' in await entered.text()
        assert await served.entered(5)
        assert not list((tmp_path / "paraph").iterdir())
        again = await browser.post(f"{origin}/enter", data={"token": token}, headers=strange)
        assert (again.status, again.cookies) == (403, {})
        assert "press Enter" in (await again.text()).replace("Press", "press")
        inside = await browser.get(f"{origin}/", headers={**host, **OWN})
        assert "Memorandum" in await inside.text()


async def test_a_printed_address_lets_one_browser_in_by_a_button_and_ends_the_one_before(
    desks: tuple[Person, Person],
) -> None:
    office = Office(Home(desks[0].home), desks[0].tools)
    await office.unlock(PASSPHRASE.encode())
    async with (
        serving(office) as served,
        ClientSession(cookie_jar=CookieJar(unsafe=True)) as browser,
    ):
        origin, host = at(served)
        first, second = served.address(), served.address()
        for address, status in ((first, 403), (second, 200), (second, 403)):
            path = address.removeprefix(served.origin)
            offered = await browser.get(origin + path, headers=host)
            (token,) = re.findall(r'name="token" value="([^"]+)"', await offered.text())
            assert token in path
            posted = await browser.post(f"{origin}/enter", data={"token": token}, headers=host)
            assert posted.status == status


async def test_a_page_that_nobody_used_is_gone_with_the_desk(
    desks: tuple[Person, Person], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setattr(PrivatePage, "show", lambda _: True)
    office = Office(Home(desks[0].home), desks[0].tools)
    async with serving(office) as served:
        assert served.open()
        assert served.open()
        assert len(list((tmp_path / "paraph").iterdir())) == 1
        assert not await served.entered(0)
    assert not list((tmp_path / "paraph").iterdir())


async def test_an_open_stream_does_not_hold_the_end_up(desks: tuple[Person, Person]) -> None:
    office = Office(Home(desks[0].home), desks[0].tools)
    await office.unlock(PASSPHRASE.encode())
    loop = asyncio.get_running_loop()
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as browser:
        async with serving(office) as served:
            origin, host = at(served)
            token = served.tokens.new()
            await browser.post(f"{origin}/enter", data={"token": token}, headers=host)
            streams = [
                await browser.get(f"{origin}/hints", headers={**host, **OWN}) for _ in range(3)
            ]
            for stream in streams:
                assert await stream.content.readline() == b"event: hello\n"
            began = loop.time()
        assert loop.time() - began < 1
        assert [(await stream.content.read())[-14:] for stream in streams]


async def test_enter_on_the_terminal_does_it_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = os.openpty()
    pressed = asyncio.Event()
    try:
        with open(theirs, encoding="ascii") as terminal:  # noqa: PTH123 - a number, no path
            monkeypatch.setattr("sys.stdin", terminal)
            with enter_pressed(pressed.set) as can:
                assert can
                for _ in range(2):
                    os.write(ours, b"\n")
                    async with asyncio.timeout(5):
                        await pressed.wait()
                    pressed.clear()
            assert not asyncio.get_running_loop().remove_reader(terminal)
    finally:
        os.close(ours)


async def test_without_a_terminal_nobody_can_press_enter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("\n"))
    with enter_pressed(lambda: None) as can:
        assert not can


async def test_ctrl_c_sets_the_end_and_breaks_nothing_off() -> None:
    with ending() as stop:
        for number in (signal.SIGINT, signal.SIGTERM):
            stop.clear()
            os.kill(os.getpid(), number)
            async with asyncio.timeout(5):
                await stop.wait()
