"""Sealed statements of a state in the order of the log: sorted once, then asked by many views."""

from __future__ import annotations

import bisect
from collections.abc import Mapping, Sequence
from operator import attrgetter

from paraph.protocol.negotiation.kept import kept_by_identity
from paraph.protocol.negotiation.state import Entry, State
from paraph.protocol.negotiation.trie import Trie

_index = attrgetter("index")


def in_order(state: State) -> Sequence[Entry]:
    """Return every sealed statement of *state*, in the order of the log."""
    return _in_order(state.entries)


def of_kind(state: State, kind: str) -> Sequence[Entry]:
    """Return the statements of one kind, in the order of the log."""
    return _by_kind(state.entries).get(kind, ())


def at_index(state: State, index: int) -> Entry | None:
    """Return the statement at *index*; nothing where none is sealed there."""
    entries = in_order(state)
    place = bisect.bisect_left(entries, index, key=_index)
    found = entries[place] if place < len(entries) else None
    return found if found is not None and found.index == index else None


@kept_by_identity(4)
def _in_order(entries: Trie[Entry]) -> tuple[Entry, ...]:
    return tuple(sorted((each for _, each in entries.items()), key=_index))


@kept_by_identity(4)
def _by_kind(entries: Trie[Entry]) -> Mapping[str, Sequence[Entry]]:
    found: dict[str, list[Entry]] = {}
    for each in _in_order(entries):
        found.setdefault(each.kind, []).append(each)
    return found
