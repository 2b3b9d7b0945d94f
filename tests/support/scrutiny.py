"""Makers of findings, scrubs and terms for tests, and texts to lint."""

from paraph.protocol.names import ZERO
from paraph.protocol.negotiation import lint
from paraph.protocol.negotiation import text as texts
from paraph.protocol.negotiation.lint import Finding
from paraph.protocol.negotiation.text import Text
from paraph.protocol.statements.header import to_digests, to_wordings
from paraph.protocol.statements.joint import AgreedTo
from paraph.protocol.statements.scrutiny import (
    FindingMade,
    FindingSettled,
    ScrubConfirmed,
    TermSet,
)
from tests.support import negotiating as talk

CODES = ("RUS", "USA")


def text_of(**words: str) -> Text:
    """Return a text of one clause, numbered 2, after another; words by language."""
    first = talk.clause("first", **dict.fromkeys(words, "."))
    clauses = (first, talk.clause("here", **words))
    return texts.from_clauses(clauses, tuple(words))


def found(character: str = "non_binding", **words: str) -> list[Finding]:
    """Return the findings of a clause with these words by language."""
    return list(lint.findings(text_of(**words), CODES, character))


def checks(character: str = "non_binding", **words: str) -> list[str]:
    """Return the names of the findings of a clause with these words."""
    return [each.check for each in found(character, **words)]


def noted(**words: str) -> dict[str, dict[str, tuple[str, ...]]]:
    """Return the notes on a clause with these words."""
    notes = lint.notes(text_of(**words), CODES, "non_binding")
    return {each.check: dict(each.detail) for each in notes}


def finding(version: bytes, cid: str = "c-one", role: str = "linguist") -> FindingMade:
    return FindingMade(
        header=talk.header(role),
        version=version,
        cid=cid,
        finding_kind="nuance",
        detail="One text says will, the other may.",
    )


def settled(
    subject: bytes, how: str, version: bytes = ZERO, role: str = "linguist"
) -> FindingSettled:
    return FindingSettled(
        header=talk.header(role), finding=subject, how=how, version=version, note=""
    )


def scrub(version: bytes, text: Text, sort: str = "concordance", role: str = "") -> ScrubConfirmed:
    acting = role or {"concordance": "linguist", "legal": "legal_adviser"}[sort]
    return ScrubConfirmed(
        header=talk.header(acting),
        version=version,
        sort=sort,
        digests=to_digests(texts.digests(text)),
        structure=texts.structure_digest(text),
    )


def term(replaces: bytes = ZERO, **words: str) -> TermSet:
    return TermSet(
        header=talk.header("linguist"), words=to_wordings(words), replaces=replaces, note=""
    )


def agreed(subject: bytes) -> AgreedTo:
    return AgreedTo(header=talk.header(), subject=subject)
