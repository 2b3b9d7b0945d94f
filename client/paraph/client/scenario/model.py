"""A scenario as values: what a file of schema ``desk-scenario/1`` says, and nothing else."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from paraph.protocol.errors import InputError, PeerError
from paraph.protocol.negotiation import text as texts
from paraph.protocol.negotiation.text import Text
from paraph.protocol.statements.header import NamedMention
from paraph.protocol.statements.versions import NO_NOTES, Clause, Operation


@dataclass(frozen=True, slots=True)
class Person:
    """One of a party's people; the name is shown and never sent.

    A role that no key can have, an interpreter's for example, reads and says nothing: its
    ``role`` is auditor, ``described`` is the word of the file.
    """

    id: str
    name: str
    role: str
    described: str
    party: str


@dataclass(frozen=True, slots=True)
class Mandate:
    """What a party may negotiate; its internal channel only."""

    id: str
    scope: Mapping[str, str]
    out_of_scope: tuple[str, ...]
    may_commit: Mapping[str, tuple[str, ...]]
    trip_words: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Party:
    """One of the two parties."""

    code: str
    ministry: Mapping[str, str]
    own_language: str
    mandate: Mandate | None
    people: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class Version:
    """A version: ``clauses`` for the base text, ``operations`` on ``parent`` for the others."""

    id: str
    label: str
    kind: str
    author: str
    at: int
    language_status: Mapping[str, str]
    clauses: tuple[Clause, ...] = ()
    parent: str = ""
    operations: tuple[Operation, ...] = ()
    round: int = 0
    sent_by: str = ""
    confirmed_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Move:
    """One step of a proposal; ``by`` is a code or ``both``."""

    at: int
    by: str
    state: str
    note: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposal and its steps; no clause = a matter outside the text."""

    id: str
    by: str
    clause: str
    title: str
    history: tuple[Move, ...]

    def speakers(self, place: int, parties: Collection[str]) -> tuple[str, ...]:
        """Return who makes the step at *place*: what both say, the one whose turn it is says first.

        Args:
            place: Of the step in the history.
            parties: Codes of both.
        """
        step = self.history[place]
        if step.by in parties:
            return (step.by,)
        moved = [
            each.by
            for each in self.history[:place]
            if each.by in parties and each.state in ("tabled", "countered")
        ]
        last = moved[-1] if moved else self.by
        return (*(code for code in parties if code != last), last)


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply to a comment, by a person."""

    by: str
    at: int
    body: str


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment; an internal one must never cross."""

    id: str
    by: str
    at: int
    internal: bool
    kind: str
    version: str
    cid: str
    language: str
    exact: str
    prefix: str
    suffix: str
    body: str
    replies: tuple[Reply, ...]
    resolved_by: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """A person of the receiver acknowledges a dispatch."""

    by: str
    at: int


@dataclass(frozen=True, slots=True)
class Dispatch:
    """A dispatch; ``author`` is a code or ``joint``."""

    id: str
    kind: str
    author: str
    to: tuple[str, ...]
    at: int
    carries: tuple[str, ...]
    in_reply_to: str
    breaks_silence: str
    body: str
    without_prejudice: bool
    status: str
    receipt: Receipt | None


@dataclass(frozen=True, slots=True)
class AgendaItem:
    """A point of a conference's agenda."""

    n: int
    title: str
    clauses: tuple[str, ...]
    proposals: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConferenceOutcome:
    """What a conference came to on a clause or a proposal."""

    clause: str
    proposal: str
    result: str
    understanding: str


@dataclass(frozen=True, slots=True)
class Action:
    """What somebody is to do; due at an instant or a conference; ``done`` 0 = open."""

    id: str
    owner: str
    what: str
    due: int | str
    done: int
    late: bool


@dataclass(frozen=True, slots=True)
class Minutes:
    """Minutes of a conference; without silence both confirm them."""

    id: str
    drafted_by: str
    silence: str


@dataclass(frozen=True, slots=True)
class Conference:
    """A video conference; one that is not scripted is told, not played."""

    id: str
    at: int
    duration_min: int
    scripted: bool
    summary: str
    chair: str
    host: str
    interpretation: tuple[str, ...]
    participants: Mapping[str, tuple[str, ...]]
    basis: str
    agenda: tuple[AgendaItem, ...]
    outcomes: tuple[ConferenceOutcome, ...]
    actions: tuple[Action, ...]
    minutes: Minutes | None


@dataclass(frozen=True, slots=True)
class Break:
    """The dispatch that breaks a silence."""

    party: str
    dispatch: str
    at: int


@dataclass(frozen=True, slots=True)
class Silence:
    """A silence procedure, and what it must come to."""

    id: str
    subject: str
    proposed_by: str
    opened: int
    expires: int
    outcome: str
    held_because: str
    broken_by: Break | None


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding of the concordance check, by machine or by a linguist."""

    id: str
    version: str
    cid: str
    check: str
    by_machine: bool
    detail: str


@dataclass(frozen=True, slots=True)
class SideDocument:
    """A side document."""

    id: str
    kind: str
    at: int
    words: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Initialling:
    """One person's initials under a version."""

    kind: str
    version: str
    party: str
    by: str
    at: int
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Original:
    """One of the two originals under the alternat."""

    copy: int
    kept_by: str
    party_order: tuple[str, ...]
    language_order: tuple[str, ...]
    signatures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Epilogue:
    """Something after the signature; ``at`` is a day or an instant as written, or empty."""

    kind: str
    at: str
    effective: int
    party: str
    note: str


@dataclass(frozen=True, slots=True)
class Ceremony:
    """How the text is initialled and signed."""

    authentication: tuple[Initialling, ...]
    originals: tuple[Original, ...]
    substitutions: Mapping[str, tuple[tuple[str, str], ...]]
    signed_at: int
    effect: str
    text_public: bool | None
    public_line: Mapping[str, str]
    epilogue: tuple[Epilogue, ...]


@dataclass(frozen=True, slots=True)
class Beat:
    """One beat of the scripted demo."""

    at: int
    desk: str
    do: str
    ref: str
    shows: str


@dataclass(frozen=True, slots=True)
class Scenario:
    """A whole file. Absent texts are empty, absent instants 0."""

    id: str
    banner: Mapping[str, str]
    classification: str
    releasable_to: tuple[str, ...]
    languages: tuple[str, ...]
    authentic: tuple[str, ...]
    prevailing: str
    instrument: str
    legal_character: str
    titles: Mapping[str, str]
    parties: Mapping[str, Party]
    versions: tuple[Version, ...]
    proposals: tuple[Proposal, ...]
    positions: Mapping[str, Mapping[str, Mapping[str, str]]]
    comments: tuple[Comment, ...]
    dispatches: tuple[Dispatch, ...]
    conferences: tuple[Conference, ...]
    silences: tuple[Silence, ...]
    findings: tuple[Finding, ...]
    side_documents: tuple[SideDocument, ...]
    ceremony: Ceremony
    script: tuple[Beat, ...]
    people: Mapping[str, Person] = field(default_factory=dict)

    def offer(self, proposal: Proposal) -> tuple[str, tuple[Operation, ...]]:
        """Return the version that a proposal is about, and the changes that it offers there.

        A proposal for a clause that is not in the text yet offers what brings it: that stands
        in the next version that has the clause. No version: a matter outside the text.
        """
        line, made = self.lineage(), proposal.history[0].at
        before = [version for version in self.versions if version.at < made]
        if not proposal.clause or not before:
            return "", ()
        if line[before[-1].id].find(proposal.clause) is not None:
            return before[-1].id, ()
        for version in self.versions:
            if version.at >= made and version.parent and line[version.id].find(proposal.clause):
                return version.parent, _bringing(proposal, version, line[version.parent])
        return "", ()

    def lineage(self) -> dict[str, Text]:
        """Return the text of every version by its id, as the operations give it.

        Raises:
            InputError: An operation does not fit its text.
        """
        line: dict[str, Text] = {}
        for version in self.versions:
            try:
                if version.parent:
                    made = texts.apply(line[version.parent], version.operations)
                else:
                    made = texts.from_clauses(version.clauses, self.languages)
            except PeerError as error:
                raise InputError(
                    f"version {version.id}: {error}",
                    code="scenario",
                    hint="mend the clauses or operations of that version",
                ) from error
            line[version.id] = made
        return line


def _bringing(proposal: Proposal, version: Version, parent: Text) -> tuple[Operation, ...]:
    # The operations noted with it; where they do not fit alone, all of the version.
    mention = NamedMention(name=proposal.id)
    noted = tuple(each for each in version.operations if mention in each.notes.proposal)
    try:
        fits = texts.apply(parent, noted).find(proposal.clause) is not None
    except PeerError:
        fits = False
    chosen = noted if fits else version.operations
    return tuple(replace(each, notes=NO_NOTES) for each in chosen)
