"""Search over what a desk has opened: which words are the same, what is found, and where."""

import dataclasses
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paraph.client.channel.desk import Desk
from paraph.client.negotiating.searching import Found, Hit, folding, search
from paraph.client.reading.opened import OpenedEntry
from paraph.protocol.errors import InputError
from paraph.protocol.negotiation.state import State
from paraph.protocol.statements.content import Content
from paraph.protocol.statements.header import to_wordings
from paraph.protocol.statements.versions import NO_NOTES, Delete, Replace
from tests.support import internal, negotiating, proposals
from tests.support.chancery import chancery
from tests.support.commands import write
from tests.support.exchange import exchanging
from tests.support.negotiating import Channel


class _Screen:
    # What a search asks of a screen; positions are opened again, all else stands in the state.
    def __init__(self, state: State, said: dict[int, Content]) -> None:
        self.read = state
        self._said = said

    def again(self, index: int) -> OpenedEntry | None:
        return OpenedEntry(index, None, self._said[index], None, "")  # type: ignore[arg-type]


@dataclasses.dataclass(eq=False)
class _Desk:
    screen: _Screen


def desk_of(channel: Channel, said: dict[int, Content] | None = None) -> Desk:
    return _Desk(_Screen(channel.state, said or {}))  # type: ignore[return-value]  # all that a search asks


def table() -> Channel:
    """Return a channel with two versions, of which the second changes one clause."""
    channel, version, text = negotiating.talking()
    change = Replace(
        cid="c-one",
        texts=to_wordings({"en": "We keep our distance.", "ru": "Мы держим дистанцию."}),
        notes=NO_NOTES,
    )
    channel.applies(negotiating.child(text, version, change))
    return channel


def names(found: Found) -> list[tuple[str, str]]:
    return [(each.document.kind, each.document.name) for each in found.hits]


def marked(hit: Hit) -> list[str]:
    return [text for match, text in hit.snippet if match]


@pytest.mark.parametrize(
    ("query", "text", "expected"),
    [
        ("RESUME", "A résumé of talks.", ["résumé"]),
        ("resume", "A re\u0301sume\u0301 of talks.", ["re\u0301sume\u0301"]),
        ("все", "Всё согласовано.", ["Всё"]),
        ("ёлка", "Елка", ["Елка"]),
        ("мои", "Мой район", []),
        ("мой", "Мои\u0306 район", ["Мои\u0306"]),
        ("strasse", "Straße 7", ["Straße"]),
        ("ﬁnd", "We find it.", ["find"]),
        ("mil", "Three miles and a mil.", ["mil", "mil"]),
        ('"mil"', "Three miles and a mil.", ["mil"]),
        ("mile", "smile", []),
        ('"air to air"', "From air-to air traffic.", ["air-to air"]),
        ("air-tr", "Air trafficking", ["Air tr"]),
        ("软件", "关于软件的协议", ["软件"]),
        ("سلام", "السَّلام سَلَام", ["سَلَام"]),
    ],
)
def test_words_are_the_same_without_case_and_accents(
    query: str, text: str, expected: list[str]
) -> None:
    channel, *_ = negotiating.talking()
    channel.applies(negotiating.comment(body=text))
    hits = [each for each in search(query, desk_of(channel)).hits if each.document.text == text]
    assert [part for each in hits for part in marked(each)] == expected
    assert all("".join(part for _, part in each.snippet) == text for each in hits)


@given(st.text(max_size=40), st.text(max_size=6))
def test_what_is_marked_stands_there_and_nothing_is_lost(text: str, word: str) -> None:
    terms = folding.words(folding.folded(word))
    if not terms:
        return
    wanted = [folding.pattern(terms, whole=False)]
    for found in folding.ranges(text, wanted):
        assert 0 <= found.start < found.stop <= len(text)
        assert folding.words(folding.folded(text[found.start : found.stop]))


def test_every_word_must_occur_and_a_wording_is_told_once_with_its_versions() -> None:
    desk = desk_of(table())
    (hit,) = search("distance keep", desk).hits
    assert (hit.document.kind, hit.document.name, hit.document.cid) == ("clause", "v2", "c-one")
    assert hit.document.versions == (2, 2)
    assert hit.document.number == "1"
    assert marked(hit) == ["keep", "distance"]
    (older,) = search('"meet again"', desk).hits
    assert older.document.versions == (1, 1)
    assert older.document.order == -1
    (stays,) = search("see", desk).hits
    assert stays.document.versions == (1, 2)
    assert search("distance meet", desk).hits == ()


def test_clauses_of_the_text_come_first_and_the_order_is_always_the_same() -> None:
    channel = table()
    version = channel.head
    gone = negotiating.child(
        version.text, version.statement, Delete(cid="end", to=(), notes=NO_NOTES)
    )
    channel.applies(gone)
    found = [each.document for each in search("words of see мы", desk_of(channel)).hits]
    assert found == []
    again = [search("w", desk_of(channel)).hits for _ in range(3)]
    assert again[0] == again[1] == again[2]
    cids = [each.document.cid for each in again[0]]
    assert cids == ["c-one", "c-one", "end"]  # of the text now, then by the newest first


def test_it_finds_comments_proposals_positions_and_dispatches_by_name() -> None:
    channel = table()
    talks = channel.talks
    first = channel.applies(negotiating.comment(body="Why a heron?"))
    channel.applies(negotiating.comment(body="Of heron size.", in_reply_to=first), "RUS")
    made = channel.applies(
        proposals.made("c-one", rationale=to_wordings({"en": "A heron flies low."}))
    )
    answer = proposals.answered(made, "reserved", note="The heron is known.")
    channel.applies(answer, "RUS")
    taken = dataclasses.replace(
        proposals.taken(talks.heads[0], {"c-one": "ad_referendum"}), note="No heron here."
    )
    index = channel.state.size
    channel.applies(taken)
    channel.applies(negotiating.dispatch(body="With a heron."))
    found = search("heron", desk_of(channel, {index: taken}))
    assert names(found) == [
        ("comment", "C-1"),
        ("comment", "C-1"),
        ("proposal", "P-1"),
        ("proposal", "P-1"),
        ("position", f"#{index}"),
        ("dispatch", "USA-1"),
    ]
    assert found.count == {"comment": 2, "proposal": 2, "position": 1, "dispatch": 1}
    newest = found.hits[0].document
    assert newest.entry is not None
    assert newest.entry.party == "RUS"
    assert len(search("heron", desk_of(channel, {index: taken}), most=1).hits) == 4
    only = search("heron", desk_of(channel, {index: taken}), kinds=["proposal"])
    assert only.total == 2


def test_internal_notes_are_found_with_their_desk_alone_and_say_so() -> None:
    inner = internal.Chancery()
    inner.applies(internal.mandate(), role="head_of_delegation")
    inner.applies(negotiating.comment(body="Our heron stays.", comment_kind="fallback"))
    shared = desk_of(table())
    assert search("heron", shared).total == 0
    found = search("heron", shared, desk_of(inner))
    assert [(each.document.kind, each.document.is_internal) for each in found.hits] == [
        ("note", True)
    ]
    scope = search("technical questions", shared, desk_of(inner))
    assert [each.document.kind for each in scope.hits] == ["mandate"]
    assert all(each.document.is_internal for each in scope.hits)


@pytest.mark.parametrize("query", ["", "   ", '""', "- –", "a " * 40, "x" * 501])
def test_a_query_without_words_or_with_too_many_is_refused(query: str) -> None:
    with pytest.raises(InputError) as refused:
        search(query, desk_of(table()))
    assert refused.value.code == "query"


def test_what_is_said_next_is_found_next() -> None:
    channel = table()
    desk = desk_of(channel)
    assert search("heron", desk).total == 0
    channel.applies(negotiating.comment(body="A heron."))
    desk.screen.read = channel.state  # type: ignore[misc]
    assert search("heron", desk).total == 1


def test_a_long_text_is_shown_around_the_first_match() -> None:
    channel = table()
    body = "before " * 100 + "the heron " + "after " * 100
    channel.applies(negotiating.comment(body=body))
    (hit,) = search("heron", desk_of(channel)).hits
    shown = "".join(part for _, part in hit.snippet)
    assert shown.startswith("…before ")
    assert shown.endswith("after…")
    assert len(shown) < 400


def test_the_command_searches_shared_and_internal_and_marks_what_is_internal(
    tmp_path: Path,
) -> None:
    usa, _rus, _front = exchanging(tmp_path)
    usa.ok("send", write(usa, "base.yaml", _BASE))
    usa.ok("comment", "Why does a heron stand there?")
    chancery(usa)
    usa.ok("comment", "Our heron is a fallback.", "--channel", "internal")
    usa.ok("draft", "new")
    written = usa.home / "drafts" / "0001.draft"
    written.write_text(written.read_text().replace("three", "a heron and three"))
    shown = usa.ok("search", "heron")
    assert "comment: 1" in shown
    assert "note: 1" in shown
    assert "INTERNAL, #" in shown
    assert "INTERNAL, draft 1" in shown
    assert "*heron*" in shown
    found = usa.json("search", "HERON", "--shared")
    assert found["count"] == {"comment": 1}
    assert found["hits"][0]["snippet"][1] == {"match": True, "text": "heron"}
    assert not found["hits"][0]["internal"]
    assert "expected a kind" in usa.fails(2, "search", "heron", "--kind", "bird")
    assert "nothing found" in usa.ok("search", "cormorant")


_BASE = """\
negotiation:
  title_en: Memorandum
  title_ru: Меморандум
clauses:
  - {cid: title, role: title, en: Memorandum, ru: Меморандум}
  - {cid: distance, role: operative, en: "Keep [USA: three] miles.", ru: "Держать [USA: три] мили."}
"""
