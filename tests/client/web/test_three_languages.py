"""Pages on a text in French, Arabic and Greek: languages, directions, marks, numbers."""

import re
from pathlib import Path

import pytest

from paraph.client.web.assets import STATIC
from tests.support.commands import Person
from tests.support.pages import Pages, pages
from tests.support.three_languages import LANGUAGES, three_languages

_PHYSICAL = re.compile(
    r"(?<![\w-])(?:margin|padding|border)-(?:left|right)|(?<![\w-])(?:left|right)\s*:"
    r"|text-align\s*:\s*(?:left|right)|float\s*:\s*(?:left|right)"
)


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> tuple[Person, Person]:
    return three_languages(tmp_path_factory.mktemp("three"))


async def _clause(seen: Pages, cid: str) -> str:
    found = await seen.get("text")
    match = re.search(rf'<article[^>]*id="clause-{cid}".*?</article>', found, re.DOTALL)
    assert match is not None, found
    return match[0]


async def test_each_language_is_marked_and_arabic_is_from_the_right_whatever_it_begins_with(
    three: tuple[Person, Person],
) -> None:
    async with pages(three[0]) as usa:
        distance = await _clause(usa, "distance")
        columns = re.findall(r'<div class="lang" lang="(\w+)" dir="(\w+)">', distance)
        # In French and Greek the letters tell; Arabic begins with a holder in Latin letters.
        assert columns == [("el", "auto"), ("fr", "auto"), ("ar", "rtl")]
        assert '<span class="sign">[USA:</span> ثلاثة' in distance


async def test_numbers_references_and_dates_stand_in_arabic_as_they_were_written(
    three: tuple[Person, Person],
) -> None:
    async with pages(three[0]) as usa:
        distance = await _clause(usa, "distance")
        arabic = distance.partition('lang="ar"')[2]
        assert '<span class="n">1.</span>' in arabic
        assert '<a class="ref" href="#clause-line">2</a>' in arabic
        assert "21.10.2015" in arabic
        assert "121,5 MHz" in (await _clause(usa, "line")).partition('lang="ar"')[2]


async def test_a_title_is_in_the_first_of_the_channel_where_the_person_has_none(
    three: tuple[Person, Person],
) -> None:
    async with pages(three[0]) as usa:
        front = await usa.get("")
        assert '<bdi lang="ar" dir="rtl">اتفاق بشأن سلامة الملاحة</bdi>' in front
        # In the title of the window it cannot turn what stands around it.
        assert "· &#x2068;اتفاق بشأن سلامة الملاحة&#x2069; · Paraph" in front


@pytest.mark.parametrize("view", ["text", "redline?from=v1&to=v2", "clause/line", "comments"])
async def test_every_piece_of_arabic_is_marked_as_such(
    three: tuple[Person, Person], view: str
) -> None:
    async with pages(three[0]) as usa:
        page = (await usa.get(view)).partition("</title>")[2]
        assert re.search(r"[\u0600-\u06ff]", page)
        for piece in re.findall(r"<[^>]+>[^<]*[\u0600-\u06ff][^<]*", page):
            # Its own element says so, or one around it: nothing of the page's own is Arabic.
            around = page[: page.index(piece) + len(piece)]
            last = max(around.rfind('lang="ar"'), around.rfind('dir="auto"'))
            assert last >= 0, piece


async def test_a_mark_that_turns_the_direction_is_shown_and_does_nothing(
    three: tuple[Person, Person],
) -> None:
    async with pages(three[0]) as usa:
        comments = await usa.get("comments")
        assert "&lt;U+202E&gt;" in comments
        assert "\u202e" not in comments
        assert re.search(r'<(bdi|p|div)[^>]*dir="auto"[^>]*>[^<]*السطر', comments)


async def test_a_form_has_a_field_for_each_language_in_its_direction(
    three: tuple[Person, Person],
) -> None:
    async with pages(three[0]) as usa:
        form = await usa.get("proposals/new")
        for code in LANGUAGES:
            field = re.search(rf'<(?:input|textarea)[^>]* lang="{code}"[^>]*>', form)
            assert field is not None, code
            assert f'dir="{"rtl" if code == "ar" else "auto"}"' in field[0]


@pytest.mark.parametrize("sheet", sorted(STATIC.glob("*.css")), ids=lambda path: path.name)
def test_the_style_knows_no_left_and_no_right(sheet: Path) -> None:
    found = [
        line.strip()
        for line in sheet.read_text(encoding="utf-8").splitlines()
        if _PHYSICAL.search(line)
    ]
    assert found == []
