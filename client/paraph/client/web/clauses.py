"""Clauses and versions as forms and lists name them, in the language of the page."""

from __future__ import annotations

from collections.abc import Mapping

from paraph.protocol.negotiation.state import Negotiation, Version
from paraph.protocol.negotiation.text import Part, Text
from paraph.protocol.statements.header import Wording


def labels(text: Text, language: str) -> dict[str, str]:
    """Return what people call each clause: number and heading, or its id; in order."""
    numbers = text.numbers()
    return {part.cid: label(part, numbers[part.cid], language) for part in text.parts}


def label(part: Part, number: str, language: str) -> str:
    """Return what people call a clause."""
    heading = best(part.headings, language)
    name = f"{heading} ({part.cid})" if heading else part.cid
    return f"{number}. {name}" if number else name


def best(words: Mapping[str, str], language: str) -> str:
    """Return the words in *language*, or in the first that has any; nothing without any."""
    return words.get(language) or next(iter(words.values()), "")


def by_language(wordings: tuple[Wording, ...]) -> dict[str, str]:
    """Return words as they came on the wire, by language."""
    return {each.language: each.words for each in wordings}


def name(talks: Negotiation, version: Version) -> str:
    """Return what people call a version: ``v3``, or ``SD-1 v2`` of a side document."""
    document = talks.side_documents.get(version.document)
    return f"SD-{document.number} v{version.number}" if document else f"v{version.number}"
