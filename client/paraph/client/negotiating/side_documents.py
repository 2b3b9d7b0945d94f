"""Side documents as a desk opens, sends, confirms and shows them (SPEC 7.13)."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence

from paraph.client.channel import views
from paraph.client.channel.desk import Desk
from paraph.client.negotiating import consolidating
from paraph.client.negotiating.bilingual import Entry
from paraph.client.negotiating.consolidating import Fork
from paraph.client.negotiating.deriving import clause_of
from paraph.client.negotiating.deriving import operations as derived
from paraph.client.negotiating.rebasing import Choice
from paraph.client.writing import composing
from paraph.client.writing.composing import VersionDraft
from paraph.client.writing.drafts import HEAD, Draft
from paraph.protocol.errors import InputError, MisuseError, OutOfTurnError
from paraph.protocol.names import ZERO
from paraph.protocol.negotiation.side_documents import Standing, standing_of
from paraph.protocol.negotiation.state import Negotiation, SideDocument
from paraph.protocol.negotiation.text import Part
from paraph.protocol.sentences import sentence, worded
from paraph.protocol.statements.header import ContentHeader, Relation, to_wordings
from paraph.protocol.statements.side_documents import SideDocumentOpened, Withheld
from paraph.protocol.statements.versions import VersionConfirmed, VersionTabled


def opened(
    header: ContentHeader,
    kind: str,
    *,
    titles: Mapping[str, str],
    cid: str = "",
    conference: str = "",
    text_public: bool = False,
    undisclosed: Sequence[tuple[str, str]] = (),
) -> SideDocumentOpened:
    """Return the record that opens a side document.

    Args:
        header: The common header.
        kind: side_letter, agreed_understanding, agreed_minutes, public_line, annex, another word.
        titles: Title by language.
        cid: Clause that it is about, if any.
        conference: Conference that it is about, if any.
        text_public: Of a public line: the instrument's text may be published.
        undisclosed: Of a public line: party code and what stays undisclosed at its request.

    Raises:
        InputError: These do not fit each other.
    """
    try:
        return SideDocumentOpened(
            header=header,
            document_kind=kind,
            titles=to_wordings(titles),
            cid=cid,
            conference=conference,
            text_public=text_public,
            undisclosed=tuple(Withheld(what=what, requested_by=code) for code, what in undisclosed),
        )
    except MisuseError as error:
        raise InputError(
            error.words,
            hint="disclosure belongs to --kind public_line, agreed_minutes need --conference",
        ) from error


def find(desk: Desk, talks: Negotiation, text: str) -> SideDocument:
    """Return the side document that *text* names: SD-n, or what names the entry that opened it.

    Raises:
        InputError: There is none.
    """
    by_number = re.fullmatch("SD-([0-9]{1,9})", text)
    for statement, document in talks.side_documents.items():
        if by_number and document.number == int(by_number[1]):
            return document
        if not by_number and statement == views.find(desk, text).id:
            return document
    raise InputError(
        worded("no side document %(text)s stands in this negotiation", text=text),
        code="unknown-document",
        hint="paraph document list shows them",
    )


def tabled(
    desk: Desk, header: ContentHeader, document: SideDocument, draft: Draft, parent: str
) -> VersionTabled:
    """Return the record that tables a version of *document*.

    Args:
        desk: Whose.
        header: The common header.
        document: Which one.
        draft: The text, or changes to a version of it.
        parent: ``head``, or what names a version of it.

    Raises:
        InputError: It does not fit the document.
        OutOfTurnError: Code ``parent-not-head``: somebody was first.
    """
    if draft.opening is not None:
        raise InputError("expected no negotiation in the text of a side document")
    header = dataclasses.replace(
        header, relates_to=Relation(channel=desk.channel, statement=document.statement)
    )
    version = VersionDraft(
        clauses=draft.clauses,
        operations=draft.operations,
        parents=() if draft.clauses else _parents(desk, document, parent),
        kind=draft.kind,
        author=draft.author,
        round=draft.round,
        language_status=draft.language_status,
        branch=True,  # beside the instrument; within the document it is looked at here
    )
    if draft.clauses and document.heads:
        raise not_head(document, "the document has a text already")
    return composing.tabled(desk.state, header, version, desk.party)[0]


def _parents(desk: Desk, document: SideDocument, parent: str) -> tuple[bytes, ...]:
    if parent in ("", HEAD):
        if len(document.heads) != 1:
            raise OutOfTurnError(
                worded(
                    "SD-%(number)s has %(count)s newest versions, expected one",
                    number=document.number,
                    count=len(document.heads),
                ),
                code="parent-not-head",
                hint="join its lines first"
                if document.heads
                else "send a whole text first (clauses)",
            )
        return document.heads
    found = views.find(desk, parent).id
    if found not in document.heads:
        raise not_head(document, "the parent is no head of that document")
    return (found,)


def not_head(document: SideDocument, problem: str) -> OutOfTurnError:
    """Return why a version that does not follow the newest one of *document* is refused."""
    return OutOfTurnError(
        worded("SD-%(number)s: %(problem)s", number=document.number, problem=sentence(problem)),
        code="parent-not-head",
        hint="your file is as it was: rework it on the head (paraph document list, paraph show)"
        if document.heads
        else "send a whole text first (clauses)",
    )


def written(
    desk: Desk, header: ContentHeader, document: SideDocument, parts: Sequence[Part]
) -> VersionTabled:
    """Return the record that tables *parts* as the text of *document*: whole, or as changes.

    Args:
        desk: Whose.
        header: The common header.
        document: Which one.
        parts: The clauses in order, as they shall read.

    Raises:
        InputError: Codes ``draft``; ``same-words``: nothing is changed.
        OutOfTurnError: Code ``parent-not-head``: the document has several heads.
    """
    entries = [Entry(part, line) for line, part in enumerate(parts, 1)]
    if not document.heads:
        draft = Draft(clauses=tuple(clause_of(each) for each in entries))
        return tabled(desk, header, document, draft, "")
    talks = composing.negotiation_of(desk.state, header.negotiation)
    (parent, *_) = _parents(desk, document, HEAD)
    operations = derived(entries, composing.version_of(talks, parent).text)
    if not operations:
        raise InputError("this is the text as it stands: nothing is changed", code="same-words")
    draft = Draft(kind="counter_draft", parent=HEAD, operations=operations)
    return tabled(desk, header, document, draft, HEAD)


def joined(
    desk: Desk,
    header: ContentHeader,
    document: SideDocument,
    fork: Fork,
    choices: Mapping[str, Choice],
) -> VersionTabled:
    """Return the record that joins two newest versions of *document*: one with two parents.

    Args:
        desk: Whose.
        header: The common header.
        document: Which one.
        fork: The two versions.
        choices: By clause, for each collision.

    Raises:
        InputError: Codes ``unchosen``: a clause where both collide was not chosen about;
            ``not-forked``: the two are of another text.
        OutOfTurnError: Somebody was first.
    """
    if fork.first.document != document.statement:
        raise InputError(
            "expected two newest versions of this document",
            code="not-forked",
            hint="look at the versions again",
        )
    talks = composing.negotiation_of(desk.state, header.negotiation)
    made = consolidating.consolidated(desk.state, talks, fork, choices)
    version = VersionDraft(
        operations=derived(made.entries, fork.first.text),
        parents=(fork.first.statement, fork.second.statement),
        kind=made.kind,
        branch=True,  # beside the instrument
    )
    header = dataclasses.replace(
        header, relates_to=Relation(channel=desk.channel, statement=document.statement)
    )
    return composing.tabled(desk.state, header, version, desk.party)[0]


def confirmed(desk: Desk, header: ContentHeader, document: SideDocument) -> VersionConfirmed:
    """Return the record that confirms the last version of *document*.

    Raises:
        InputError: It has none, or several.
    """
    if len(document.heads) != 1:
        raise InputError(
            worded(
                "expected one version to confirm, found %(count)s",
                count=len(document.heads) or worded("none"),
            ),
            hint="paraph confirm REF confirms any version; paraph document list shows them",
        )
    return composing.confirmed(desk.state, header, document.heads[0])


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """A side document as the list shows it.

    Attributes:
        document: The document.
        standing: How far it has come.
        head: Entry of the version that the standing is about, as people call it; empty if none.
        version: Its number within the document; 0 if there is none.
        confirmed: Parties that stand behind that version, its author among them.
    """

    document: SideDocument
    standing: Standing
    head: str
    version: int
    confirmed: tuple[str, ...]


def rows(desk: Desk, talks: Negotiation) -> Iterator[Row]:
    """Yield the side documents of a negotiation, in the order of the log."""
    for document in sorted(
        (each for _, each in talks.side_documents.items()), key=lambda each: each.number
    ):
        standing = standing_of(talks, document)
        version = talks.versions.get(standing.version) if standing.version != ZERO else None
        yield Row(
            document=document,
            standing=standing,
            head=views.name_of(desk, standing.version) if version else "",
            version=version.number if version else 0,
            confirmed=tuple(sorted({version.party, *version.confirmed})) if version else (),
        )
