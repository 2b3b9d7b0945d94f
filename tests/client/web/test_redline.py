"""Redlines: each kind of change in a shape and word of its own, three texts, what nobody sees."""

import asyncio
import html
import re
from pathlib import Path

import pytest

from paraph.client.negotiating.redline import redline
from paraph.client.negotiating.redline.taking import with_change
from paraph.client.web.pages.redline import MOST_SHOWN, shown
from paraph.protocol.negotiation.ids import Ids
from paraph.protocol.negotiation.text import Part, Text
from tests.client.web.instrument import FIRST, UNSEEN, say, two_versions
from tests.support.commands import Person
from tests.support.exchange import PLAIN, exchanging, send_base
from tests.support.pages import Pages, pages


@pytest.fixture(scope="module")
def usa(tmp_path_factory: pytest.TempPathFactory) -> Person:
    # Nothing is said here by these tests but drafts: one world does for all.
    usa, rus, _ = exchanging(tmp_path_factory.mktemp("redline"))
    two_versions(usa, rus)
    say(usa, "third.yaml", UNSEEN)
    return usa


async def _clause(seen: Pages, address: str, cid: str) -> str:
    found = await seen.get(address)
    match = re.search(rf'<article[^>]*id="clause-{cid}".*?</article>', found, re.DOTALL)
    assert match is not None, found
    return match[0]


async def test_words_are_inserted_by_a_party_with_a_word_and_a_colour(usa: Person) -> None:
    async with pages(usa) as seen:
        distance = await _clause(seen, "redline?from=v1&to=v2", "distance")
    assert '<ins class="by-1"><span class="unseen"> inserted: </span>' in distance
    assert "[RUS: five]" in distance
    assert '<del class="by-1"><span class="unseen"> deleted: </span>мили' in distance
    assert "was 1" in distance
    assert '<span class="party-1">RUS</span>' in distance
    assert 'lang="ru" dir="auto"' in distance


async def test_a_move_is_a_move_and_a_split_is_a_split(usa: Person) -> None:
    async with pages(usa) as seen:
        crews = await _clause(seen, "redline?from=v1&to=v2", "crews")
        line = await _clause(seen, "redline?from=v1&to=v2", "line")
        turned = await _clause(seen, "redline?from=v2&to=v1", "line")
    assert "moved" in crews
    assert "stood after" in crews
    assert "<ins" not in crews
    assert "split" in line
    assert '<span class="begins">tests</span>' in line
    assert "Test it daily." in line
    assert "merged" in turned


async def test_the_keys_of_a_clause_have_their_ways_in_a_redline_of_the_newest_text(
    usa: Person,
) -> None:
    async with pages(usa) as seen:
        newest = await _clause(seen, "redline?from=v1&to=v3", "distance")
        older = await _clause(seen, "redline?from=v1&to=v2", "distance")
        ways = dict(re.findall(r'data-key="([pcd])" href="([^"]*)"', newest))
        form = await seen.get(html.unescape(ways["p"]).partition(seen.path + "/")[2])
    assert set(ways) == {"p", "c", "d"}
    assert 'name="at-distance"' in form
    assert "data-key" not in older


async def test_what_accepting_would_do_is_said_beforehand(usa: Person) -> None:
    async with pages(usa) as seen:
        newest = await seen.get("redline")
        turned = await seen.get("redline?from=v3&to=v2")
        clean = await seen.get("redline?clean")
    assert "These changes stand in the newest text" in newest
    assert "takes the words of v2 into a draft of ours" in turned
    assert 'id="taking"' not in clean


async def test_the_clean_view_has_the_new_words_alone(usa: Person) -> None:
    async with pages(usa) as seen:
        clean = await _clause(seen, "redline?from=v1&to=v2&clean", "distance")
        russian = await _clause(seen, "redline?from=v1&to=v2&lang=ru", "distance")
    assert "<del" not in clean
    assert "<ins" not in clean
    assert "[RUS: five]" in clean
    assert 'class="lang" lang="en"' not in russian


async def test_a_change_that_nobody_would_see_is_flagged(usa: Person) -> None:
    async with pages(usa) as seen:
        found = await seen.get("redline?from=v2&to=v3")
        crews = await _clause(seen, "redline?from=v2&to=v3", "crews")
    assert "1 of them nobody would see" in found
    assert "U+0430" in crews
    assert "unseen-change" in crews


async def test_three_texts_show_who_changed_what(usa: Person) -> None:
    async with pages(usa) as seen:
        found = await seen.get("redline?from=v1&theirs=v2&to=v3")
        distance = await _clause(seen, "redline?from=v1&theirs=v2&to=v3", "distance")
        line = await _clause(seen, "redline?from=v1&theirs=v2&to=v3", "line")
        crews = await _clause(seen, "redline?from=v1&theirs=v2&to=v3", "crews")
        turned = await _clause(seen, "redline?from=v1&theirs=v3&to=v2", "crews")
        alone = await _clause(seen, "redline?from=v2&theirs=v2&to=v3", "crews")
    assert "Three texts" in found
    assert "both made the same of it" in distance
    assert "both made the same of it" in line
    assert "both changed it, and need not collide" in crews
    assert '<span class="label">v3</span>' in crews
    assert "moved in v2, after" in crews
    assert "both changed it" in turned
    assert "changed in v3" in alone


async def test_what_was_changed_and_changed_back_differs_in_nothing(tmp_path: Path) -> None:
    usa, _, _ = await asyncio.to_thread(exchanging, tmp_path)
    await asyncio.to_thread(send_base, usa)
    await asyncio.to_thread(say, usa, "there.yaml", PLAIN)
    back = PLAIN.replace("four", "three").replace("четыре", "три")
    await asyncio.to_thread(say, usa, "back.yaml", back)
    async with pages(usa) as seen:
        assert "Nothing differs" in await seen.get("redline?from=v1&to=v3")
        assert "Nothing differs" not in await seen.get("redline?from=v2&to=v3")


async def test_a_version_is_not_compared_with_itself_and_what_to_do_is_said(usa: Person) -> None:
    async with pages(usa) as seen:
        whole = await seen.get("redline?to=v1")
        chosen = await seen.get("redline?from=v3&to=v3&all")
        assert "Expected" in await seen.get("redline?from=v7", status=400)
    assert "v1 was tabled whole" in whole
    assert "v3 stands on both sides. Choose another version" in chosen
    for found in (whole, chosen):
        assert "Nothing differs" not in found
        assert "<article" not in found
        assert 'id="from"' in found
        assert 'id="read"' in found


async def test_with_one_version_there_is_nothing_to_compare(tmp_path: Path) -> None:
    alone, _, _ = await asyncio.to_thread(exchanging, tmp_path)
    await asyncio.to_thread(say, alone, "first.yaml", FIRST)
    async with pages(alone) as seen:
        found = await seen.get("redline")
        text = await seen.get("text")
    assert "v1 is the only version there is" in found
    assert 'id="from"' not in found
    assert "<article" not in found
    assert 'id="redline"' not in text


async def test_one_change_of_several_is_taken_over_into_a_draft(usa: Person) -> None:
    async with pages(usa) as seen:
        distance = await _clause(seen, "redline?from=v2&to=v1", "distance")
        fields = dict(re.findall(r'name="(from|to|cid)" value="([^"]*)"', distance))
        numbers = sorted(set(re.findall(r'name="change" value="([0-9]+)"', distance)), key=int)
        taken = {**fields, "act": "accept", "change": numbers[0]}
        once = html.unescape(await seen.post("drafts/from-change", taken))
        assert "Keep [USA: three] miles" in once
        assert "[RUS: пять] миль" in once
        twice = html.unescape(
            await seen.post("drafts/from-change", {**taken, "change": numbers[-1]})
        )
        assert "Keep [USA: three] miles" in twice
        assert "мили, как в" in twice


async def test_a_clause_is_taken_over_whole(usa: Person) -> None:
    async with pages(usa) as seen:
        distance = await _clause(seen, "redline?from=v2&to=v1", "distance")
        fields = dict(re.findall(r'name="(from|to|cid)" value="([^"]*)"', distance))
        draft = html.unescape(await seen.post("drafts/from-change", {**fields, "act": "accept"}))
    assert "Держать [USA: три] мили" in draft


def test_a_change_is_taken_beside_others_and_of_other_words_none_is() -> None:
    old, new = (
        Text(("en",), (Part("a", "operative", {"en": each}, {}, ""),), Ids())
        for each in ("one two three", "1 two 3")
    )
    found = redline(old, new)
    first, second = (each.number for each in found.changes)

    def told(number: int, words: str) -> str:
        text = with_change(found, "a", number, {"en": words})
        return text.parts[0].words["en"] if text is not None else ""

    assert told(first, "one two three") == "1 two three"
    assert told(second, "one two three") == "one two 3"
    assert told(second, "1 two three") == "1 two 3"
    assert told(first, "something else") == ""
    assert told(9, "one two three") == ""
    assert with_change(found, "b", first, {"en": "one two three"}) is None


def test_of_a_block_without_end_only_the_beginning_is_set() -> None:
    words = "w" * 100_000
    old, new = (
        Text(("en",), (Part("a", "operative", {"en": each}, {}, ""),), Ids())
        for each in ("v", words)
    )
    found = redline(old, new)
    (block,) = shown(found, found.blocks, {}, ("en",))
    assert block.left_out == len(words) + 1 - MOST_SHOWN
    assert sum(len(run.text) for bit in block.bits["en"] for run in bit.runs) == MOST_SHOWN
