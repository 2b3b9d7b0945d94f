"""Full powers, and what was initialled, signed and noted, as values (SPEC 7.15-7.17)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from paraph.protocol.names import ZERO
from paraph.protocol.negotiation.state.said import Said
from paraph.protocol.negotiation.trie import Trie
from paraph.protocol.statements.conclusion import (
    AlternatSet,
    ConcludingAct,
    EffectNoted,
    EffectStated,
    EventNoted,
)
from paraph.protocol.statements.header import Wording


@dataclass(frozen=True, slots=True)
class Powers:
    """Full powers that a party showed for one person.

    Attributes:
        initial: The statement that showed them for initialling; zeros for none.
        sign: The statement that showed them for signing; zeros for none.
        capacity: The person's office, as shown last.
    """

    initial: bytes = ZERO
    sign: bytes = ZERO
    capacity: tuple[Wording, ...] = ()


@dataclass(frozen=True, slots=True)
class Act:
    """An initial or a signature that stands."""

    said: Said
    act: ConcludingAct


@dataclass(frozen=True, slots=True)
class Alternat:
    """An alternat that was set; it counts once both parties agree to it."""

    said: Said
    content: AlternatSet


@dataclass(frozen=True, slots=True)
class Effect:
    """When the text is to come into effect; it counts once both parties agree to it."""

    said: Said
    content: EffectStated


@dataclass(frozen=True, slots=True)
class Note:
    """A note by which effect begins, is suspended, resumed or ended."""

    said: Said
    content: EffectNoted


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, as somebody noted it."""

    said: Said
    content: EventNoted


@dataclass(frozen=True, slots=True)
class Conclusion:
    """Everything said about the conclusion of one negotiation.

    Attributes:
        powers: Full powers by holder, then by party.
        initials: Those that stand, in the order of the log, all on one version.
        signatures: Those that stand, in the order of the log.
        alternats: By statement id.
        effects: By statement id.
        notes: By statement id.
        changes: What the last note of a party did, by party.
        events: By statement id.
        stood_by: By the contested statement: who stands by it.
    """

    powers: Trie[Mapping[str, Powers]] = field(default_factory=Trie)
    initials: tuple[Act, ...] = ()
    signatures: tuple[Act, ...] = ()
    alternats: Trie[Alternat] = field(default_factory=Trie)
    effects: Trie[Effect] = field(default_factory=Trie)
    notes: Trie[Note] = field(default_factory=Trie)
    changes: Mapping[str, str] = field(default_factory=dict)
    events: Trie[Event] = field(default_factory=Trie)
    stood_by: Trie[Said] = field(default_factory=Trie)

    @property
    def is_frozen(self) -> bool:
        """Whether the text may no longer change: an initial or a signature stands."""
        return bool(self.initials or self.signatures)
