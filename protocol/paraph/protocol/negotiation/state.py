"""The state of the negotiations in a channel, as values (SPEC 7.5). Made by the fold alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from paraph.protocol.names import ZERO
from paraph.protocol.negotiation.text import Text
from paraph.protocol.negotiation.trie import Trie
from paraph.protocol.statements.exchanges import CommentMade, DispatchSent
from paraph.protocol.statements.versions import NegotiationOpened, VersionTabled


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a statement.

    Attributes:
        status: Applied, or kept as said and not applied.
        code: Why it was refused, kebab-case; empty if it was not.
        detail: The same for people; names the clause where there is one.
    """

    status: Literal["applied", "refused"]
    code: str = ""
    detail: str = ""


APPLIED: Final = Outcome("applied")


@dataclass(frozen=True, slots=True)
class Entry:
    """A sealed statement as placed, whatever became of it."""

    statement: bytes
    index: int
    kind: str
    party: str
    role: str
    negotiation: bytes
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the text.

    Attributes:
        number: 1, 2, 3 ... in the order of the log.
        text: The text, as this side computed it.
        digests: Digest of the text by language.
        confirmed: Index of the confirmation by party.
    """

    statement: bytes
    index: int
    party: str
    number: int
    content: VersionTabled
    text: Text
    digests: Mapping[str, bytes]
    confirmed: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment or a reply.

    Attributes:
        number: 1, 2, 3 ... in the order of the log; replies are not numbered (0).
        thread: Statement id of the comment that the thread began with.
        ambiguous: The quote stands more than once: shown as such, never placed by guess.
        replies: Statement ids, in order; only where the thread begins.
        closed_by: Statement id of the comment that closed the thread; zeros while it is open.
    """

    statement: bytes
    index: int
    party: str
    role: str
    number: int
    content: CommentMade
    thread: bytes
    ambiguous: bool
    replies: tuple[bytes, ...] = ()
    closed_by: bytes = ZERO


@dataclass(frozen=True, slots=True)
class Dispatch:
    """A dispatch; its number is the next of its author's series."""

    statement: bytes
    index: int
    party: str
    content: DispatchSent


@dataclass(frozen=True, slots=True)
class Receipt:
    """How far a statement has come with one party.

    Attributes:
        rung: The highest rung said with ``ok``; empty if none.
        index: Index of the acknowledgement that reached it.
        outcome: What the last acknowledgement said: ok, cannot_open, not_taken.
        reason: Its reason.
    """

    rung: str
    index: int
    outcome: str
    reason: str


@dataclass(frozen=True, slots=True)
class Negotiation:
    """Everything said in one negotiation.

    Attributes:
        opened: The record that opened it; nothing where it was opened in another channel.
        heads: Versions that no other has for a parent; two or more are a fork.
        numbers: Last dispatch number by author: a party's code, or ``joint``.
        comments_counted: Last comment number.
    """

    identity: bytes
    opened: NegotiationOpened | None = None
    versions: Trie[Version] = field(default_factory=Trie)
    heads: tuple[bytes, ...] = ()
    comments: Trie[Comment] = field(default_factory=Trie)
    comments_counted: int = 0
    dispatches: Trie[Dispatch] = field(default_factory=Trie)
    numbers: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class State:
    """What both sides know after the statements below ``size``.

    Attributes:
        parties: Codes of the channel's parties; one in an internal channel.
        languages: Working languages of the texts, ascending.
        size: One more than the index of the last statement folded.
        negotiations: By negotiation id.
        entries: Every sealed statement, by statement id.
        receipts: By statement id, then by the party that acknowledged.
    """

    parties: tuple[str, ...]
    languages: tuple[str, ...]
    size: int = 0
    negotiations: Trie[Negotiation] = field(default_factory=Trie)
    entries: Trie[Entry] = field(default_factory=Trie)
    receipts: Trie[Mapping[str, Receipt]] = field(default_factory=Trie)

    @property
    def internal(self) -> bool:
        """Whether this is the internal channel of one party."""
        return len(self.parties) == 1


def begin(parties: tuple[str, ...], languages: tuple[str, ...]) -> State:
    """Return the state of a channel in which nothing has been said.

    Args:
        parties: Codes, as in the charter.
        languages: Languages of the texts, as in the charter, in any order.
    """
    return State(parties=tuple(sorted(parties)), languages=tuple(sorted(set(languages))))


def heads(state: State) -> dict[bytes, tuple[bytes, ...]]:
    """Return the heads of each negotiation: statement ids, in the order of the log."""
    return {identity: each.heads for identity, each in state.negotiations.items()}


def next_number(state: State, negotiation: bytes, author: str) -> int:
    """Return the number that the next dispatch of *author*, a party or ``joint``, must carry."""
    talks = state.negotiations.get(negotiation)
    return talks.numbers.get(author, 0) + 1 if talks else 1


def rung(state: State, statement: bytes, party: str) -> str:
    """Return the highest rung that *statement* has reached with *party*; empty if none."""
    receipt = (state.receipts.get(statement) or {}).get(party)
    return receipt.rung if receipt else ""
