"""A text that somebody writes while another version of it comes: told before it is sent.

What only one side changed goes along by itself, down to the words of a clause. Where both want the
same words ours stand; of every clause that both changed theirs is named, so that whoever wrote
looks at it and decides.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from paraph.client.negotiating import rebasing
from paraph.client.negotiating.bilingual import DraftFile, Entry
from paraph.client.negotiating.rebasing import Choice
from paraph.client.negotiating.redline import Row, three_way
from paraph.client.negotiating.side_documents import not_head
from paraph.client.writing import composing
from paraph.protocol.negotiation.ids import Ids
from paraph.protocol.negotiation.state import Negotiation, SideDocument, Version
from paraph.protocol.negotiation.text import Part, Text
from paraph.protocol.statements.versions import VersionTabled


def require_newest(talks: Negotiation, content: VersionTabled) -> None:
    """Refuse a version that would begin another line beside the newest one of its text.

    Raises:
        OutOfTurnError: Code ``parent-not-head``.
    """
    document = _document(talks, content)
    if document is not None and not content.parents and document.heads:
        raise not_head(document, "the document has a text already")
    if content.parents:
        heads = talks.heads if document is None else document.heads
        composing.require_heads(talks, content.parents, heads)


def _document(talks: Negotiation, content: VersionTabled) -> SideDocument | None:
    # A version belongs where its parent does; the first of a side document names that.
    for parent in content.parents:
        version = talks.versions.get(parent)
        if version is not None:
            return talks.side_documents.get(version.document)
    return talks.side_documents.get(content.header.relates_to.statement)


@dataclasses.dataclass(frozen=True, slots=True)
class Caught:
    """What somebody wrote, on the version that came meanwhile.

    Attributes:
        parts: The clauses in order.
        theirs: By clause that both changed, their clause; nothing where they took it out.
    """

    parts: tuple[Part, ...]
    theirs: Mapping[str, Part | None]


def caught_up(base: Version | None, parts: Sequence[Part], head: Version, party: str) -> Caught:
    """Return *parts*, that were made of *base*, as changes of *head*.

    Args:
        base: What they were made of; nothing if there was none.
        parts: As somebody wants them to read.
        head: What came meanwhile.
        party: Whose they are.
    """
    languages = head.text.languages
    before = base.text if base is not None else Text(languages, (), Ids())
    ours = Text(languages, tuple(parts), Ids())
    rows = three_way(before, head.text, ours)
    written = DraftFile(entries=tuple(map(Entry, parts)))
    choices = {each.cid: _choice(each) for each in rows if each.standing == "conflict"}
    made = rebasing.brought(written, before, ours, head, choices, party)
    now = tuple(each.part for each in made.entries if not each.deleted)
    return Caught(now, {_stands(each, now): each.parts[1] for each in rows if _both(each)})


def _both(row: Row) -> bool:
    base, theirs, ours = row.parts
    return base is not None and ours is not None and base not in (theirs, ours) and theirs != ours


def _stands(row: Row, now: Sequence[Part]) -> str:
    # What they took out stands under another id again: one is given once and for good.
    _, theirs, ours = row.parts
    assert ours is not None
    again = (each.cid for each in reversed(now) if theirs is None and each.words == ours.words)
    return next(again, row.cid)


def _choice(row: Row) -> Choice:
    # Two new clauses that happen to have one id are both kept.
    return "ours" if row.parts[0] is not None else "both"
