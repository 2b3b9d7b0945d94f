"""Threads at the clauses of a version: the same whichever way they are asked for."""

from collections import Counter

import pytest

from paraph.client.negotiating.sheet import sheet
from paraph.client.negotiating.threads import Thread, open_at, threads, threads_at
from paraph.protocol.negotiation.anchoring import Anchoring
from paraph.protocol.negotiation.kept import forget
from paraph.protocol.negotiation.state import Negotiation, Version
from tests.support.large.memory import large_state
from tests.support.large.stage import TALKS, Size

SMALL = Size().small


def talks_and_versions() -> tuple[Negotiation, list[Version]]:
    talks = large_state(SMALL).negotiations.get(TALKS)
    assert talks is not None
    every = [each for _, each in talks.versions.items() if not any(each.document)]
    return talks, sorted(every, key=lambda each: each.index)


def clause_of(thread: Thread) -> str:
    now = thread.place.cid if thread.place is not None else ""
    return now or thread.comment.content.anchor.cid


def test_threads_are_counted_and_found_where_they_are_placed() -> None:
    talks, versions = talks_and_versions()
    moved = 0
    for version in versions:
        every = list(threads(talks, version))
        counted = Counter(clause_of(each) for each in every if each.is_open)
        assert open_at(talks, version, talks.versions) == counted
        for cid in {clause_of(each) for each in every}:
            here = [each for each in every if clause_of(each) == cid]
            assert list(threads_at(talks, version, talks.versions, {cid})) == here
        moved += sum(clause_of(each) != each.comment.content.anchor.cid for each in every)
    assert moved > 5, "no comment went with its words to another clause"


def test_the_margin_of_an_old_version_places_no_comment(monkeypatch: pytest.MonkeyPatch) -> None:
    state = large_state(SMALL)
    talks, versions = talks_and_versions()
    counted = open_at(talks, versions[1], talks.versions)
    forget()

    def placed(*_: object) -> None:
        raise AssertionError("a comment was placed")

    monkeypatch.setattr(Anchoring, "place", placed)
    lines = sheet(state, talks, versions[1], None)
    assert sum(each.comments for each in lines) > 5
    assert all(each.comments == counted[each.part.cid] for each in lines)


def test_a_clause_that_is_looked_at_again_asks_for_no_comment_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    talks, versions = talks_and_versions()
    version = versions[-1]
    counted = open_at(talks, version, talks.versions)
    cid = max(counted - Counter({"": counted[""]}))

    def asked(*_: object) -> None:
        raise AssertionError("a comment was looked for again")

    monkeypatch.setattr(Anchoring, "clause", asked)
    assert open_at(talks, version, talks.versions) == counted
    here = threads_at(talks, version, talks.versions, {cid})
    assert sum(each.is_open for each in here) == counted[cid] > 0
