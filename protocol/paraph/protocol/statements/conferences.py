"""Sealed records of conferences: schedule, outcomes, actions (SPEC 7.14).

People are named by role or by opaque holder id; a conference by its name, given once.
"""

from __future__ import annotations

from typing import Final

from paraph.protocol.errors import MalformedError
from paraph.protocol.names import ZERO
from paraph.protocol.schema import (
    CONTENT,
    Record,
    ascending,
    many,
    nested,
    octets,
    record,
    text,
    u53,
    wire,
    word,
)
from paraph.protocol.statements.header import (
    ContentHeader,
    Mention,
    Wording,
    author_code,
    clause_id,
    conference_name,
    header,
    label,
    maybe_clause_id,
    maybe_conference_name,
    mention,
    named,
    one_mention,
    party_code,
    wordings,
)
from paraph.protocol.statements.versions import MOST_CLAUSES

AGREED_AD_REF: Final = "agreed_ad_ref"
RESERVED_BY: Final = "reserved_by_"
"""A party's code follows."""
RESULTS: Final = (AGREED_AD_REF, "bracketed", RESERVED_BY, "not_accepted")
"""Results that have a meaning here or are usual; any other word is allowed too."""
ENDINGS: Final = ("done", "overtaken", "carried")

MOST_ITEMS: Final = 256
MOST_PEOPLE: Final = 64

_line: Final = text(500, r"[^\x00-\x1f\x7f]+")


@record("zone", CONTENT)
class Zone(Record):
    """The local time of a party (SPEC 7.14)."""

    party: str = wire(party_code, "whose time")
    offset: str = wire(
        text(6, r"(\+|-)(0[0-9]|1[0-4]):[0-5][0-9]"), "hours and minutes ahead of UTC, on that day"
    )
    label: str = wire(named, "name of the zone, as shown")

    def __lt__(self, other: Zone) -> bool:
        """Order by party."""
        return self.party < other.party


@record("delegation", CONTENT)
class Delegation(Record):
    """Who takes part for a party (SPEC 7.14)."""

    party: str = wire(party_code, "whose delegation")
    people: tuple[str, ...] = wire(
        many(text(64, r"[a-z][a-z_]{0,63}|[0-9a-f]{32}"), MOST_PEOPLE),
        "role of each person in one word, or an opaque holder id as hex; never a name",
    )

    def __lt__(self, other: Delegation) -> bool:
        """Order by party."""
        return self.party < other.party


@record("agenda-item", CONTENT)
class AgendaItem(Record):
    """A point of an agenda (SPEC 7.14)."""

    n: int = wire(u53, "its number")
    title: str = wire(_line, "what it is about")
    clauses: tuple[str, ...] = wire(many(clause_id, MOST_CLAUSES), "clauses of the basis version")
    proposals: tuple[Mention, ...] = wire(ascending(mention, MOST_ITEMS), "proposals taken up")
    minutes: int = wire(u53, "minutes meant for it; 0 if not said")
    owner: str = wire(
        text(8, r"([A-Z]{2,8}|joint)?"), "who opens it: a party's code, `joint`, or empty"
    )

    def __lt__(self, other: AgendaItem) -> bool:
        """Order by number."""
        return self.n < other.n


@record("conference-scheduled", CONTENT)
class ConferenceScheduled(Record):
    """Announces a conference, or asks to change one that stands (SPEC 7.14)."""

    header: ContentHeader = wire(header, "common header")
    name: str = wire(conference_name, "its name, as VC-2; given once in a negotiation")
    at: int = wire(u53, "start, POSIX milliseconds")
    duration_min: int = wire(u53, "minutes meant for it; 0 if not said")
    host: str = wire(text(8, r"([A-Z]{2,8})?"), "code of the party that hosts it; empty if none")
    chair: str = wire(label, "who chairs: a party's code, alternating, or another word")
    interpretation: tuple[str, ...] = wire(many(named, 16), "as en-ru: from and into")
    participants: tuple[Delegation, ...] = wire(
        ascending(nested(Delegation), most=16), "who takes part, by party"
    )
    zones: tuple[Zone, ...] = wire(ascending(nested(Zone), most=16), "local time, by party")
    basis: bytes = wire(octets(32), "statement id of the version on the table; zeros = none")
    agenda: tuple[AgendaItem, ...] = wire(
        ascending(nested(AgendaItem), MOST_ITEMS), "points, by number"
    )
    replaces: bytes = wire(
        octets(32), "statement id of the schedule in force that this is to replace; zeros = none"
    )

    def check(self) -> None:
        """Refuse a conference at no time."""
        if not self.at:
            raise MalformedError("expected the start of the conference")


@record("outcome", CONTENT)
class Outcome(Record):
    """What a conference came to on one thing (SPEC 7.14)."""

    cid: str = wire(maybe_clause_id, "clause; empty where it is a proposal's")
    proposal: tuple[Mention, ...] = wire(one_mention, "proposal; none where it is a clause's")
    result: str = wire(
        named, "agreed_ad_ref, bracketed, reserved_by_XXX, not_accepted, or another word"
    )
    understanding: tuple[Wording, ...] = wire(
        wordings, "what was understood about it, per language; goes to the minutes"
    )

    def check(self) -> None:
        """Refuse an outcome on nothing, or on two things."""
        if bool(self.cid) == bool(self.proposal):
            raise MalformedError("expected either a clause or a proposal")


@record("outcomes-recorded", CONTENT)
class OutcomesRecorded(Record):
    """What a conference came to; sets positions once the other party agrees (SPEC 7.14)."""

    header: ContentHeader = wire(header, "common header")
    conference: str = wire(conference_name, "name of the conference")
    held_at: int = wire(u53, "when it was held, POSIX milliseconds")
    items: tuple[Outcome, ...] = wire(
        many(nested(Outcome), MOST_CLAUSES, least=1), "outcomes, in the order of the agenda"
    )


@record("due", CONTENT)
class Due(Record):
    """By when something is to be done (SPEC 7.14)."""

    at: int = wire(u53, "instant, POSIX milliseconds; 0 where it is a conference")
    conference: str = wire(
        maybe_conference_name,
        "name of a conference, scheduled or not; empty where it is an instant",
    )

    def check(self) -> None:
        """Refuse a date that is none, or two."""
        if bool(self.at) == bool(self.conference):
            raise MalformedError("expected either an instant or a conference")


@record("action-set", CONTENT)
class ActionSet(Record):
    """Somebody is to do something by then (SPEC 7.14)."""

    header: ContentHeader = wire(header, "common header")
    conference: str = wire(maybe_conference_name, "conference that set it; empty if none")
    owner: str = wire(author_code, "who is to do it: a party's code, or `joint`")
    what: str = wire(text(2_000, r"(?s:.+)"), "what is to be done")
    due: Due = wire(nested(Due), "by when")


@record("action-reported", CONTENT)
class ActionReported(Record):
    """What became of an action (SPEC 7.14)."""

    header: ContentHeader = wire(header, "common header")
    action: bytes = wire(octets(32), "statement id of the action")
    ending: str = wire(word(*ENDINGS), "done, overtaken by events, or carried to another date")
    at: int = wire(u53, "when, POSIX milliseconds; a claim, like `dated`")
    note: str = wire(text(2_000), "words about it; may be empty")
    due: tuple[Due, ...] = wire(many(nested(Due), most=1), "the new date of what is carried")

    def check(self) -> None:
        """Refuse to carry without a date, and a date without carrying."""
        if not self.at or self.action == ZERO:
            raise MalformedError("expected an action and an instant")
        if (self.ending == "carried") != bool(self.due):
            raise MalformedError("expected a new date with carried, and only there")
