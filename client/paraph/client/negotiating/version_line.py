"""The line of versions: what each was made from, who sent it, how far it has come, what is left."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping

from paraph.client.channel.desk import Desk
from paraph.protocol.names import ZERO
from paraph.protocol.negotiation import ledger
from paraph.protocol.negotiation.state import Dispatch, Negotiation, State, Version
from paraph.protocol.statements.header import StatementMention


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """A version of the instrument in its line.

    Attributes:
        version: The version.
        parents: What it was made from.
        dispatch: Number of the dispatch that it went with, as USA-3; empty if it went alone.
        brackets: By language.
        placeholders: By language.
        rung: How far it has come: logged, held, or the rung of a receipt.
        is_final: Both parties' cosigners have covered it; nothing where there are none.
        is_head: No other stands on it.
        is_recalled: Its author took it back.
    """

    version: Version
    parents: tuple[Version, ...]
    dispatch: str
    brackets: Mapping[str, int]
    placeholders: Mapping[str, int]
    rung: str
    is_final: bool | None
    is_head: bool
    is_recalled: bool


def rows(desk: Desk, state: State, talks: Negotiation, final: int | None) -> Iterator[Row]:
    """Yield the versions of the instrument, newest first.

    Args:
        desk: Whose log.
        state: What it knows.
        talks: The negotiation.
        final: Index below which both parties' cosigners covered the log; nothing without any.
    """
    carried = _carried(talks)
    own = (each for _, each in talks.versions.items() if each.document == ZERO)
    for version in sorted(own, key=lambda each: -each.index):
        left = ledger.count(state, version)
        yield Row(
            version=version,
            parents=tuple(
                parent
                for each in version.content.parents
                if (parent := talks.versions.get(each)) is not None
            ),
            dispatch=carried.get(version.statement, ""),
            brackets=left.brackets,
            placeholders=left.placeholders,
            rung=desk.rung(version.index, version.statement),
            is_final=None if final is None else version.index < final,
            is_head=version.statement in talks.heads,
            is_recalled=version.statement in talks.recalled,
        )


def _carried(talks: Negotiation) -> dict[bytes, str]:
    # By statement, the first dispatch that it went with.
    found: dict[bytes, str] = {}
    every: list[Dispatch] = [each for _, each in talks.dispatches.items()]
    for each in sorted(every, key=lambda dispatch: dispatch.index):
        for mention in each.content.carries:
            if isinstance(mention, StatementMention):
                name = f"{each.content.author}-{each.content.number}"
                found.setdefault(mention.statement, name)
    return found
