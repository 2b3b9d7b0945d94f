"""The text side by side: what stands at its margin, filters, pages, the line of versions."""

import html
import re
from pathlib import Path

import pytest

from paraph.client.web import paging
from tests.client.web.instrument import BIDI, HOSTILE, LONG, say, two_versions
from tests.support.chancery import chancery
from tests.support.commands import Person
from tests.support.exchange import exchanging
from tests.support.pages import Pages, pages

MOST_BYTES = 300_000


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> tuple[Person, Person]:
    # Nothing is said here by these tests: one world does for all.
    usa, rus, _ = exchanging(tmp_path_factory.mktemp("read"))
    two_versions(usa, rus)
    return usa, rus


async def _clause(seen: Pages, cid: str, query: str = "") -> str:
    found = await seen.get(f"text{query}")
    match = re.search(rf'<article[^>]*id="clause-{cid}".*?</article>', found, re.DOTALL)
    assert match is not None, found
    return match[0]


async def test_languages_stand_side_by_side_with_holders_and_numbers_of_before(
    read: tuple[Person, Person],
) -> None:
    async with pages(read[0]) as usa:
        distance = await _clause(usa, "distance")
        assert 'class="lang" lang="en" dir="auto"' in distance
        assert 'class="lang" lang="ru" dir="auto"' in distance
        assert '<p class="heading">Расстояние</p>' in distance
        assert '<span class="held held-2"><span class="sign">[USA:</span> three' in distance
        assert '<span class="held held-1"><span class="sign">[RUS:</span> five' in distance
        assert '<span class="n">2.</span>' in distance
        assert "was 1" in distance
        assert '<a class="ref" href="#clause-line">3</a>' in distance
        assert "bracketed" in distance
        assert "no position" in distance
        tests = await _clause(usa, "tests")
        assert '<span class="chip">new</span>' in tests


async def test_from_a_clause_the_way_leads_to_a_position_on_its_words(
    read: tuple[Person, Person],
) -> None:
    def way(found: str) -> str:
        (link,) = re.findall(r'id="position[^"]*" data-key="p" href="([^"]*)"', found)
        return html.unescape(link).partition("/positions")[2]

    async with pages(read[0]) as usa:
        form = await usa.get("positions" + way(await _clause(usa, "distance")))
        old = way(await _clause(usa, "distance", "?v=v1"))
        matrix = await usa.get("positions" + old.partition("#")[0])
        one = await usa.get("clause/distance")
    assert 'name="at-distance"' in form
    assert 'name="at-crews"' not in form
    assert "miles, as in 3." in form
    assert old.endswith("#clause-distance")
    assert 'id="clause-distance"' in matrix
    assert "/positions/take?v=" in one
    assert matrix.index("USA</span></th>") < matrix.index("RUS</span></th>")  # ours first


async def test_filters_leave_only_what_was_asked_for(read: tuple[Person, Person]) -> None:
    async with pages(read[0]) as usa:
        held = await usa.get("text?only=held:RUS")
        assert 'id="clause-distance"' in held
        assert 'id="clause-crews"' not in held
        none = await usa.get("text?only=comments")
        assert "No clause is so." in none
        everything = await usa.get("text?only=nonsense")
        assert 'id="clause-crews"' in everything


async def test_the_clean_view_has_words_and_no_margin(read: tuple[Person, Person]) -> None:
    async with pages(read[0]) as usa:
        clean = await usa.get("text?clean")
        assert "no position" not in clean
        assert "Crews act with care." in clean
        assert "Crews act with care." in await usa.get("text?clean&whole")


async def test_an_earlier_version_says_so_and_leads_to_what_changed(
    read: tuple[Person, Person],
) -> None:
    async with pages(read[0]) as usa:
        first = await usa.get("text?v=v1")
        assert "This is an earlier version." in first
        assert 'id="clause-tests"' not in first
        assert "Expected" in await usa.get("text?v=v9", status=400)
        line = await usa.get("versions")
        assert "counter-draft" in line
        assert "tabled whole" in line
        assert "/redline?from=" in line


@pytest.fixture
def commented(tmp_path: Path) -> tuple[Person, Person]:
    usa, rus, _ = exchanging(tmp_path)
    two_versions(usa, rus)
    shared = usa.json("text", "show")
    chancery(usa)
    on = ("--clause", "crews", "--lang", "en", "--quote", "Crews")
    channel = ("--channel", shared["channel"])
    usa.ok("comment", "Why?", "--on", "v2", *on, *channel)
    inner = ("--channel", "internal", "--negotiation", shared["negotiation"])
    version = shared["version"]["id"]
    usa.ok("comment", "Our floor.", "--kind", "fallback", "--on", version, *on, *inner)
    rus.ok("sync")
    return usa, rus


async def test_comments_are_counted_and_notes_stay_on_our_side(
    commented: tuple[Person, Person],
) -> None:
    async with pages(commented[0]) as ours, pages(commented[1]) as theirs:
        own = await _clause(ours, "crews")
        assert "1 open comment" in own
        assert "Internal" in own
        assert "1 note" in own
        assert "Our floor." in await ours.get("clause/crews")
        other = await _clause(theirs, "crews")
        assert "1 open comment" in other
        assert "Internal" not in other
        assert "Our floor." not in await theirs.get("clause/crews")


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Person:
    usa, rus, _ = exchanging(tmp_path_factory.mktemp("attacked"))
    two_versions(usa, rus)
    say(rus, "hostile.yaml", HOSTILE)
    usa.ok("sync")
    return usa


@pytest.mark.parametrize(
    "path",
    ["text", "text?clean", "clause/crews", "redline", "versions", "comments/new?clause=crews"],
)
async def test_a_hostile_text_is_inert_on_every_page(attacked: Person, path: str) -> None:
    async with pages(attacked) as seen:
        found = await seen.get(path)
    assert "<script>alert" not in found
    assert "onclick=x>" not in found.replace("&lt;b onclick=x&gt;", "")
    assert BIDI not in found
    assert len(found.encode()) < MOST_BYTES


async def test_what_nobody_sees_is_named_and_told_at_the_margin(attacked: Person) -> None:
    async with pages(attacked) as seen:
        crews = await _clause(seen, "crews")
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in crews
        assert "&lt;U+202E&gt;" in crews
        assert "&lt;U+200B&gt;" in crews
        assert "characters that nobody sees" in crews
        assert "a word of two alphabets" in crews


async def test_a_word_of_100_000_characters_is_cut_and_says_so(attacked: Person) -> None:
    async with pages(attacked) as seen:
        wide = await _clause(seen, "wide")
        assert "more characters are not shown here" in wide
        assert LONG not in wide
        assert LONG in await seen.get("clause/wide?whole")


def test_pages_of_a_list_are_light_and_none_is_lost() -> None:
    items = [*range(100)]
    found = paging.by_weight(items, lambda each: 1_000 * each, most=50_000, count=20)
    assert [each for one in found for each in one] == items
    assert all(len(each) <= 20 and (sum(each) <= 50 or len(each) == 1) for each in found)
    assert paging.by_weight([], lambda each: each) == [[]]
