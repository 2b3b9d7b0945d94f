"""The ceremony at a glance: what is settled, who initialled and signed what, what comes next."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Final

from paraph.client.channel.desk import Desk
from paraph.client.keys.home import Book
from paraph.client.negotiating import concluding
from paraph.client.negotiating.concluding import Checklist
from paraph.protocol.names import ZERO
from paraph.protocol.negotiation import alternat as alternats
from paraph.protocol.negotiation import concluded, joint
from paraph.protocol.negotiation.gate import Open, Purpose, powers_of
from paraph.protocol.negotiation.state import Negotiation, State
from paraph.protocol.negotiation.state.conclusion import Act, Alternat, Effect, Note, Powers
from paraph.protocol.statements.scrutiny import CONCORDANCE, LEGAL

STEPS: Final = (
    "brackets",
    "findings",
    "positions",
    "line",
    "powers",
    "here",
    "disputes",
    "alternat",
)
_STEP_OF: Final[Mapping[str, str]] = {
    **dict.fromkeys(("bracket", "placeholder"), "brackets"),
    **dict.fromkeys(("finding", "open-finding"), "findings"),
    "position": "positions",
    **dict.fromkeys(
        ("not-instrument", "not-head", "not-initialled", "correction-open", "no-policy"), "line"
    ),
    "no-powers": "powers",
    **dict.fromkeys(
        (
            "roots-unverified",
            "key-unaccepted",
            "key-misused",
            "not-read",
            "not-final",
            "log-time-stalled",
        ),
        "here",
    ),
    **dict.fromkeys(("unopened", "contested"), "disputes"),
    "no-alternat": "alternat",
}
"""Which line of the checklist a rule belongs to."""


@dataclasses.dataclass(frozen=True, slots=True)
class Step:
    """A line of the checklist.

    Attributes:
        name: One of STEPS.
        open: What stands open in it; nothing if it is done.
    """

    name: str
    open: tuple[Open, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Side:
    """What a party has done on the text, or on one original.

    Attributes:
        code: The party.
        acts: Initials, or signatures, that stand.
        needed: How many distinct persons must.
    """

    code: str
    acts: tuple[Act, ...]
    needed: int

    @property
    def is_done(self) -> bool:
        """Whether as many persons as needed have."""
        return len({each.act.holder for each in self.acts}) >= self.needed


@dataclasses.dataclass(frozen=True, slots=True)
class Original:
    """One of the originals.

    Attributes:
        kept_by: Party that keeps it.
        texts: Its words by language, the leading one first.
        digests: SHA-256 of them.
        sides: Who has signed it.
        ours: This desk's person has signed it.
    """

    kept_by: str
    texts: Mapping[str, str]
    digests: Mapping[str, bytes]
    sides: tuple[Side, ...]
    ours: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Proposed:
    """An alternat, or an effect, and who stands behind it.

    Attributes:
        what: It.
        behind: Codes of the parties behind it.
        agreed: Whether both are.
    """

    what: Alternat | Effect
    behind: tuple[str, ...]
    agreed: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Ceremony:
    """Everything about the conclusion of one text.

    Attributes:
        check: What the rules say.
        steps: The checklist.
        seals: Who confirmed which scrub of the text: sort, then party, then index.
        powers: Full powers by party and holder.
        initials: By party.
        initialled: We have initialled.
        originals: As both agreed, or as last proposed.
        alternat: The newest alternat of the text.
        effect: The newest statement on its effect.
        notes: Notes on the effect.
        next: What this person may do next: seal, initial, alternat, agree-alternat, effect,
            agree-effect, sign; wait, wait-powers, done.
    """

    check: Checklist
    steps: tuple[Step, ...]
    seals: Mapping[str, Mapping[str, int]]
    powers: tuple[tuple[str, bytes, Powers], ...]
    initials: tuple[Side, ...]
    initialled: bool
    originals: tuple[Original, ...]
    alternat: Proposed | None
    effect: Proposed | None
    notes: tuple[Note, ...]
    next: str


def ceremony(desk: Desk, book: Book, state: State, talks: Negotiation) -> Ceremony:
    """Return how far the conclusion of the text has come.

    Raises:
        InputError: There is no text yet, or there are two lines of it.
    """
    settled = concluded.in_force(talks) is not None
    purpose: Purpose = "sign" if settled else "initial"
    check = concluding.checklist(desk, book, talks.identity, purpose)
    version = check.version
    alternat = _newest(state, talks, talks.conclusion.alternats.items(), version.statement)
    effect = _newest(state, talks, talks.conclusion.effects.items(), version.statement)
    own = desk.member.holder
    made = Ceremony(
        check=check,
        steps=tuple(_steps(desk, talks, check)),
        seals=_seals(talks, version.statement),
        powers=tuple(_powers(talks)),
        initials=tuple(
            Side(code, _of(talks.conclusion.initials, code), check.needed.get(code, (1, 1))[0])
            for code in state.parties
        ),
        initialled=any(each.act.holder == own for each in talks.conclusion.initials),
        originals=tuple(_originals(state, talks, check, alternat, own)),
        alternat=alternat,
        effect=effect,
        notes=concluded.notes(talks),
        next="",
    )
    return dataclasses.replace(made, next=_next(desk, talks, made, settled=settled))


def _steps(desk: Desk, talks: Negotiation, check: Checklist) -> Iterator[Step]:
    found: dict[str, list[Open]] = {name: [] for name in STEPS}
    for each in (*check.open, *check.here):
        found[_STEP_OF.get(each.rule, "line")].append(each)
    if check.purpose == "initial":
        del found["alternat"]
    if desk.role not in _CONCLUDING and _has_powers(desk, talks, check.purpose):
        found["powers"] = []  # who prepares the ceremony needs none of their own
    for name, open_ in found.items():
        yield Step(name, tuple(open_))


def _has_powers(desk: Desk, talks: Negotiation, purpose: Purpose) -> bool:
    shown = (each for code, _, each in _powers(talks) if code == desk.party)
    return any((each.initial if purpose == "initial" else each.sign) != ZERO for each in shown)


def _seals(talks: Negotiation, version: bytes) -> dict[str, Mapping[str, int]]:
    scrubs = talks.scrutiny.scrubs.get(version) or {}
    return {sort: scrubs.get(sort, {}) for sort in (LEGAL, CONCORDANCE)}


def _powers(talks: Negotiation) -> Iterator[tuple[str, bytes, Powers]]:
    for holder, by_party in talks.conclusion.powers.items():
        for code, shown in by_party.items():
            yield code, holder, shown


def _of(acts: tuple[Act, ...], party: str, original: str = "") -> tuple[Act, ...]:
    return tuple(each for each in acts if each.act.party == party and each.act.original == original)


def _newest(
    state: State,
    talks: Negotiation,
    said: Iterator[tuple[bytes, Alternat | Effect]],
    version: bytes,
) -> Proposed | None:
    found = [
        each
        for statement, each in said
        if each.content.version == version and statement not in talks.recalled
    ]
    if not found:
        return None
    newest = max(found, key=lambda each: each.said.index)
    statement = newest.said.statement
    behind = tuple(joint.agreeing(state, talks, statement))
    return Proposed(newest, behind, joint.is_agreed(state, talks, statement))


def _originals(
    state: State, talks: Negotiation, check: Checklist, proposed: Proposed | None, own: bytes
) -> Iterator[Original]:
    agreed = check.alternat
    alternat = agreed or (proposed.what if proposed is not None else None)
    if not isinstance(alternat, Alternat):
        return
    text, content = check.version.text, alternat.content
    for copy in content.originals:
        signatures = talks.conclusion.signatures
        yield Original(
            kept_by=copy.kept_by,
            texts={
                each: alternats.render_original(text, each, content, copy.kept_by)
                for each in copy.languages
            },
            digests={
                each: alternats.digest_original(text, each, content, copy.kept_by)
                for each in copy.languages
            },
            sides=tuple(
                Side(
                    code,
                    _of(signatures, code, copy.kept_by),
                    check.needed.get(code, (1, 1))[1],
                )
                for code in state.parties
            ),
            ours=any(
                each.act.holder == own and each.act.original == copy.kept_by for each in signatures
            ),
        )


def _next(desk: Desk, talks: Negotiation, now: Ceremony, *, settled: bool) -> str:
    if concluded.is_signed(talks):
        return "done"
    return _next_to_sign(desk, now) if settled else _next_to_initial(desk, talks, now)


def _next_to_initial(desk: Desk, talks: Negotiation, now: Ceremony) -> str:
    role = desk.role
    sort = {"legal_adviser": LEGAL, "linguist": CONCORDANCE}.get(role, "")
    if sort and desk.party not in now.seals[sort]:
        return "seal"
    if role in _CONCLUDING:
        if powers_of(talks, concluding.person_of(desk)).initial == ZERO:
            return "wait-powers"
        if not now.initialled and now.check.is_ready:
            return "initial"
    return "wait"


def _next_to_sign(desk: Desk, now: Ceremony) -> str:
    role, party = desk.role, desk.party
    if role in _SETTLING:
        for name, each in (("alternat", now.alternat), ("effect", now.effect)):
            if each is None:
                return name
            if not each.agreed and party not in each.behind:
                return f"agree-{name}"
    unsigned = any(not each.ours for each in now.originals)
    return "sign" if role == "signatory" and now.check.is_ready and unsigned else "wait"


_CONCLUDING: Final = frozenset({"head_of_delegation", "signatory"})
_SETTLING: Final = frozenset({"desk_officer", "head_of_delegation"})
