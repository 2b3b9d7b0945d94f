"""Side documents: opened, lines of versions of their own, agreed (SPEC 7.13)."""

from __future__ import annotations

from dataclasses import replace

from paraph.protocol.errors import OutOfTurnError
from paraph.protocol.names import ZERO
from paraph.protocol.negotiation.fold.checks import (
    heads_with,
    heads_without,
    known_party,
    version_of,
    working_language,
)
from paraph.protocol.negotiation.fold.conferences import conference_of
from paraph.protocol.negotiation.state import Negotiation, Said, SideDocument, State, Version
from paraph.protocol.sentences import worded
from paraph.protocol.statements.side_documents import SideDocumentOpened
from paraph.protocol.statements.versions import VersionTabled


def opened(
    state: State, talks: Negotiation, content: SideDocumentOpened, said: Said
) -> Negotiation:
    """Begin a document beside the instrument; its text follows as a version."""
    for title in content.titles:
        working_language(state, title.language)
    for each in content.undisclosed:
        known_party(state, each.requested_by)
    if not state.internal:
        if content.cid:
            _had(talks, content.cid)
        if content.conference:
            conference_of(talks, content.conference)
    document = SideDocument(
        statement=said.statement,
        index=said.index,
        party=said.party,
        number=len(talks.side_documents) + 1,
        content=content,
    )
    return replace(talks, side_documents=talks.side_documents.put(said.statement, document))


def _had(talks: Negotiation, cid: str) -> None:
    # A clause that left the text may well be what a side document takes up.
    if not any(cid in version_of(talks, head).text.used for head in talks.heads):
        raise OutOfTurnError(
            worded('no text here has ever had a clause "%(cid)s"', cid=cid), code="unknown-clause"
        )


def document_of(state: State, talks: Negotiation, content: VersionTabled) -> bytes:
    """Return the document that a version belongs to; zeros for the instrument.

    Raises:
        OutOfTurnError: ``document-differs``: its parents are of two documents;
            ``unknown-document``: it begins one that does not stand in this negotiation.
    """
    if content.parents:
        documents = {version_of(talks, parent).document for parent in content.parents}
        if len(documents) > 1:
            raise OutOfTurnError(
                "expected parents of one document: of the instrument, or of one side document",
                code="document-differs",
            )
        return documents.pop()
    about = content.header.relates_to
    entry = state.entries.get(about.statement) if about.channel == state.channel else None
    if entry is None or entry.kind != SideDocumentOpened.KIND:
        return ZERO
    if about.statement not in talks.side_documents:
        raise OutOfTurnError(
            "the side document that this text begins does not stand in this negotiation",
            code="unknown-document",
        )
    return about.statement


def placed(talks: Negotiation, version: Version) -> Negotiation:
    """Put a version of a side document into its line."""
    document = talks.side_documents.get(version.document)
    assert document is not None  # document_of looked
    heads = heads_with(document.heads, version)
    grown = replace(document, heads=heads, versions_counted=version.number)
    return replace(talks, side_documents=talks.side_documents.put(document.statement, grown))


def removed(talks: Negotiation, version: Version, bare: tuple[bytes, ...]) -> Negotiation:
    """Take a version out of its line; *bare* are the parents on which nothing stands any more."""
    document = talks.side_documents.get(version.document)
    assert document is not None  # placed put it there
    left = heads_without(talks, document.heads, version.statement, bare)
    shrunk = replace(document, heads=left)
    return replace(talks, side_documents=talks.side_documents.put(document.statement, shrunk))


def adopted(
    talks: Negotiation, version: bytes, index: int, *, by_silence: bool = False
) -> Negotiation:
    """Note that all parties agreed to *version* at *index*; nothing where it is no side document's.

    Args:
        talks: The negotiation.
        version: Statement id of one of its versions.
        index: Where the last party agreed, or the second closing of the silence stands.
        by_silence: It was agreed by silence.
    """
    document = talks.side_documents.get(version_of(talks, version).document)
    if document is None or document.adopted == version:
        return talks
    agreed = replace(document, adopted=version, adopted_at=index, by_silence=by_silence)
    return replace(talks, side_documents=talks.side_documents.put(document.statement, agreed))
