"""What of a record that is to leave stands in the internal channel: nothing, or it stays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from paraph.protocol.negotiation.state import Negotiation, State
from paraph.protocol.schema import Record
from paraph.protocol.statements.content import Content
from paraph.protocol.statements.header import NO_RELATION

_LEAST_TRACE: Final = 12
"""Characters of an internal text that are not met by chance."""


def ids(inside: State, contents: Sequence[Content]) -> tuple[str, ...]:
    """Return what of *contents* names the internal channel or a statement in it: never said."""
    found = []
    for content in contents:
        if content.header.relates_to != NO_RELATION and (
            content.header.relates_to.channel == inside.channel
        ):
            found.append("it relates to a statement of the internal channel")
        found += [
            f"it names {octets.hex()[:12]}, which stands in the internal channel"
            for octets in _octets(content)
            if octets == inside.channel or (len(octets) == 32 and octets in inside.entries)
        ]
    return tuple(dict.fromkeys(found))


def traces(inside: State, contents: Sequence[Content]) -> Iterator[str]:
    """Yield internal words that stand in *contents*: to be looked at, as they may be meant."""
    texts = [_plain(each) for content in contents for each in _strings(content)]
    for name, words in _internal_words(inside):
        wanted = _plain(words)
        if len(wanted) >= _LEAST_TRACE and any(wanted in text for text in texts):
            yield f"{name} stands in it word for word: {words[:60]}"


def _internal_words(inside: State) -> Iterator[tuple[str, str]]:
    for mandate in inside.mandates.values():
        yield "the mandate's name", mandate.content.name
        for scope in mandate.content.scope:
            yield "the mandate's scope", scope.words
    for clearance in inside.clearances.values():
        for step in clearance.steps:
            yield f"the note of clearance {clearance.number}", step.note
    for talks in inside.negotiations.values():
        yield from _comments(talks)


def _comments(talks: Negotiation) -> Iterator[tuple[str, str]]:
    for comment in talks.comments.values():
        yield f"an internal {comment.content.comment_kind}", comment.content.body


def _plain(words: str) -> str:
    return " ".join(words.split()).casefold()


def _fields(record: Record) -> Iterator[object]:
    for name in record.CODECS:
        value = getattr(record, name)
        for each in value if isinstance(value, tuple) else (value,):
            if isinstance(each, Record):
                yield from _fields(each)
            else:
                yield each


def _strings(record: Record) -> Iterator[str]:
    return (each for each in _fields(record) if isinstance(each, str))


def _octets(record: Record) -> Iterator[bytes]:
    return (each for each in _fields(record) if isinstance(each, bytes))
