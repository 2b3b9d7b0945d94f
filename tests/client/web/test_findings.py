"""Findings and the glossary in the browser: made, settled, agreed to, without a command line."""

from __future__ import annotations

import re

from paraph.client.negotiating.editing import revision
from tests.support.commands import Person
from tests.support.pages import pages


async def test_a_finding_is_made_and_settled_as_mended(desks: tuple[Person, Person]) -> None:
    async with pages(desks[0]) as usa, pages(desks[1]) as rus:
        assert "There are none." in await usa.get("findings")
        assert 'value="distance"' in await usa.get("findings/new?clause=distance")
        empty = {"clause": "distance", "kind": "nuance", "detail": ""}
        assert "Please fill this in." in await usa.post("findings/new", empty, status=400)
        await usa.say("findings/new", {**empty, "detail": "Miles of which kind?"})
        await rus.sync()
        seen = await rus.get("findings")
        assert "Miles of which kind?" in seen
        assert 'Open <span class="number">1' in seen
        one = await rus.get("findings/F-1")
        assert "It may stay as it is" in one
        assert "we withdraw it" not in one  # theirs to withdraw
        await rus.say("findings/F-1", {"how": "harmless", "note": "All know."})
        await usa.sync()
        one = await usa.get("findings/F-1")
        assert "All know." in one
        assert ">still open<" in one  # a finding that is harmless needs both sides to say so
        assert "It is mended" not in one  # in which version: there is no other yet
        await usa.post("drafts", {"from": "head"})
        mended = {"words-en": "Keep nautical miles.", "words-ru": "Держать морские мили."}
        seen_before = {
            f"seen-words-{code}": revision(words)
            for code, words in (
                ("en", "Keep [USA: three] miles."),
                ("ru", "Держать [USA: три] мили."),
            )
        }
        await usa.post("drafts/1/clause/distance", {**mended, **seen_before, "finding": "F-1",
                                                    "proposal": "", "result": ""})  # fmt: skip
        await usa.say("drafts/1/table", {"kind": "counter_draft"})
        head = usa.office.rooms()[0].talks.heads[0].hex()
        wrong = await usa.post("findings/F-1", {"how": "mended", "version": "00"}, status=400)
        assert "Please choose one." in wrong
        await usa.say("findings/F-1", {"how": "mended", "version": head})
        assert 'Open <span class="number">0' in await usa.get("findings")
        closed = await usa.get("findings?show=all")
        assert '<span class="chip">mended</span>' in closed
        await usa.get("findings/F-9", status=404)


async def test_what_the_machine_finds_stands_beside_what_people_found(
    desks: tuple[Person, Person],
) -> None:
    async with pages(desks[0]) as usa:
        seen = await usa.get("findings")
        assert "It finds nothing." in seen or "⚠" in seen
        assert f'href="{usa.path}/findings"' in await usa.get("")


async def test_a_term_counts_once_both_agree_and_is_replaced_and_dropped(
    desks: tuple[Person, Person],
) -> None:
    async with pages(desks[0]) as usa, pages(desks[1]) as rus:
        alone = {"term-en": "mile*", "term-ru": "", "note": ""}
        again = await usa.post("glossary/new", alone, status=400)
        assert "in two languages at least" in again
        await usa.say("glossary/new", {**alone, "term-ru": "мил*", "note": "Nautical."})
        assert "waits for" in await usa.get("glossary")
        for number, more in enumerate(({"term-ru": "мили"}, {"do": "drop"})):
            await rus.sync()
            seen = await rus.get("glossary")
            found = re.findall(r'action="([^"]*/agree/[0-9a-f]{64})"', seen)
            await rus.say(found[-1], {"back": f"{rus.path}/glossary"})
            await usa.sync()
            rows = await usa.get("glossary")
            (replace,) = re.findall(r'href="([^"]*/glossary/new\?replaces=[0-9]+)"', rows)
            form = await usa.get(replace)
            assert 'value="mile*"' in form
            await usa.say(replace, {"term-en": "mile*", "note": "", **more})
            assert number < 2
        await rus.sync()
        seen = await rus.get("glossary")
        assert "drops a term" in seen
        assert "another has taken its place" in seen
