"""The position matrix: where each party stands on the words of a version (SPEC 7.10).

Pure and derived: positions are said, marks and clause states are computed from what was said and
from the words as they are now. A changed word takes the agreement on its clause away.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from paraph.protocol.errors import MalformedError
from paraph.protocol.negotiation import marks
from paraph.protocol.negotiation.joint import is_agreed
from paraph.protocol.negotiation.kept import kept_by_identity
from paraph.protocol.negotiation.state import Negotiation, Package, Stance, State, Version
from paraph.protocol.negotiation.text import Part
from paraph.protocol.negotiation.trie import Trie
from paraph.protocol.statements.positions import AD_REFERENDUM, AGREE

MARKS: Final[Mapping[str, str]] = {
    "agree": "A",
    "ad_referendum": "a",
    "in_principle": "p",
    "reserve": "R",
    "reject": "X",
    "alternative": "\u2260",
    "none": "\u00b7",
    "confirm": "\u21ba",
}
"""Letter and shape, never colour alone. ``confirm`` is derived: agreed on an older wording."""
AGREEING: Final = frozenset({AGREE, AD_REFERENDUM})
CONFIRM: Final = "confirm"
NONE: Final = "none"

ClauseState = Literal[
    "untouched", "open", "bracketed", "reserved", "tied", "agreed_ad_ref", "agreed", "frozen"
]


@dataclass(frozen=True, slots=True)
class Mark:
    """Where one party stands on one clause as it reads in the version looked at.

    Attributes:
        value: A position, or ``confirm``.
        said: The position last said, on whatever words; ``none`` if nothing was.
        stance: The statement that said it; nothing if none did.
    """

    value: str
    said: str = NONE
    stance: Stance | None = None

    @property
    def sign(self) -> str:
        """The mark that is shown."""
        return MARKS[self.value]


Row = Mapping[str, Mark]
"""The marks on one clause, by party."""


def matrix(state: State, talks: Negotiation, version: Version) -> dict[str, Row]:
    """Return the marks of every party on every clause of *version*, in the order of the text."""
    return dict(_matrix(talks, version, state.parties))


@kept_by_identity(16)
def _matrix(talks: Negotiation, version: Version, parties: tuple[str, ...]) -> Mapping[str, Row]:
    by_party = {party: _marks(talks, version, party) for party in parties}
    return {
        part.cid: {party: by_party[party][part.cid] for party in parties}
        for part in version.text.parts
    }


def _marks(talks: Negotiation, version: Version, party: str) -> dict[str, Mark]:
    # From the last word backwards, until something is known of every clause.
    wanted = {part.cid: part for part in version.text.parts}
    found: dict[str, Mark] = {}
    parts: dict[bytes, dict[str, Part]] = {version.statement: wanted}
    told: set[bytes] = set()  # versions of whose every clause something is known
    taken: Trie[Stance] = talks.stances.get(party, Trie())
    for _, stance in reversed(list(taken.items())):
        about = talks.versions.get(stance.version)
        if stance.statement in talks.recalled or about is None or about.statement in told:
            continue
        if about.document != version.document:
            continue
        if about.statement not in parts:
            parts[about.statement] = {part.cid: part for part in about.text.parts}
        then = parts[about.statement]
        named = then if stance.others else stance.values
        for cid in named:
            if cid in wanted and cid not in found and cid in then:
                found[cid] = _mark(stance, then[cid], wanted[cid])
        if stance.others:
            told.add(about.statement)
        if len(found) == len(wanted):
            break
    return {cid: found.get(cid, Mark(NONE)) for cid in wanted}


def _mark(stance: Stance, then: Part, now: Part) -> Mark:
    said = stance.on(now.cid)
    if then.words == now.words:
        return Mark(said, said, stance)
    return Mark(CONFIRM if said in AGREEING else NONE, said, stance)


def states(
    state: State, talks: Negotiation, version: Version, *, frozen: bool = False
) -> dict[str, ClauseState]:
    """Return the state of every clause of *version*, in the order of the text.

    Args:
        state: The state of the channel.
        talks: The negotiation.
        version: A version of it.
        frozen: Both parties have initialled this version.
    """
    rows = matrix(state, talks, version)
    return dict.fromkeys(rows, "frozen") if frozen else _states(state, talks, version, rows)


def _states(
    state: State, talks: Negotiation, version: Version, rows: Mapping[str, Row]
) -> dict[str, ClauseState]:
    parts = {part.cid: part for part in version.text.parts}
    found = {cid: _clause_state(state, parts[cid], row) for cid, row in rows.items()}
    held = _tied_down(state, talks, {cid for cid in found if found[cid] in _CLOSED})
    return {cid: "tied" if cid in held else each for cid, each in found.items()}


_CLOSED: Final = frozenset({"agreed", "agreed_ad_ref"})


def _clause_state(state: State, part: Part, row: Row) -> ClauseState:
    if _is_bracketed(part, state.parties):
        return "bracketed"
    values = {mark.value for mark in row.values()}
    if values & {"reserve", "reject"}:
        return "reserved"
    if values == {AGREE}:
        return "agreed"
    if values <= AGREEING:
        return "agreed_ad_ref"
    return "untouched" if all(mark.stance is None for mark in row.values()) else "open"


def _is_bracketed(part: Part, codes: tuple[str, ...]) -> bool:
    try:
        return any(marks.parse(words, codes) for words in part.words.values())
    except MalformedError:
        return True


def is_tied(state: State, talks: Negotiation, package: Package) -> bool:
    """Tell whether both parties tied *package*, and have not untied it."""
    return is_agreed(state, talks, package.statement) and not is_agreed(
        state, talks, package.untying
    )


def _tied_down(state: State, talks: Negotiation, closed: set[str]) -> set[str]:
    # Clauses that both agree to, and that wait for others of their package: and so on.
    packages = [
        set(package.content.cids)
        for _, package in talks.packages.items()
        if is_tied(state, talks, package)
    ]
    counting = set(closed)
    while True:
        waiting = {cid for cids in packages if not cids <= counting for cid in cids & counting}
        if not waiting:
            return closed - counting
        counting -= waiting


def open_positions(state: State, talks: Negotiation, version: Version) -> dict[str, Row]:
    """Return the clauses on which not every party agrees for good to these very words."""
    rows = matrix(state, talks, version)
    settled = _states(state, talks, version, rows)
    return {cid: row for cid, row in rows.items() if settled[cid] != "agreed"}


def agreed_before(state: State, talks: Negotiation, version: Version) -> dict[str, Row]:
    """Return the clauses that all parties had agreed to, in words that have changed since."""
    return {
        cid: row
        for cid, row in matrix(state, talks, version).items()
        if all(mark.said in AGREEING for mark in row.values())
        and any(mark.value == CONFIRM for mark in row.values())
    }
