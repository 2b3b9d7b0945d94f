"""What the pages of a negotiation rest on, computed ahead in small steps.

Nothing here is an answer: it is kept where the answers look for it (digests, brackets, threads,
findings, the sheet of the text), so that whoever asks first does not wait for all of it. A step
takes some milliseconds on a large negotiation, and little where it was made before.
"""

from __future__ import annotations

from collections.abc import Iterator

from paraph.client.channel.desk import Desk
from paraph.client.keys.home import Home
from paraph.client.negotiating import draft_standing, positions, sheet
from paraph.client.negotiating.kept_drafts import DraftFolder
from paraph.protocol.negotiation import ledger
from paraph.protocol.negotiation.anchoring import anchoring_of
from paraph.protocol.negotiation.lineage import lineage_of
from paraph.protocol.negotiation.state import Negotiation, State, Version


def for_the_first_screen(state: State, talks: Negotiation) -> Iterator[None]:
    """Compute what is in brackets, who holds it, and what was left in each version.

    Yields:
        Nothing, after each step.
    """
    head = _head(talks)
    if head is None:
        return
    line = lineage_of(talks.versions)
    for part in head.text.parts[:1]:
        for _ in line.stood(head.statement, part.cid):
            yield
    for version in line.ancestors(head.statement):
        ledger.count(state, version)
        yield
    ledger.ledger(state, talks, head)
    yield


def for_the_drafts(home: Home, state: State) -> Iterator[None]:
    """Read every kept draft and see what it would table.

    Yields:
        Nothing, after each draft.
    """
    for _ in draft_standing.standings(DraftFolder(home.path), state):
        yield


def for_the_fingerprint(desk: Desk) -> Iterator[None]:
    """Digest everything that a desk has read.

    Yields:
        Nothing, after each step.
    """
    return desk.reader.digests.steps(desk.reader.state)


def for_the_text(state: State, talks: Negotiation, inner: Negotiation | None) -> Iterator[None]:
    """Compute the threads and the findings at the margin of the newest version.

    Args:
        state: What a desk knows.
        talks: A negotiation of it.
        inner: The same negotiation as the own ministry talks about it inside; nothing without.

    Yields:
        Nothing, after each step.
    """
    head = _head(talks)
    if head is None:
        return
    anchors = anchoring_of(talks.versions)
    for comment in talks.comments.values():
        if comment.content.anchor.version in talks.versions:
            anchors.place(comment.content.anchor, head.statement)
            yield
    for part in head.text.parts:
        sheet.findings_among(state, talks, head, {part.cid})
        yield
    sheet.findings_of(state, talks, head)
    yield
    for _ in positions.rows(state, talks, head):
        yield
    sheet.sheet(state, talks, head, inner)
    yield


def _head(talks: Negotiation) -> Version | None:
    return talks.versions.get(talks.heads[-1]) if talks.heads else None
