"""The clerk's four questions, answered from the state (SPEC 7.9 to 7.20).

What is still in brackets and who holds each? Whose turn is it, and since when? What do we owe,
what do they owe, by which conference? Are we both looking at the same text?
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from paraph.client.channel import views
from paraph.client.channel.desk import Desk
from paraph.client.clock import when
from paraph.client.negotiating import conferences, proposals, remarks, silence
from paraph.client.negotiating.fingerprint import fingerprint
from paraph.client.reading import placed
from paraph.client.reading.summaries import due as due_word
from paraph.protocol.errors import UnreadableError
from paraph.protocol.names import ZERO
from paraph.protocol.negotiation import concluded, marks, matrix
from paraph.protocol.negotiation import ledger as ledgers
from paraph.protocol.negotiation.joint import agreeing
from paraph.protocol.negotiation.kept import kept_by_identity
from paraph.protocol.negotiation.ledger import Row as Bracket
from paraph.protocol.negotiation.phase import Phase, phase
from paraph.protocol.negotiation.state import Comment, Negotiation, State, Version
from paraph.protocol.statements.exchanges import DispatchSent
from paraph.protocol.statements.header import JOINT

ANSWERABLE = frozenset({"question"})
"""Kinds of comments that ask for an answer."""


@dataclasses.dataclass(frozen=True, slots=True)
class Held:
    """What is still in brackets, of one holder in one clause.

    Attributes:
        cid: Clause.
        number: Its number in the head; empty if it has none.
        holder: A party's code, nothing for nobody named, or the mark of a placeholder.
        count: How many, in the language that has most.
        since: Number of the version since which the oldest has stood so.
    """

    cid: str
    number: str
    holder: str
    count: int
    since: int


@dataclasses.dataclass(frozen=True, slots=True)
class Turn:
    """A proposal that waits for somebody.

    Attributes:
        since: Index of the step that gave that party the turn, or kept it.
        age_ms: Milliseconds of log time since then.
    """

    name: str
    turn: str
    standing: str
    clause: str
    title: str
    since: int
    age_ms: int


@dataclasses.dataclass(frozen=True, slots=True)
class Owed:
    """Something that a party owes.

    Attributes:
        by: Code of the party, or ``joint``.
        what: A dispatch or a question to be answered, an action, an agreement asked for.
        name: How people call it.
        about: In words.
        due: By when, as an instant or the name of a conference; empty if nothing is said.
        late: Its date is past.
    """

    by: str
    what: Literal["dispatch", "question", "action", "agreement"]
    name: str
    about: str
    due: str
    late: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Head:
    """A version that no other stands on."""

    number: int
    index: int
    statement: bytes
    party: str
    kind: str
    confirmed: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Left:
    """What was left in one version, in the language that has most."""

    number: int
    index: int
    brackets: int
    placeholders: int


@dataclasses.dataclass(frozen=True, slots=True)
class TakenOut:
    """A bracket of one party that another has taken out, in a version that is a head."""

    cid: str
    holder: str
    by: str
    number: int


@dataclasses.dataclass(frozen=True, slots=True)
class Status:
    """The four answers for one negotiation.

    Attributes:
        title: Its title in the first language that has one.
        phase: How far the instrument has come.
        brackets: What is still in brackets, in the order of the text; of the first head.
        trend: What was left in each version that the first head was made from, and in it.
        taken_out: Brackets of one side that the other has taken out of the first head's parent.
        clauses: How many clauses of the first head stand how.
        reopened: Clauses that both agreed to in words that have changed since.
        pen: Party that sent the newest version of the text; empty without one.
        turns: Proposals that wait, ours first.
        owed: What each side owes, ours first.
        silences: Silence procedures that have not ended.
        heads: More than one is a fork.
        words: The fingerprint to compare, by language; empty where this desk cannot read on.
        size: Entries that it covers.
        drafts: Own statements that wait in the outbox.
    """

    identity: bytes
    title: str
    phase: Phase
    brackets: tuple[Held, ...]
    trend: tuple[Left, ...]
    taken_out: tuple[TakenOut, ...]
    clauses: Mapping[str, int]
    reopened: tuple[str, ...]
    pen: str
    turns: tuple[Turn, ...]
    owed: tuple[Owed, ...]
    silences: tuple[silence.Row, ...]
    heads: tuple[Head, ...]
    words: Mapping[str, tuple[str, ...]]
    size: int
    drafts: int


Spoken = tuple[Mapping[str, tuple[str, ...]], int]
"""The words of a fingerprint, by language, and the size that they stand for."""


def status(desk: Desk, talks: Negotiation, spoken: Spoken | None = None) -> Status:
    """Return the four answers as this desk can give them.

    Args:
        desk: The desk.
        talks: A negotiation of it.
        spoken: A fingerprint that was computed before; the newest one, if not given.
    """
    state = desk.state
    versions = [version for head in talks.heads if (version := talks.versions.get(head))]
    first = versions[-1] if versions else None
    words, size = spoken or _fingerprint(desk)
    return Status(
        identity=talks.identity,
        title=talks.opened.titles[0].words if talks.opened else "",
        phase=phase(state, talks),
        brackets=tuple(_held(state, talks, first)) if first else (),
        trend=tuple(_trend(state, talks, first)) if first else (),
        taken_out=tuple(_taken_out(state, talks, first)) if first else (),
        clauses=_counts(state, talks, first) if first else {},
        reopened=tuple(matrix.agreed_before(state, talks, first)) if first else (),
        pen=_pen(talks),
        turns=tuple(sorted(_turns(desk, talks), key=lambda each: each.turn != desk.party)),
        owed=tuple(sorted(_owed(desk, talks), key=lambda each: each.by != desk.party)),
        silences=tuple(
            row
            for row in silence.rows(desk)
            if not row.silence.ended and row.silence.content.header.negotiation == talks.identity
        ),
        heads=tuple(_head(version) for version in versions),
        words=words,
        size=size,
        drafts=views.waiting(desk),
    )


def _held(state: State, talks: Negotiation, version: Version) -> Iterator[Held]:
    numbers = version.text.numbers()
    found: dict[tuple[str, str], list[Bracket]] = {}
    for row in ledgers.ledger(state, talks, version):
        found.setdefault((row.cid, row.holder), []).append(row)
    for (cid, holder), rows in found.items():
        languages = [row.language for row in rows]
        yield Held(
            cid=cid,
            number=numbers[cid],
            holder="placeholder" if holder == marks.PLACEHOLDER else holder,
            count=max(languages.count(each) for each in set(languages)),
            since=min(row.since.number for row in rows),
        )


def _trend(state: State, talks: Negotiation, version: Version) -> Iterator[Left]:
    for each in ledgers.trend(state, talks, version):
        yield Left(
            number=each.version.number,
            index=each.version.index,
            brackets=max(each.brackets.values(), default=0),
            placeholders=max(each.placeholders.values(), default=0),
        )


def _taken_out(state: State, talks: Negotiation, version: Version) -> Iterator[TakenOut]:
    parent = talks.versions.get(version.content.parents[0]) if version.content.parents else None
    if parent is None:
        return
    taken = remarks.taken_out(parent.text, version.text, state.parties, version.party)
    marks_now = matrix.matrix(state, talks, version)
    for cid, holder in taken:
        if cid in marks_now and marks_now[cid][holder].value in matrix.AGREEING:
            continue  # its holder agrees to the words as they are
        yield TakenOut(cid, holder, version.party, version.number)


def _counts(state: State, talks: Negotiation, version: Version) -> dict[str, int]:
    frozen = concluded.is_frozen(talks, version)
    states: Sequence[str] = list(matrix.states(state, talks, version, frozen=frozen).values())
    return {each: states.count(each) for each in dict.fromkeys(states)}


def _pen(talks: Negotiation) -> str:
    own = [version for _, version in talks.versions.items() if version.document == ZERO]
    own = [version for version in own if version.statement not in talks.recalled]
    return max(own, key=lambda each: each.index).party if own else ""


def _turns(desk: Desk, talks: Negotiation) -> Iterator[Turn]:
    for row in proposals.rows(desk, talks, everything=False):
        each = row.proposal
        if each.turn:
            yield Turn(
                name=each.name,
                turn=each.turn,
                standing=each.standing,
                clause=each.content.clause,
                title=row.title,
                since=each.since,
                age_ms=row.age,
            )


def _owed(desk: Desk, talks: Negotiation) -> Iterator[Owed]:
    yield from _dispatches(desk, talks)
    yield from _questions(desk, talks)
    yield from _agreements(desk, talks)
    for action, standing in conferences.actions(talks, desk.state.log_time):
        if standing.word in ("open", "carried", "late"):
            yield Owed(
                by=action.content.owner,
                what="action",
                name=f"A-{action.number}",
                about=action.content.what,
                due=due_word(action.due),
                late=standing.late,
            )


def _dispatches(desk: Desk, talks: Negotiation) -> Iterator[Owed]:
    waiting = [each for _, each in talks.dispatches.items() if each.answered_by == ZERO]
    for each in sorted(waiting, key=lambda dispatch: dispatch.index):
        content = each.content
        if content.header.reply_by and each.statement not in talks.recalled:
            yield Owed(
                by=_other(desk, each.party),
                what="dispatch",
                name=_dispatch_name(content),
                about=content.body or content.dispatch_kind,
                due=when(content.header.reply_by),
                late=0 < content.header.reply_by < desk.state.log_time,
            )


def _dispatch_name(content: DispatchSent) -> str:
    return f"{content.author}-{content.number}"


def _questions(desk: Desk, talks: Negotiation) -> Iterator[Owed]:
    for each in _unanswered(talks):
        until = each.content.header.reply_by
        yield Owed(
            by=_other(desk, each.party),
            what="question",
            name=f"C-{each.number}",
            about=each.content.body,
            due=when(until),
            late=0 < until < desk.state.log_time,
        )


@kept_by_identity(4)
def _unanswered(talks: Negotiation) -> tuple[Comment, ...]:
    comments = (each for _, each in talks.comments.items())
    found = (each for each in comments if _is_unanswered(talks, each))
    return tuple(sorted(found, key=lambda each: each.index))


def _is_unanswered(talks: Negotiation, comment: Comment) -> bool:
    if comment.content.comment_kind not in ANSWERABLE or comment.thread != comment.statement:
        return False
    if comment.closed_by != ZERO or comment.statement in talks.recalled:
        return False
    replies = [talks.comments.get(each) for each in comment.replies]
    return all(
        each is None or each.party == comment.party or each.statement in talks.recalled
        for each in replies
    )


_ASKED = {
    "package-tied": "package",
    "package-untied": "a package to be untied",
    "outcomes-recorded": "outcomes",
    "term-set": "term",
    "alternat-set": "originals",
    "effect-stated": "effect",
}
_LAST_COUNTS = frozenset({"alternat-set", "effect-stated"})


def _agreements(desk: Desk, talks: Negotiation) -> Iterator[Owed]:
    said = [
        (entry.index, entry.kind, entry.said.statement)
        for kind in _ASKED
        for entry in placed.of_kind(desk.state, kind)
        if entry.negotiation == talks.identity
    ]
    newest = {kind: index for index, kind, _ in sorted(said)}
    for index, kind, statement in sorted(said):
        if kind in _LAST_COUNTS and index != newest[kind]:
            continue  # another was put in its place
        behind = agreeing(desk.state, talks, statement)
        for party in desk.state.parties:
            if behind and party not in behind:
                yield Owed(
                    by=party,
                    what="agreement",
                    name=f"#{index}",
                    about=f"{_ASKED[kind]}: paraph agree {index}",
                    due="",
                    late=False,
                )


def _other(desk: Desk, party: str) -> str:
    return next((code for code in desk.state.parties if code != party), JOINT)


def _head(version: Version) -> Head:
    return Head(
        number=version.number,
        index=version.index,
        statement=version.statement,
        party=version.party,
        kind=version.content.version_kind,
        confirmed=tuple(sorted(version.confirmed)),
    )


def _fingerprint(desk: Desk) -> Spoken:
    try:
        found = fingerprint(desk)
    except UnreadableError:
        return {}, desk.reader.position
    return found.words, found.size
