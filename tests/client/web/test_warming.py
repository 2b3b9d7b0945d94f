"""What pages rest on is made ahead: in small steps, never against somebody who waits."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from paraph.client.web import warming
from paraph.client.web.hints import Hints
from paraph.client.web.warming import Warming
from tests.support.commands import Person
from tests.support.pages import pages

TURNS = 50


async def _turns() -> None:
    for _ in range(TURNS):
        await asyncio.sleep(0)


async def test_nothing_is_made_while_somebody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warming, "SLICE_S", -1.0)  # every step is a slice
    monkeypatch.setattr(warming, "REST_S", 0.0)
    made: list[int] = []
    all_made = asyncio.Event()

    def steps() -> Iterator[None]:
        for number in range(9):
            made.append(number)
            yield
        all_made.set()

    ahead = Warming((), None, lambda _: pytest.fail("no desk"), Hints(), steps)
    with ahead.rests():
        ahead.start()
        await _turns()
        assert made == [0]
        with ahead.rests():
            await _turns()
        await _turns()
        assert made == [0]
    await all_made.wait()
    assert len(made) == 9
    await ahead.stop()
    await ahead.stop()  # nothing is under way, and nothing happens


async def test_the_words_to_read_out_stand_there_when_they_are_made(
    desks: tuple[Person, Person],
) -> None:
    async with pages(desks[0]) as seen:
        desk, first = seen.office.desks[0], None
        async for hint in seen.office.hints.listen():
            first = seen.office.spoken(desk)  # whoever asks too early is told by a hint
            if first is not None and hint.kind != "hello":
                break
            if first is not None:
                seen.office.hints.tell("changed")
        assert first is not None
        page = await seen.get("")
        assert " ".join(first.words["en"]) in page
        assert " ".join(first.words["ru"]) in page
        assert "are being made" not in page


async def test_without_its_words_the_first_screen_says_that_they_are_being_made(
    desks: tuple[Person, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with pages(desks[0]) as seen:
        monkeypatch.setattr(seen.office, "spoken", lambda _: None)
        page = await seen.get("")
        assert "are being made" in page
        assert "Read these words" not in page
