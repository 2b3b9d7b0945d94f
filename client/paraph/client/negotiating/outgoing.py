"""One record as a person reads it before it leaves: its own words, what it changes, every field."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from paraph.client.channel import views
from paraph.client.channel.desk import Desk
from paraph.client.negotiating import inspection
from paraph.client.negotiating import mandate as mandates
from paraph.client.negotiating.attachments import Plain
from paraph.client.negotiating.inspection import Leaving, Row
from paraph.client.negotiating.redline import Redline, kin_after, redline
from paraph.protocol.errors import MalformedError
from paraph.protocol.negotiation.state import Version
from paraph.protocol.negotiation.text import Text
from paraph.protocol.schema import Codec, Record
from paraph.protocol.statements.content import Content
from paraph.protocol.statements.header import ContentHeader, Wording
from paraph.protocol.statements.versions import VersionTabled

_PROBE: Final = "Any words, 1."
"""What a field for free words takes, and no field for a code does."""

_KIND: Final = "_kind"
"""Ends the name of a field that holds a word of the domain, which is told by its name."""


@dataclasses.dataclass(frozen=True, slots=True)
class Words:
    """Words of a record, to the letter.

    Attributes:
        field: Where they stand.
        language: Empty if nothing tells.
        words: The words.
    """

    field: str
    language: str
    words: str


@dataclasses.dataclass(frozen=True, slots=True)
class Outgoing:
    """One record that is to leave.

    Attributes:
        content: The record.
        line: What it says, on one line.
        words: Every free text of it that is not a clause.
        text: Of a version, the text that it gives.
        parent: Of a version that changes one, that one.
        redline: From the parent to the text.
        leaving: Sizes, recipients, what the relay sees.
        sections: Everything that is told of it, by code (:func:`inspection.sections`).
    """

    content: Content
    line: str
    words: tuple[Words, ...]
    text: Text | None
    parent: Version | None
    redline: Redline | None
    leaving: Leaving
    sections: Mapping[str, tuple[Row, ...]]

    @property
    def said(self) -> tuple[tuple[Words, ...], ...]:
        """The words, those that say one thing in several languages together."""
        found: list[list[Words]] = []
        for each in self.words:
            together = found[-1] if found else []
            known = {one.language for one in together} | {""}
            if together and together[0].field == each.field and each.language not in known:
                together.append(each)
            else:
                found.append([each])
        return tuple(map(tuple, found))

    @property
    def clauses(self) -> int:
        """How many clauses a person reads: those that it changes, or all of a whole text."""
        if self.redline is not None:
            return sum(1 for each in self.redline.blocks if each.changes)
        return len(self.text.parts) if self.text is not None else 0


def outgoing(
    desk: Desk,
    contents: Sequence[Content],
    attached: Sequence[Plain] = (),
    *,
    precedence: str = "routine",
    exclusive: bool = False,
) -> tuple[Outgoing, ...]:
    """Return what would leave, record by record; parameters as of :func:`inspection.inspect`.

    Raises:
        RefusedError: Code ``oversize``.
    """
    told = inspection.inspect(desk, contents, attached, precedence=precedence, exclusive=exclusive)
    return tuple(
        _outgoing(desk, content, leaving) for content, leaving in zip(contents, told, strict=True)
    )


def _outgoing(desk: Desk, content: Content, leaving: Leaving) -> Outgoing:
    text, parent, found = None, None, None
    if isinstance(content, VersionTabled):
        state = desk.state
        text = mandates.result_of(state, content)
        talks = state.negotiations.get(content.header.negotiation)
        if talks is not None and content.parents:
            parent = talks.versions.get(content.parents[0])
        if parent is not None:
            found = redline(parent.text, text, kin_after(parent.text, content.operations))
    return Outgoing(
        content=content,
        line=views.summary(desk, content),
        words=tuple(free_words(content)),
        text=text,
        parent=parent,
        redline=found,
        leaving=leaving,
        sections={each.code: each.rows for each in inspection.sections(leaving)},
    )


def free_words(content: Content) -> Iterator[Words]:
    """Yield every text of *content* that its author writes freely; clauses are shown as a text."""
    skipped = {"clauses", "operations"} if isinstance(content, VersionTabled) else set()
    for name in content.CODECS:
        if name not in skipped:
            yield from _words(content, name, name)


def _words(record: Record, name: str, shown: str) -> Iterator[Words]:
    value = getattr(record, name)
    for each in value if isinstance(value, tuple) else (value,):
        if isinstance(each, Wording):
            if each.words:
                yield Words(shown, each.language, each.words)
        elif isinstance(each, Record):
            for inner in each.CODECS:
                yield from _words(
                    each, inner, inner if isinstance(each, ContentHeader) else f"{shown}.{inner}"
                )
        elif (
            isinstance(each, str)
            and each
            and not name.endswith(_KIND)
            and (_is_free(record.CODECS[name]))
        ):
            yield Words(shown, "", each)


@functools.cache
def _is_free(codec: Codec[object]) -> bool:
    return _takes(codec, _PROBE) or _takes(codec, [_PROBE])


def _takes(codec: Codec[object], value: object) -> bool:
    try:
        codec.load(value)
    except MalformedError:
        return False
    return True
