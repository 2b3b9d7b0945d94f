"""The gate before initials and signatures: what still stands open, and why (SPEC 7.15).

Pure and total: the fold refuses an initial or a signature by it, and the desk shows it as a list.
Whether the other side's roots were verified, whether the record is final and whether log time
stands still is known to one desk only, and is asked there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from paraph.protocol.names import ZERO
from paraph.protocol.negotiation import concluded, glossary, lint, marks, matrix
from paraph.protocol.negotiation.state import Negotiation, State, Version
from paraph.protocol.negotiation.state.conclusion import Powers
from paraph.protocol.sentences import Sentence, coded, worded

Purpose = Literal["initial", "sign"]
CODE: Final = "not-ready"


@dataclass(frozen=True, slots=True)
class Open:
    """One thing that stands open.

    Attributes:
        rule: Which rule, kebab-case.
        clause: Clause id; empty where it is about the whole.
        expected: What would be accepted, in words.
    """

    rule: str
    clause: str
    expected: Sentence

    def __str__(self) -> str:
        """Return it on one line."""
        return str(self.words)

    @property
    def words(self) -> Sentence:
        """It on one line, as :meth:`__str__`."""
        rule = coded("rule", self.rule)
        if not self.clause:
            return worded("%(rule)s: %(expected)s", rule=rule, expected=self.expected)
        return worded(
            '%(rule)s at clause "%(cid)s": %(expected)s',
            rule=rule,
            cid=self.clause,
            expected=self.expected,
        )


@dataclass(frozen=True, slots=True)
class Person:
    """Who is about to conclude: a party and the opaque id of a person."""

    party: str
    holder: bytes


def gate(
    state: State,
    talks: Negotiation,
    version: Version,
    purpose: Purpose = "initial",
    person: Person | None = None,
) -> tuple[Open, ...]:
    """Return everything that bars *version* from being initialled or signed; empty = ready.

    Args:
        state: The state of the channel.
        talks: The negotiation.
        version: A version of it.
        purpose: What is about to be done.
        person: By whom; without, full powers are not asked for.
    """
    found = bars(state, talks, version, purpose, person)
    return tuple(sorted(found, key=lambda each: _ORDER[each.rule]))


def bars(
    state: State,
    talks: Negotiation,
    version: Version,
    purpose: Purpose,
    person: Person | None,
) -> Iterator[Open]:
    """Yield the same, what is soon found first: to read every word of the text comes last.

    So a refusal costs little to whoever folds it, however often somebody asks for one.
    """
    yield from _line(talks, version, purpose)
    yield from _terms(state, version)
    yield from _disputed(state)
    if purpose == "sign":
        yield from _agreed_alternat(state, talks, version)
    if person is not None:
        yield from _powers(talks, person, purpose)
    yield from _scrutiny(talks)
    yield from _positions(state, talks, version)
    yield from _contested(state, talks, version, purpose, person)
    yield from _text(state, talks, version)


_ORDER: Final[Mapping[str, int]] = {
    rule: place
    for place, rules in enumerate(
        (
            ("not-instrument", "not-head", "not-initialled", "correction-open"),
            ("no-policy",),
            ("bracket", "placeholder"),
            *(("finding",), ("open-finding",), ("position",), ("unopened",)),
            *(("no-alternat",), ("no-powers",), ("contested",)),
        )
    )
    for rule in rules
}
"""In which order they are told: the same for every reader."""


def _line(talks: Negotiation, version: Version, purpose: Purpose) -> Iterator[Open]:
    if version.document != ZERO:
        yield Open(
            "not-instrument",
            "",
            worded("expected a version of the instrument, not a side document"),
        )
    elif purpose == "initial" and talks.heads != (version.statement,):
        heads = tuple(each.hex()[:12] for each in talks.heads)
        yield Open(
            "not-head", "", worded("expected the one head of the text: %(heads)s", heads=heads)
        )
    elif purpose == "sign":
        settled = concluded.in_force(talks)
        pending = concluded.correcting(talks)
        if settled is None:
            yield Open(
                "not-initialled",
                "",
                worded("expected every required initial of both parties first"),
            )
        elif settled.statement != version.statement:
            yield Open(
                "not-initialled",
                "",
                worded("expected the text in force, version %(number)s", number=settled.number),
            )
        if pending is not None:
            yield Open(
                "correction-open",
                "",
                worded("expected both to confirm the correction %(number)s", number=pending.number),
            )


def _terms(state: State, version: Version) -> Iterator[Open]:
    for party in state.parties:
        if party not in version.terms:
            yield Open(
                "no-policy",
                "",
                worded("expected a manifest of %(party)s before the version", party=party),
            )


def _text(state: State, talks: Negotiation, version: Version) -> Iterator[Open]:
    for part in version.text.parts:
        for language, words in part.words.items():
            tally = marks.tally((words,), state.parties)
            if tally.brackets:
                yield Open("bracket", part.cid, _left(tally.brackets, language))
            if tally.placeholders:
                yield Open("placeholder", part.cid, _left(tally.placeholders, language))
    character = talks.opened.legal_character if talks.opened is not None else lint.BINDING
    terms = glossary.terms(state, talks)
    for found in lint.findings(version.text, state.parties, character, terms=terms):
        yield Open(
            "finding",
            found.cid,
            worded("to be mended: %(check)s", check=coded("finding", found.check)),
        )


def _left(count: int, language: str) -> Sentence:
    return worded("%(count)s in %(language)s, expected none", count=count, language=language)


def _scrutiny(talks: Negotiation) -> Iterator[Open]:
    for statement in talks.scrutiny.open:
        finding = talks.scrutiny.findings.get(statement)
        assert finding is not None  # what is open was found
        expected = worded("expected finding F-%(number)s to be settled", number=finding.number)
        yield Open("open-finding", finding.content.cid, expected)


def _positions(state: State, talks: Negotiation, version: Version) -> Iterator[Open]:
    for cid, row in matrix.open_positions(state, talks, version).items():
        now = tuple(
            worded("%(party)s %(position)s", party=party, position=coded("position", mark.value))
            for party, mark in row.items()
        )
        yield Open(
            "position", cid, worded("expected both to agree to these words; now %(now)s", now=now)
        )


def _disputed(state: State) -> Iterator[Open]:
    for index in sorted(state.disputes):
        if by := state.disputes[index]:
            yield Open(
                "unopened",
                "",
                worded(
                    "entry %(index)s does not open for %(parties)s: expected a grant, or its"
                    " author to take it back",
                    index=index,
                    parties=tuple(sorted(by)),
                ),
            )


def _agreed_alternat(state: State, talks: Negotiation, version: Version) -> Iterator[Open]:
    if concluded.alternat(state, talks, version.statement) is None:
        yield Open("no-alternat", "", worded("expected originals that both parties agreed to"))


def powers_of(talks: Negotiation, person: Person) -> Powers:
    """Return the full powers that were shown for *person*."""
    return (talks.conclusion.powers.get(person.holder) or {}).get(person.party, Powers())


def _powers(talks: Negotiation, person: Person, purpose: Purpose) -> Iterator[Open]:
    shown = powers_of(talks, person)
    if (shown.initial if purpose == "initial" else shown.sign) == ZERO:
        yield Open(
            "no-powers",
            "",
            worded(
                "expected full powers %(purpose)s for %(person)s of %(party)s",
                purpose=coded("powers-to", purpose, f"to {purpose}"),
                party=person.party,
                person=person.holder.hex()[:8],
            ),
        )


def _contested(
    state: State,
    talks: Negotiation,
    version: Version,
    purpose: Purpose,
    person: Person | None,
) -> Iterator[Open]:
    for statement in dict.fromkeys(_relied_on(state, talks, version, purpose, person)):
        if concluded.is_contested(state, talks, statement):
            entry = state.entries.get(statement)
            assert entry is not None  # what is contested was said
            yield Open(
                "contested",
                "",
                worded(
                    "entry %(index)s is contested: expected %(party)s to stand by it, or to replace"
                    " it",
                    index=entry.index,
                    party=entry.party,
                ),
            )


def _relied_on(
    state: State,
    talks: Negotiation,
    version: Version,
    purpose: Purpose,
    person: Person | None,
) -> Iterator[bytes]:
    # What a conclusion rests on.
    yield version.statement
    for row in matrix.matrix(state, talks, version).values():
        yield from (mark.stance.statement for mark in row.values() if mark.stance is not None)
    if person is not None:
        shown = powers_of(talks, person)
        yield from (shown.initial, shown.sign)
    for act in (*talks.conclusion.initials, *talks.conclusion.signatures):
        yield act.said.statement
    signing = purpose == "sign"
    agreed = concluded.alternat(state, talks, version.statement) if signing else None
    if agreed is not None:
        yield agreed.said.statement
