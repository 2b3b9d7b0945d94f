"""Positions as a desk takes and shows them, and what would be reopened (SPEC 7.10)."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from paraph.client.channel.desk import Desk
from paraph.client.writing import composing
from paraph.protocol.errors import InputError, MisuseError, OutOfTurnError
from paraph.protocol.names import ZERO
from paraph.protocol.negotiation import concluded, joint
from paraph.protocol.negotiation import matrix as views
from paraph.protocol.negotiation import text as texts
from paraph.protocol.negotiation.fold.touching import by_clause
from paraph.protocol.negotiation.matrix import Mark
from paraph.protocol.negotiation.state import Negotiation, State, Version
from paraph.protocol.negotiation.state.positions import Package
from paraph.protocol.negotiation.text import Part, Text
from paraph.protocol.sentences import worded
from paraph.protocol.statements.header import ContentHeader, to_wordings
from paraph.protocol.statements.positions import (
    POSITIONS,
    ClausePosition,
    PackageTied,
    PackageUntied,
    PositionTaken,
)
from paraph.protocol.statements.versions import Operation, VersionTabled

SHORT: Final[Mapping[str, str]] = {
    "agree": "agree",
    "ad-ref": "ad_referendum",
    "in-principle": "in_principle",
    "reserve": "reserve",
    "reject": "reject",
    "alternative": "alternative",
    "none": "none",
}
"""What a person types, and the position."""


def value_of(text: str) -> str:
    """Return the position that *text* names.

    Raises:
        InputError: None has this name.
    """
    found = SHORT.get(text, text)
    if found not in POSITIONS:
        raise InputError(
            worded('expected a position, got "%(text)s"', text=text),
            code="unknown-position",
            hint=worded("one of %(short)s", short=tuple(SHORT)),
        )
    return found


def head_of(talks: Negotiation) -> Version:
    """Return the one head of the text.

    Raises:
        OutOfTurnError: Code ``parent-not-head``: there is none, or there are several.
    """
    (version, *_) = composing.choose_parents(talks, (), branch=False)
    return composing.version_of(talks, version)


def taken(
    desk: Desk,
    header: ContentHeader,
    values: Mapping[str, str],
    *,
    others: str = "",
    version: bytes | None = None,
    note: str = "",
) -> PositionTaken:
    """Return a position on clauses as they read in a version; the one head if none is given.

    Raises:
        InputError: Nothing is said, or a value is unknown.
    """
    talks = composing.negotiation_of(desk.state, header.negotiation)
    try:
        return PositionTaken(
            header=header,
            version=head_of(talks).statement if version is None else version,
            entries=tuple(
                ClausePosition(cid=cid, value=value_of(values[cid])) for cid in sorted(values)
            ),
            others=value_of(others) if others else "",
            note=note,
        )
    except MisuseError as error:
        raise InputError(error.words, hint="name clauses as CID=POSITION, or give --all") from error


def tied(header: ContentHeader, cids: Sequence[str], titles: Mapping[str, str]) -> PackageTied:
    """Return a package of clauses.

    Raises:
        InputError: Fewer than two clauses.
    """
    try:
        return PackageTied(header=header, cids=tuple(sorted(set(cids))), titles=to_wordings(titles))
    except MisuseError as error:
        raise InputError(error.words, hint="name two clauses or more") from error


# ------------------------------------------------------------------ what is shown


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """A clause in the position matrix.

    Attributes:
        cid: Clause id.
        number: Its number in the text; empty if it has none.
        state: Derived: untouched, open, bracketed, reserved, tied, agreed_ad_ref, agreed.
        marks: By party.
        part: The clause itself.
    """

    cid: str
    number: str
    state: str
    marks: Mapping[str, Mark]
    part: Part

    @property
    def wording(self) -> bytes:
        """Digest of its words in all languages."""
        return texts.wording_digest(self.part)


def rows(state: State, talks: Negotiation, version: Version) -> Iterator[Row]:
    """Yield the matrix of a version, in the order of the text."""
    numbers = version.text.numbers()
    states = views.states(state, talks, version, frozen=concluded.is_frozen(talks, version))
    matrix = views.matrix(state, talks, version)
    for part in version.text.parts:
        yield Row(
            cid=part.cid,
            number=numbers[part.cid],
            state=states[part.cid],
            marks=matrix[part.cid],
            part=part,
        )


@dataclasses.dataclass(frozen=True, slots=True)
class PackageRow:
    """A package as people see it.

    Attributes:
        package: The package.
        standing: recalled; proposed, tied, or untied by both; untying: one side would untie it.
        behind: Parties behind the tying; behind the untying where that is what is open.
        open: What the other parties may agree to now: a statement id; zeros if nothing.
    """

    package: Package
    standing: str
    behind: tuple[str, ...]
    open: bytes


def packages(state: State, talks: Negotiation) -> Iterator[PackageRow]:
    """Yield the packages of a negotiation, in the order of the log."""
    for each in sorted((found for _, found in talks.packages.items()), key=_index):
        untying = each.untying if each.untying not in talks.recalled else ZERO
        tying_by = tuple(joint.agreeing(state, talks, each.statement))
        if each.statement in talks.recalled:
            yield PackageRow(each, "recalled", (), ZERO)
        elif not joint.is_agreed(state, talks, each.statement):
            yield PackageRow(each, "proposed", tying_by, each.statement)
        elif untying == ZERO:
            yield PackageRow(each, "tied", tying_by, ZERO)
        else:
            by = tuple(joint.agreeing(state, talks, untying))
            if joint.is_agreed(state, talks, untying):
                yield PackageRow(each, "untied", by, ZERO)
            else:
                yield PackageRow(each, "untying", by, untying)


def _index(package: Package) -> int:
    return package.index


def untied(header: ContentHeader, package: bytes) -> PackageUntied:
    """Return what would untie a package: its clauses go their own ways once both say so."""
    return PackageUntied(header=header, package=package)


# ------------------------------------------------------------------ reopening what was agreed


@dataclasses.dataclass(frozen=True, slots=True)
class Reopened:
    """A clause that all parties agree to and that a change would take back to them.

    Attributes:
        part: The words that were agreed last.
        marks: By party.
        explained: Every operation on it says why: a proposal, a finding, or a result.
    """

    part: Part
    marks: Mapping[str, Mark]
    explained: bool


def reopened(
    state: State, talks: Negotiation, parent: Version, operations: Sequence[Operation], text: Text
) -> Iterator[Reopened]:
    """Yield what *operations*, which make *text* of *parent*, would reopen.

    Args:
        state: The state of the channel.
        talks: The negotiation.
        parent: The version that is changed.
        operations: The changes.
        text: What they give.
    """
    touched = by_clause(operations)
    matrix = views.matrix(state, talks, parent) if touched else {}
    for part in parent.text.parts:
        now = text.find(part.cid)
        marks = matrix.get(part.cid, {})
        if part.cid not in touched or (now is not None and now.words == part.words):
            continue
        if _is_agreed(marks):
            notes = [each.notes for each in touched[part.cid]]
            explained = all(each.proposal or each.finding or each.result for each in notes)
            yield Reopened(part, marks, explained)


def agreed(state: State, talks: Negotiation, version: Version) -> frozenset[str]:
    """Return the clauses of *version* that all parties agree to: to change one says why."""
    matrix = views.matrix(state, talks, version)
    return frozenset(cid for cid, marks in matrix.items() if _is_agreed(marks))


def _is_agreed(marks: Mapping[str, Mark]) -> bool:
    return all(mark.value in views.AGREEING for mark in marks.values())


def require_reasons(state: State, content: VersionTabled, text: Text) -> None:
    """Refuse to reopen agreed words without a reason, and show them.

    Args:
        state: The state of the channel.
        content: A version that is about to be sent.
        text: The text that it gives.

    Raises:
        OutOfTurnError: Code ``reopens-agreed``.
    """
    talks = state.negotiations.get(content.header.negotiation)
    parent = talks.versions.get(content.parents[0]) if talks and content.parents else None
    if talks is None or parent is None:
        return
    for each in reopened(state, talks, parent, content.operations, text):
        if not each.explained:
            raise OutOfTurnError(
                worded(
                    'clause "%(cid)s" is agreed by %(parties)s: %(words)s (wording %(wording)s)',
                    cid=each.part.cid,
                    parties=tuple(sorted(each.marks)),
                    words=tuple(
                        f'{one} "{each.part.words[one]}"' for one in sorted(each.part.words)
                    ),
                    wording=texts.wording_digest(each.part).hex()[:12],
                ),
                code="reopens-agreed",
                hint=worded(
                    "to reopen it, say why in the clause's line:"
                    " == %(cid)s | %(role)s | proposal: P-n (or finding: F-n, or result: WORD)",
                    cid=each.part.cid,
                    role=each.part.role,
                ),
            )
