"""Conferences in the browser: announced, changed by both, held; actions, calendar file."""

import asyncio
import re

from paraph.client.clock import when
from paraph.client.web.language import COOKIE
from tests.client.web.schedule import HOUR, plan
from tests.support.channel import START
from tests.support.commands import Person
from tests.support.desks import hours_pass
from tests.support.pages import pages


async def test_a_conference_is_drawn_from_what_stands_open_and_announced(
    desks: tuple[Person, Person],
) -> None:
    async with pages(desks[0]) as usa, pages(desks[1]) as rus:
        form = await usa.get("conference/new")
        assert 'value="Brackets and placeholders"' in form
        assert 'value="distance"' in form
        assert 'value="VC-1"' in form
        clocks = await usa.post("conference/new", plan(usa, do="look"))
        assert "MSK (UTC+03:00)" in clocks
        await usa.say("conference/new", plan(usa))
        await rus.sync()
        assert "begins in" in await rus.get("conferences")
        seen = await rus.get("conferences/VC-1")
        assert "EDT (UTC-04:00)" in seen
        assert "brackets of" in seen
        assert 'class="spoken" lang="ru"' in seen
        words = re.findall(r'class="spoken" lang="en">.*?</span> ([^<]+)</p>', seen)
        assert words
        assert words[0] in await usa.get("conferences/VC-1")
        await rus.get("conferences/VC-9", status=404)


async def test_a_change_takes_effect_when_the_other_side_agrees(
    desks: tuple[Person, Person],
) -> None:
    async with pages(desks[0]) as usa, pages(desks[1]) as rus:
        await usa.say("conference/new", plan(usa))
        later = when(START + 54 * HOUR)
        assert 'value="Distances"' in await usa.get("conferences/VC-1/change")
        await usa.say("conferences/VC-1/change", plan(usa, at=later))
        await rus.sync()
        seen = await rus.get("conferences/VC-1")
        assert "asks to change it" in seen
        agree = re.search(r"agree/[0-9a-f]{64}", seen)
        assert agree
        assert not re.search(r"agree/[0-9a-f]{64}", await usa.get("conferences/VC-1"))
        await rus.say(agree[0], {"back": f"{rus.path}/conferences/VC-1"})
        await usa.sync()
        seen = await usa.get("conferences/VC-1")
        assert "asks to change it" not in seen
        assert later in seen


async def test_it_is_held_and_its_outcomes_set_positions_once_agreed(
    desks: tuple[Person, Person],
) -> None:
    async with pages(desks[0]) as usa, pages(desks[1]) as rus:
        await usa.say("conference/new", plan(usa))
        blank = await usa.get("conferences/VC-1/outcomes")
        assert 'name="result-c:title"' not in blank
        more = {"result-c:distance": "bracketed", "add": "c:title", "do": "add"}
        grown = await usa.post("conferences/VC-1/outcomes", more)
        assert 'name="result-c:title"' in grown
        assert 'value="bracketed" checked' in grown
        nothing = await usa.post("conferences/VC-1/outcomes", {"held_at": ""}, status=400)
        assert "Please choose the outcome of one point" in nothing
        half = await usa.post(
            "conferences/VC-1/outcomes", {"understood-c:distance-en": "As a rule."}, status=400
        )
        assert "As a rule.</textarea>" in half
        assert "these words go with" in half
        await usa.say("conferences/VC-1/outcomes", {
            "result-c:distance": "reserved_by_RUS", "result-p:P-7": "not_accepted",
            "result-c:title": "agreed_ad_ref", "understood-c:distance-en": "As a <b>rule</b>.",
            "understood-c:distance-ru": "As a <b>rule</b>.",
        })  # fmt: skip
        await rus.sync()
        seen = await rus.get("conferences/VC-1")
        assert "waits for agreement" in seen
        assert seen.count("As a &lt;b&gt;rule&lt;/b&gt;.") == 1  # the same in both languages
        agree = re.search(r"agree/[0-9a-f]{64}", seen)
        assert agree
        await rus.say(agree[0], {"back": "//elsewhere.example"})
        assert "agreed by both" in await rus.get("conferences/VC-1")
        positions = await rus.get("positions")
        assert '<span class="unseen">reserved</span>' in positions
        assert '<span class="unseen">agreed ad referendum</span>' in positions
        await rus.post(agree[0], {"back": ""}, status=409)


async def test_actions_are_late_in_log_time_and_reported_by_their_owner(
    desks: tuple[Person, Person],
) -> None:
    async with pages(desks[0]) as usa, pages(desks[1]) as rus:
        await usa.say("conference/new", plan(usa))
        wrong = await usa.post(
            "actions/new", {"what": "Send it", "owner": "RUS", "by": "2015-13-99"}, status=400
        )
        assert "Send it</textarea>" in wrong
        assert "or a conference" in wrong
        await usa.say("actions/new", {"what": "Send it", "owner": "RUS", "by": "VC-1",
                                      "conference": "VC-1"})  # fmt: skip
        await rus.sync()
        assert "ours to do" in await rus.get("conferences/VC-1")
        assert "Its owner reports it" in await usa.get("actions/A-1")
        people = (desks[0], desks[1])
        await asyncio.to_thread(hours_pass, *people, hours=31)
        await rus.sync()
        assert 'class="late"' in await rus.get("conferences")
        again = await rus.post("actions/A-1", {"ending": "done", "to": "VC-2"}, status=400)
        assert "A new date belongs" in again
        await rus.say("actions/A-1", {"ending": "carried", "to": "VC-2", "note": "Waiting."})
        await usa.sync()
        assert "Waiting." in await usa.get("conferences")
        await rus.say("actions/A-1", {"ending": "done"})
        assert "done" in await rus.get("actions/A-1")
        await rus.get("actions/A-5", status=404)


async def test_who_takes_part_is_said_in_the_readers_language(
    desks: tuple[Person, Person],
) -> None:
    async with pages(desks[0]) as usa:
        assert 'value="head of delegation"' in await usa.get("conference/new")
        usa.client.session.cookie_jar.update_cookies({COOKIE: "ru"})
        form = await usa.get("conference/new")
        assert 'value="глава делегации"' in form
        assert "head_of_delegation" not in form
        names = {"people-USA": "Иван", "people-RUS": ""}
        wrong = await usa.post("conference/new", plan(usa, **names), status=400)
        assert re.search('id="people-USA-fault"[^>]*>[^<]*глава делегации', wrong)
        assert "head_of_delegation" not in wrong
        named = {"people-USA": "Глава  делегации, air traffic expert",
                 "people-RUS": "legal_adviser linguist; head of delegation"}  # fmt: skip
        await usa.say("conference/new", plan(usa, **named))
        shown = await usa.get("conferences/VC-1")
        assert "глава делегации, air_traffic_expert</dd>" in shown
        theirs = "юридический советник, лингвист, глава делегации"
        assert f"{theirs}</dd>" in shown
        assert f'value="{theirs}"' in await usa.get("conferences/VC-1/change")


async def test_a_wrong_form_keeps_all_that_was_typed(desks: tuple[Person, Person]) -> None:
    async with pages(desks[0]) as usa:
        wrong = plan(usa, **{"people-RUS": "Ivan Petrov", "zone-USA": "east", "minutes-1": "long",
                             "name": "the second", "at": "noon", "duration_min": "x"})  # fmt: skip
        again = await usa.post("conference/new", wrong, status=400)
        assert again.count('class="fault"') == 6
        for typed in ("Ivan Petrov", "east", "long", "the second", "noon", "Distances"):
            assert f'value="{typed}"' in again
        unknown = await usa.post("conference/new", plan(usa, basis="00"), status=400)
        assert "Please choose one." in unknown


async def test_the_calendar_file_is_saved_and_says_nothing_unasked(
    desks: tuple[Person, Person],
) -> None:
    async with pages(desks[0]) as usa:
        await usa.say("conference/new", plan(usa))
        path = f"{usa.path}/conferences/VC-1/calendar.ics"
        answer = await usa.client.get(path, headers=usa.own)
        text = await answer.text()
        assert answer.headers["Content-Disposition"].startswith('attachment; filename="VC-1.ics"')
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert "Distances" not in text
        assert "BEGIN:VCALENDAR" in text
        told = await (await usa.client.get(f"{path}?agenda=1", headers=usa.own)).text()
        assert "Distances" in told
