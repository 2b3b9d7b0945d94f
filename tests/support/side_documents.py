"""Records of joint acts and side documents with fields at rest, for tests."""

from typing import Any

from paraph.protocol.negotiation import text as texts
from paraph.protocol.negotiation.text import Text
from paraph.protocol.statements.header import ContentHeader, Relation, to_wordings
from paraph.protocol.statements.joint import AgreedTo
from paraph.protocol.statements.side_documents import SideDocumentOpened
from paraph.protocol.statements.versions import Clause, VersionTabled
from tests.support import negotiating as talk


def agreed(subject: bytes, **changes: object) -> AgreedTo:
    fields: dict[str, Any] = {"header": talk.header(), "subject": subject}
    return AgreedTo(**{**fields, **changes})


def opened(document_kind: str = "side_letter", **changes: object) -> SideDocumentOpened:
    fields: dict[str, Any] = {
        "header": talk.header(),
        "document_kind": document_kind,
        "titles": to_wordings({"en": "Letter", "ru": "Письмо"}),
        "cid": "",
        "conference": "",
        "text_public": False,
        "undisclosed": (),
    }
    return SideDocumentOpened(**{**fields, **changes})


def about(document: bytes, channel: bytes = talk.CHANNEL) -> ContentHeader:
    return talk.header(relates_to=Relation(channel=channel, statement=document))


def letter() -> tuple[tuple[Clause, ...], Text]:
    """Return the clauses of a small side document, and that text."""
    clauses = (talk.clause("s-one", en="We will talk.", ru="Мы поговорим."),)
    return clauses, texts.from_clauses(clauses, talk.LANGUAGES)


def begun(document: bytes, **changes: object) -> VersionTabled:
    """Return the first text of a side document."""
    clauses, text = letter()
    return talk.tabled(text, **{"header": about(document), "clauses": clauses, **changes})
