"""The clause ids that a line of the text has ever had (SPEC 7.2).

Every version keeps them, and each may add some: so a version shares them with the one before it,
as the maps of the state do. Copied, they would take room in the square of what was said.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from paraph.protocol.negotiation.trie import Trie


@dataclass(frozen=True, slots=True, eq=False)
class Ids(AbstractSet[str]):
    """An immutable set of clause ids; :meth:`put` gives another."""

    by_hash: Trie[str] = field(default_factory=Trie)

    def __contains__(self, cid: object) -> bool:
        return isinstance(cid, str) and _key(cid) in self.by_hash

    def __iter__(self) -> Iterator[str]:
        return (cid for _, cid in self.by_hash.items())

    def __len__(self) -> int:
        return len(self.by_hash)

    def put(self, cid: str) -> Ids:
        """Return these ids and *cid*."""
        return Ids(self.by_hash.put(_key(cid), cid))

    def joined(self, other: Ids) -> Ids:
        """Return these ids and those of *other*."""
        found = self
        for cid in other if other.by_hash is not self.by_hash else ():
            found = found if cid in found else found.put(cid)
        return found


def _key(cid: str) -> bytes:
    return hashlib.sha256(cid.encode()).digest()
