"""What several rules of the fold ask for (SPEC 7.5): each raises the code of its rule."""

from __future__ import annotations

from typing import Final

from paraph.protocol.errors import OutOfTurnError
from paraph.protocol.negotiation.state import APPLIED, Entry, Negotiation, Said, State, Version
from paraph.protocol.negotiation.text import Part
from paraph.protocol.sentences import sentence, worded
from paraph.protocol.statements.exchanges import AcknowledgementGiven
from paraph.protocol.statements.header import JOINT, Mention, StatementMention


def working_language(state: State, language: str) -> None:
    """Ask for a working language of the channel (``unknown-language``)."""
    if language not in state.languages:
        raise OutOfTurnError(
            worded(
                '"%(language)s" is not a working language; expected %(languages)s',
                language=language,
                languages=tuple(state.languages),
            ),
            code="unknown-language",
        )


def known_party(state: State, code: str) -> None:
    """Ask for a party of the channel (``unknown-party``)."""
    if code not in state.parties:
        raise OutOfTurnError(
            worded(
                '"%(code)s" is no party here; expected %(parties)s',
                code=code,
                parties=tuple(state.parties),
            ),
            code="unknown-party",
        )


def speaks_for(author: str, said: Said) -> None:
    """Ask that nobody speaks in the name of the other party (``author-differs``)."""
    if author not in (said.party, JOINT):
        raise OutOfTurnError(
            worded("expected %(party)s or %(joint)s as the author", party=said.party, joint=JOINT),
            code="author-differs",
        )


def standing(talks: Negotiation, statement: bytes) -> None:
    """Ask that a statement was not taken back by its author (``recalled``)."""
    if statement in talks.recalled:
        raise OutOfTurnError("what this is about was recalled", code="recalled")


def version_of(talks: Negotiation, statement: bytes) -> Version:
    """Return a version of the negotiation (``unknown-version``, ``recalled``)."""
    version = talks.versions.get(statement)
    if version is None:
        raise OutOfTurnError("no such version stands in this negotiation", code="unknown-version")
    standing(talks, statement)
    return version


def clause_of(version: Version, cid: str) -> Part:
    """Return a clause of a version (``unknown-clause``)."""
    part = version.text.find(cid)
    if part is None:
        raise no_clause(version, cid)
    return part


def no_clause(version: Version, cid: str) -> OutOfTurnError:
    """Return the refusal of what is about a clause that a version has not (``unknown-clause``)."""
    if cid in version.text.used:
        words = worded(
            'clause "%(cid)s" has left the text: version %(number)s is without it',
            cid=cid,
            number=version.number,
        )
    else:
        words = worded(
            'there is no clause "%(cid)s" in version %(number)s', cid=cid, number=version.number
        )
    return OutOfTurnError(words, code="unknown-clause")


def mentioned(state: State, talks: Negotiation, mentions: tuple[Mention, ...]) -> None:
    """Ask that what is mentioned stands here (``unknown-statement``, ``recalled``)."""
    for each in mentions:
        if isinstance(each, StatementMention):
            entry_of(state, talks, each.statement)


def entry_of(state: State, talks: Negotiation, statement: bytes) -> Entry:
    """Return what stands in the negotiation (``unknown-statement``, ``recalled``)."""
    entry = state.entries.get(statement)
    if (
        entry is None
        or entry.outcome != APPLIED
        or entry.negotiation != talks.identity
        or entry.kind == AcknowledgementGiven.KIND
    ):
        raise OutOfTurnError(
            "what is mentioned does not stand in this negotiation", code="unknown-statement"
        )
    standing(talks, statement)
    return entry


def built_on(what: str) -> OutOfTurnError:
    """Return the refusal of a recall: *what* the other side has put on the statement."""
    return OutOfTurnError(
        worded("it cannot be recalled any more: %(what)s", what=sentence(what)), code="built-on"
    )


MOST_HEADS: Final = 64
"""Heads of one document: what looks for words looks at each."""


def heads_with(heads: tuple[bytes, ...], version: Version) -> tuple[bytes, ...]:
    """Return *heads* with a new version in the place of its parents (``too-many-heads``)."""
    parents = version.content.parents
    return _bounded((*(head for head in heads if head not in parents), version.statement))


def _bounded(heads: tuple[bytes, ...]) -> tuple[bytes, ...]:
    if len(heads) > MOST_HEADS:
        raise OutOfTurnError(
            worded(
                "expected at most %(most)s versions side by side: join two of them first",
                most=MOST_HEADS,
            ),
            code="too-many-heads",
        )
    return heads


def heads_without(
    talks: Negotiation, heads: tuple[bytes, ...], version: bytes, bare: tuple[bytes, ...]
) -> tuple[bytes, ...]:
    """Return *heads* without a version taken back, with its *bare* parents, in log order.

    Raises:
        OutOfTurnError: ``too-many-heads``.
    """
    left = _bounded((*(head for head in heads if head != version), *bare))
    return tuple(sorted(left, key=lambda head: version_of(talks, head).index))
