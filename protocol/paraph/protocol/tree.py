"""The Merkle tree of a channel's log, and the two proofs over it (SPEC 6.1, 6.2).

The rules, all of them:

- Leaves and nodes are hashed under different first bytes, so no leaf can pass for a node.
- A tree of n > 1 leaves splits at the largest power of two *below* n. Full subtrees therefore
  never change once they are complete; :class:`Tree` keeps exactly those, one row a height, and
  recomputes the few others along the right edge.
- A proof has one length. A hash too many or too few, or one that is not 32 bytes, fails.
- ``verify_*`` answers by raising, never by a value that could be overlooked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Final

from paraph.protocol.errors import ForgedError, MisuseError
from paraph.protocol.hashing import sha256
from paraph.protocol.names import Digest

EMPTY_ROOT: Final = Digest(hashlib.sha256(b"").digest())
"""Root of the tree without leaves: SHA-256 of nothing."""
DIGEST_BYTES: Final = 32
MAX_PROOF_HASHES: Final = 63
"""No tree of fewer than 2^63 leaves needs more; tlog-witness has the same bound."""

_MOST_RANGES: Final = 1024
"""Incomplete ranges remembered: those of a few dozen sizes."""

_sha256 = hashlib.sha256


def leaf_hash(entry: bytes) -> Digest:
    """Return the leaf hash of *entry*: SHA-256 of 0x00 and its bytes (SPEC 6.1)."""
    return sha256(entry, b"\x00")


def node_hash(left: bytes, right: bytes) -> Digest:
    """Return the hash of the node over *left* and *right*: SHA-256 of 0x01 and both (SPEC 6.1)."""
    return Digest(_sha256(b"\x01" + left + right).digest())


class Tree:
    """An append-only tree that answers for every size it ever had (SPEC 6.1).

    64 bytes a leaf in memory. Appending costs one hash on average; a root, past or present, and
    a proof cost a few dozen the first time: what lies over an incomplete range never changes, so
    it is remembered for the next root or proof of the same size.

    Args:
        leaves: Leaf hashes to begin with.

    Example:
        >>> tree = Tree([leaf_hash(b"first"), leaf_hash(b"second")])
        >>> verify_inclusion(tree.leaf(1), 1, 2, tree.inclusion(1), tree.root())
    """

    __slots__ = ("_ranges", "_rows")

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        self._rows = [bytearray()]  # at height h: the roots of all full subtrees of 2^h leaves
        self._ranges: dict[tuple[int, int], Digest] = {}
        self.append_many(leaves)

    @property
    def size(self) -> int:
        """How many leaves the tree has."""
        return len(self._rows[0]) >> 5

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash at index ``size``.

        Raises:
            MisuseError: *leaf* is not 32 bytes; nothing was added.
        """
        if len(leaf) != DIGEST_BYTES:
            raise MisuseError("expected a leaf hash of 32 bytes")
        rows = self._rows
        row = rows[0]
        row += leaf
        count = len(row) >> 5
        height = 0
        while not count & 1:  # an even count: the last two have just become a full subtree
            node = _sha256(b"\x01" + row[-64:]).digest()
            height += 1
            if height == len(rows):
                rows.append(bytearray())
            row = rows[height]
            row += node
            count >>= 1

    def append_many(self, leaves: Iterable[bytes]) -> None:
        """Add leaf hashes in order; the same as ``append`` for each, and faster.

        Raises:
            MisuseError: One of them is not 32 bytes; nothing was added.
        """
        rows = self._rows
        rows[0] += _joined(leaves)
        height = 0
        while True:
            row = rows[height]
            height += 1
            if height == len(rows):
                if len(row) < 64:
                    return
                rows.append(bytearray())
            above = rows[height]
            begin, end = 2 * len(above), len(row) & ~63
            if begin == end:
                return
            above += b"".join(
                [_sha256(b"\x01" + row[at : at + 64]).digest() for at in range(begin, end, 64)]
            )

    def leaf(self, index: int) -> Digest:
        """Return the leaf hash at *index*.

        Raises:
            MisuseError: The tree has no such leaf.
        """
        if not 0 <= index < self.size:
            raise MisuseError(f"expected an index in [0, {self.size})")
        return self._node(0, index)

    def root(self, size: int | None = None) -> Digest:
        """Return the root of the first *size* leaves; of all of them without an argument.

        Raises:
            MisuseError: The tree never had this size.
        """
        return self._hash(0, self._past(size))

    def subtree_root(self, start: int, end: int) -> Digest:
        """Return the root over the leaves in [*start*, *end*), itself part of the tree.

        Raises:
            MisuseError: No range of this tree, or *start* is not a multiple of the smallest
                power of two that is at least ``end - start``.
        """
        aligned_to = 1 << max(end - start - 1, 0).bit_length()
        if not 0 <= start <= end <= self.size or start % aligned_to:
            raise MisuseError("expected the bounds of a subtree")
        return self._hash(start, end)

    def span(self, height: int, start: int, stop: int) -> bytes:
        """Return the roots of the full subtrees of 2^*height* leaves, from *start* to *stop*.

        Returns:
            ``32 * (stop - start)`` bytes.

        Raises:
            MisuseError: Not all of these subtrees are complete.
        """
        row = self._rows[height] if 0 <= height < len(self._rows) else b""
        if not 0 <= start <= stop <= len(row) >> 5:
            raise MisuseError("expected subtrees that are complete")
        return bytes(row[start << 5 : stop << 5])

    def inclusion(self, index: int, size: int | None = None) -> tuple[Digest, ...]:
        """Prove that the leaf at *index* is in the tree of *size* leaves (SPEC 6.2).

        Returns:
            Sibling hashes, leaf side first.

        Raises:
            MisuseError: The tree never had this size, or *index* is not below it.
        """
        end = self._past(size)
        if not 0 <= index < end:
            raise MisuseError(f"expected an index in [0, {end})")
        path: list[Digest] = []
        # From the leaf upwards: the sibling is a full subtree, or what is there of one, or it
        # begins behind the end and the node itself moves up.
        for height, row in enumerate(self._rows):
            at = (index >> height) ^ 1
            if (at + 1) << height <= end:
                path.append(Digest(bytes(row[at << 5 : (at + 1) << 5])))
            elif at << height < end:
                path.append(self._hash(at << height, end))
        return tuple(path)

    def consistency(self, old: int, new: int | None = None) -> tuple[Digest, ...]:
        """Prove that the first *old* leaves stand unchanged in the tree of *new* (SPEC 6.2).

        Returns:
            Hashes, leaf side first; none if *old* is 0 or equals *new*.

        Raises:
            MisuseError: The tree never had these sizes, or *old* is above *new*.
        """
        low, high = 0, self._past(new)
        if not 0 <= old <= high:
            raise MisuseError(f"expected an old size in [0, {high}]")
        if old == 0:
            return ()
        path: list[Digest] = []
        while old != high:
            middle = _middle(low, high)
            if old <= middle:
                path.append(self._hash(middle, high))
                high = middle
            else:
                path.append(self._hash(low, middle))
                low = middle
        if low:  # otherwise the last subtree is the old root, which the verifier has
            path.append(self._hash(low, high))
        return tuple(reversed(path))

    def _past(self, size: int | None) -> int:
        if size is None:
            return self.size
        if not 0 <= size <= self.size:
            raise MisuseError(f"expected a size in [0, {self.size}]")
        return size

    def _node(self, height: int, index: int) -> Digest:
        return Digest(bytes(self._rows[height][index << 5 : (index + 1) << 5]))

    def _hash(self, start: int, end: int) -> Digest:
        # The range falls into full subtrees, one for each bit of its length, smallest at the right.
        rest = end - start
        if not rest:
            return EMPTY_ROOT
        height = (rest & -rest).bit_length() - 1
        if rest == 1 << height:
            return self._node(height, start >> height)
        known = self._ranges.get((start, end))
        if known is not None:
            return known
        root, at = self._node(height, (end >> height) - 1), end
        while at - start > 1 << height:
            at -= 1 << height
            rest = at - start
            height = (rest & -rest).bit_length() - 1
            root = node_hash(self._node(height, (at >> height) - 1), root)
        if len(self._ranges) == _MOST_RANGES:
            self._ranges.clear()
        self._ranges[start, end] = root
        return root


def _joined(leaves: Iterable[bytes]) -> bytes:
    listed = list(leaves)
    if any(len(leaf) != DIGEST_BYTES for leaf in listed):
        raise MisuseError("expected leaf hashes of 32 bytes")
    return b"".join(listed)


def _middle(low: int, high: int) -> int:
    return low + (1 << (high - low - 1).bit_length() - 1)


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> None:
    """Check that *leaf* stands at *index* in the tree of *size* leaves under *root*.

    Pure. Accepts exactly the proof of SPEC 6.2 (RFC 9162, 2.1.3.2); a longer or shorter one
    fails.

    Args:
        leaf: Leaf hash, 32 bytes, already domain-separated (SPEC 6.1).
        index: Zero-based, ``0 <= index < size``.
        size: Size of a *verified* checkpoint.
        proof: Sibling hashes, 32 bytes each, leaf side first.
        root: Root of the same checkpoint, 32 bytes.

    Raises:
        ForgedError: The proof does not lead to *root*, or a hash is not 32 bytes.
        MisuseError: *index* is not in [0, *size*).
    """
    if not 0 <= index < size:
        raise MisuseError(f"expected an index in [0, {size})")
    _check_lengths((leaf, root), proof)
    at, last, computed = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise ForgedError("expected a shorter inclusion proof")
        if at & 1 or at == last:
            computed = node_hash(sibling, computed)
            while not at & 1 and at:  # levels where this node, last in its row, has no sibling
                at >>= 1
                last >>= 1
        else:
            computed = node_hash(computed, sibling)
        at >>= 1
        last >>= 1
    if last or computed != root:
        raise ForgedError("expected an inclusion proof that leads to the root")


def verify_consistency(
    old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """Check that the tree of *new* leaves begins with the tree of *old* leaves.

    Pure. Accepts exactly the proof of SPEC 6.2 (RFC 9162, 2.1.4.2). Equal sizes need equal roots
    and an empty proof. The tree of size 0 is the beginning of every tree: its root must be
    ``EMPTY_ROOT`` and the proof empty.

    Args:
        old: Size of the older checkpoint.
        new: Size of the newer one.
        old_root: Root of the older one, 32 bytes.
        new_root: Root of the newer one, 32 bytes.
        proof: Hashes, 32 bytes each, leaf side first.

    Raises:
        ForgedError: The newer tree is smaller, or the proof does not lead to both roots, or a
            hash is not 32 bytes.
        MisuseError: A size is negative.
    """
    if old < 0 or new < 0:
        raise MisuseError("expected sizes that are not negative")
    _check_lengths((old_root, new_root), proof)
    if old > new:
        raise ForgedError("expected a tree that did not shrink")
    if old in (0, new):
        _verify_without_proof(old, new, old_root, new_root, proof)
    elif (old_root, new_root) != _roots_of(old, new, old_root, proof):
        raise ForgedError("expected a consistency proof that leads to both roots")


def _verify_without_proof(
    old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> None:
    if proof:
        raise ForgedError("expected an empty consistency proof")
    if old == 0 and old_root != EMPTY_ROOT:
        raise ForgedError("expected the root of the empty tree")
    if old == new and old_root != new_root:
        raise ForgedError("expected equal roots for equal sizes")


def _roots_of(old: int, new: int, old_root: bytes, proof: Sequence[bytes]) -> tuple[bytes, bytes]:
    # Returns the two roots that a proof of the right length leads to, for 0 < old < new.
    hashes = list(proof)
    if not old & (old - 1):  # the old tree is itself a full subtree of the new one
        hashes.insert(0, old_root)
    if not proof:
        raise ForgedError("expected a consistency proof")
    at, last = old - 1, new - 1
    while at & 1:
        at >>= 1
        last >>= 1
    computed_old = computed_new = hashes[0]
    for other in hashes[1:]:
        if last == 0:
            raise ForgedError("expected a shorter consistency proof")
        if at & 1 or at == last:
            computed_old = node_hash(other, computed_old)
            computed_new = node_hash(other, computed_new)
            while not at & 1 and at:
                at >>= 1
                last >>= 1
        else:
            computed_new = node_hash(computed_new, other)
        at >>= 1
        last >>= 1
    if last:
        raise ForgedError("expected a longer consistency proof")
    return computed_old, computed_new


def _check_lengths(known: Sequence[bytes], proof: Sequence[bytes]) -> None:
    # Without this, texts of other lengths pass for hashes wherever nothing is computed.
    if any(len(each) != DIGEST_BYTES for each in (*known, *proof)):
        raise ForgedError("expected hashes of 32 bytes")
