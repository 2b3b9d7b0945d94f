"""Comments in the browser: made on words, answered, closed; hostile ones; what stays inside."""

import asyncio
from pathlib import Path

import pytest

from tests.client.web.instrument import FIRST, SECOND, say, two_versions
from tests.support.chancery import chancery
from tests.support.commands import Person, write
from tests.support.exchange import PLAIN, exchanging, send_base
from tests.support.pages import pages

HOSTILE = "<script>alert(1)</script>\u202e gpj.exe \u200b" + "w" * 5000
QUESTION = {
    "clause": "distance", "quote": "three", "language": "en", "kind": "question",
    "body": "Why three?",
}  # fmt: skip


async def test_a_comment_on_words_is_seen_and_answered_on_the_other_desk(
    desks: tuple[Person, Person],
) -> None:
    async with pages(desks[0]) as usa, pages(desks[1]) as rus:
        form = await rus.get("comments/new?clause=distance&quote=three&lang=en")
        assert "three</textarea>" in form
        await rus.say("comments/new", QUESTION)
        assert 'Waiting for them <span class="number">1' in await rus.get("comments")
        await usa.sync()
        listed = await usa.get("comments?show=us")
        assert "Why three?" in listed
        assert "stands as quoted" in listed
        await usa.say("comments/C-1", {"body": "A habit.", "kind": "answer", "do": "answer"})
        await rus.sync()
        assert "A habit." in await rus.get("comments/C-1")
        await rus.say(
            "comments/C-1", {"body": "", "kind": "answer", "do": "close", "closed_by": "#11"}
        )
        await usa.sync()
        closed = await usa.get("comments/C-1")
        assert ">#11</bdi>" in closed
        assert 'Closed <span class="number">1' in await usa.get("comments")


async def test_a_quote_that_does_not_stand_there_is_refused_at_its_field(
    desks: tuple[Person, Person],
) -> None:
    async with pages(desks[0]) as usa:
        again = await usa.post("comments/new", {**QUESTION, "quote": "nine"}, status=400)
        assert "do not stand in the clause" in again
        assert "Why three?</textarea>" in again
        again = await usa.post("comments/new", {**QUESTION, "quote": "e"}, status=400)
        assert "more than once" in again
        again = await usa.post("comments/new", {**QUESTION, "body": " "}, status=400)
        assert "Please fill this in." in again


async def test_hostile_words_are_inert_and_shown(desks: tuple[Person, Person]) -> None:
    async with pages(desks[0]) as usa, pages(desks[1]) as rus:
        await rus.say("comments/new", {**QUESTION, "body": HOSTILE})
        await usa.sync()
        for path in ("comments", "comments/C-1"):
            seen = await usa.get(path)
            assert "<script>alert" not in seen
            assert "&lt;script&gt;alert(1)" in seen
            assert "\u202e" not in seen
            assert "&lt;U+202E&gt;" in seen


async def test_a_thread_that_is_not_there_is_no_page(desks: tuple[Person, Person]) -> None:
    async with pages(desks[0]) as usa:
        await usa.get("comments/C-9", status=404)
        await usa.get("comments/inside", status=404)


@pytest.fixture
def with_inside(tmp_path: Path) -> tuple[Person, Person]:
    usa, rus, _ = exchanging(tmp_path)
    send_base(usa)
    rus.ok("comment", "Why?", "--on", "head", "--clause", "distance", "--lang", "en",
           "--quote", "three")  # fmt: skip
    usa.ok("send", write(usa, "plain.yaml", PLAIN))
    chancery(usa)
    return usa, rus


async def test_a_note_is_kept_inside_and_never_crosses(
    with_inside: tuple[Person, Person],
) -> None:
    async with pages(with_inside[0]) as usa, pages(with_inside[1]) as rus:
        form = await usa.get("comments/inside?clause=distance")
        assert "Keep inside" in form
        assert "Look over" not in form
        listed = await usa.post("comments/inside", {**QUESTION, "quote": "four", "kind": "fallback",
                                                    "body": "Five is our floor."})  # fmt: skip
        assert "Five is our floor." in listed
        assert "fall-back" in listed
        await rus.sync()
        seen = await rus.get("comments")
        assert "Five is our floor." not in seen
        assert "Internal" not in seen
        assert "quote removed" in await rus.get("comments?show=all")


async def test_words_are_quoted_as_they_read_and_so_are_they_shown(tmp_path: Path) -> None:
    usa, rus, _ = await asyncio.to_thread(exchanging, tmp_path)
    await asyncio.to_thread(two_versions, usa, rus)
    quote = {"clause": "distance", "language": "", "quote": "miles, as in 3", "kind": "question"}
    async with pages(usa) as seen:
        assert "as in 3.</blockquote>" in await seen.get("comments/new?clause=distance")
        await seen.say("comments/new", {**quote, "body": "Why there?"})
        room = seen.office.rooms()[0]
        (said,) = room.talks.comments.values()
        listed = await seen.get("comments")
        again = await seen.post(
            "comments/new", {**quote, "quote": "as in 2", "body": "?"}, status=400
        )
        old = await seen.get("text?v=v1")
    assert said.content.anchor.exact == "miles, as in {ref:line}"
    assert "miles, as in 3</blockquote>" in listed
    assert "stands as quoted" in listed
    assert "do not stand in the clause" in again
    assert "/comments/new?clause=line&amp;v=" in old  # on the words that are shown


async def test_a_clause_is_called_by_its_number_of_today(tmp_path: Path) -> None:
    usa, rus, _ = await asyncio.to_thread(exchanging, tmp_path)
    await asyncio.to_thread(say, usa, "first.yaml", FIRST)
    quote = ("--on", "head", "--clause", "line", "--lang", "en", "--quote", "Test it daily")
    await asyncio.to_thread(usa.ok, "comment", "By whom?", *quote)
    await asyncio.to_thread(say, rus, "second.yaml", SECOND)
    async with pages(rus) as seen:
        found = await seen.get("comments")
    assert "4. tests</bdi></a> · v1" in found  # it was clause 2 when the comment was made
    assert '/clause/tests"' in found


async def test_of_one_clause_our_own_notes_are_those_on_it(
    with_inside: tuple[Person, Person],
) -> None:
    async with pages(with_inside[0]) as usa:
        note = {"clause": "distance", "lang": "", "kind": "fallback", "quote": ""}
        await usa.post("comments/inside", {**QUESTION, **note, "body": "Five is our floor."})
        here = await usa.get("comments?clause=distance")
        elsewhere = await usa.get("comments?clause=title")
    assert "Five is our floor." in here
    assert "distance</bdi></strong>" in here
    assert "Our own notes" in elsewhere
    assert "Five is our floor." not in elsewhere


async def test_an_inside_note_cannot_be_sent_by_the_form_of_a_comment(
    with_inside: tuple[Person, Person],
) -> None:
    async with pages(with_inside[0]) as usa:
        again = await usa.post("comments/new", {**QUESTION, "kind": "fallback"}, status=400)
        assert "Please choose one." in again


async def test_an_answer_is_no_thread_of_its_own(desks: tuple[Person, Person]) -> None:
    async with pages(desks[0]) as seen:
        await seen.get("comments/C-0", status=404)
        await seen.get("comments/C-01", status=404)
        await seen.get("comments/C-99999999999", status=404)
