"""Silence in the browser: begun with an exact instant, seen, broken with a reason, closed."""

import asyncio
import re

from paraph.client.clock import when
from tests.support.channel import START
from tests.support.commands import Person
from tests.support.desks import hours_pass
from tests.support.pages import Pages, pages

HOUR = 3_600_000


def until(hours: int) -> str:
    return when(START + hours * HOUR)


async def pass_hours(hours: int, *desks: tuple[Person, Pages]) -> None:
    await asyncio.to_thread(hours_pass, *(person for person, _ in desks), hours=hours)
    for _, seen in desks:
        await seen.sync()


async def test_silence_is_adopted_when_both_sides_have_closed_it(
    desks: tuple[Person, Person],
) -> None:
    async with pages(desks[0]) as usa, pages(desks[1]) as rus:
        form = await usa.get("silence/new")
        assert "12 hours from its receipt" in form
        await usa.say("silence/new", {"v": "", "clause": "distance", "until": until(24)})
        assert "has not received it yet" in await usa.get("silence")
        await rus.sync()
        await pass_hours(0, (desks[0], usa), (desks[1], rus))
        seen = await rus.get("silence")
        assert "running" in seen
        assert "v1, 1. distance" in seen
        assert "Break silence" in seen
        assert "Close: nobody objected" not in seen
        assert "received by our machine" in seen
        assert "nobody here has said so in person" in seen
        own = await usa.get("silence")
        assert "Break silence" not in own
        assert "received by the other side's machine" in own
        assert "nobody there has said so in person" in own
        await pass_hours(25, (desks[0], usa), (desks[1], rus))
        assert "none: the expiry has passed" in await usa.get("silence")
        await usa.say("silence/S-1/close", {})
        await rus.sync()
        assert "missing" in await rus.get("silence")
        await rus.say("silence/S-1/close", {})
        assert "adopted" in await rus.get("silence")
        again = await rus.post("silence/S-1/close", {}, status=409)
        assert "It was adopted at index" in again


async def test_an_objection_needs_a_reason_and_is_shown_as_it_was_said(
    desks: tuple[Person, Person],
) -> None:
    async with pages(desks[0]) as usa, pages(desks[1]) as rus:
        await usa.say("silence/new", {"v": "", "clause": "", "until": until(24)})
        await rus.sync()
        again = await rus.post("silence/S-1/break", {"reason": " "}, status=400)
        assert "Please fill this in." in again
        await rus.say(
            "silence/S-1/break", {"reason": "<b>Units</b>\u202e differ.", "amendment": ""}
        )
        await usa.sync()
        seen = await usa.get("silence")
        assert "broken" in seen
        assert "&lt;b&gt;Units&lt;/b&gt;&lt;U+202E&gt; differ." in seen
        again = await rus.post("silence/S-1/break", {"reason": "Again."}, status=409)
        assert "Again.</textarea>" in again
        assert "Nothing is to be objected to" in again


async def test_too_little_time_and_no_instant_stay_at_the_form(
    desks: tuple[Person, Person],
) -> None:
    async with pages(desks[0]) as usa:
        again = await usa.post("silence/new", {"clause": "", "until": until(6)}, status=409)
        assert "12 hours that the charter asks for" in again
        again = await usa.post("silence/new", {"clause": "", "until": "Friday"}, status=400)
        assert "Please give date and time" in again
        assert 'value="Friday"' in again
        shown = await usa.post("silence/new", {"clause": "", "until": until(24), "do": "times"})
        assert until(24) in shown
        assert "Nothing is signed" in shown
        await usa.get("silence/S-4/break", status=404)


async def test_ours_is_recalled(desks: tuple[Person, Person]) -> None:
    async with pages(desks[0]) as usa:
        await usa.say("silence/new", {"v": "", "clause": "", "until": until(24)})
        link = re.search(r"recall/[0-9a-f]{64}", await usa.get("silence"))
        assert link
        await usa.say(link[0], {"reason": ""})
        assert "recalled" in await usa.get("silence")
