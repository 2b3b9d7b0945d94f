"""SPEC 6.1 and 6.2, against published roots and against a slow tree written from the RFC."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paraph.protocol.errors import ForgedError, MisuseError
from paraph.protocol.tree import (
    EMPTY_ROOT,
    Tree,
    leaf_hash,
    node_hash,
    verify_consistency,
    verify_inclusion,
)

ENTRIES = [
    bytes.fromhex(entry)
    for entry in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
MOST = 130
LEAVES = [leaf_hash(bytes([number])) for number in range(MOST)]
TREE = Tree(LEAVES)
JUNK = hashlib.sha256(b"junk").digest()


# The slow tree: the recursive definitions of RFC 6962, section 2.1, word for word.
def slow_root(leaves: Sequence[bytes]) -> bytes:
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    middle = slow_split(len(leaves))
    left, right = slow_root(leaves[:middle]), slow_root(leaves[middle:])
    return hashlib.sha256(b"\x01" + left + right).digest()


def slow_split(count: int) -> int:
    middle = 1
    while 2 * middle < count:
        middle *= 2
    return middle


def slow_path(index: int, leaves: Sequence[bytes]) -> tuple[bytes, ...]:
    if len(leaves) == 1:
        return ()
    middle = slow_split(len(leaves))
    if index < middle:
        return (*slow_path(index, leaves[:middle]), slow_root(leaves[middle:]))
    return (*slow_path(index - middle, leaves[middle:]), slow_root(leaves[:middle]))


def slow_subproof(old: int, leaves: Sequence[bytes], *, known: bool) -> tuple[bytes, ...]:
    if old == len(leaves):
        return () if known else (slow_root(leaves),)
    middle = slow_split(len(leaves))
    if old <= middle:
        return (*slow_subproof(old, leaves[:middle], known=known), slow_root(leaves[middle:]))
    rest = slow_subproof(old - middle, leaves[middle:], known=False)
    return (*rest, slow_root(leaves[:middle]))


def included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    try:
        verify_inclusion(leaf, index, size, proof, root)
    except ForgedError:
        return False
    return True


def consistent(old: int, new: int, first: bytes, second: bytes, proof: Sequence[bytes]) -> bool:
    try:
        verify_consistency(old, new, first, second, proof)
    except ForgedError:
        return False
    return True


def flipped(digest: bytes, bit: int = 0) -> bytes:
    return (int.from_bytes(digest, "big") ^ 1 << bit).to_bytes(32, "big")


def damaged(proof: Sequence[bytes]) -> list[Sequence[bytes]]:
    """Return *proof* with a hash changed, left out, cut, repeated, swapped, or one too many."""
    out: list[Sequence[bytes]] = [[*proof, JUNK], [JUNK, *proof]]
    for at, digest in enumerate(proof):
        others: tuple[list[bytes], ...]
        others = ([flipped(digest)], [], [digest[:-1]], [digest + b"\x00"], [digest, digest])
        out.extend([*proof[:at], *other, *proof[at + 1 :]] for other in others)
        if at and proof[at - 1] != digest:
            out.append([*proof[: at - 1], digest, proof[at - 1], *proof[at + 1 :]])
    return out


@pytest.mark.parametrize("size", range(len(ROOTS)))
def test_published_roots(size: int) -> None:
    tree = Tree()
    for entry in ENTRIES[:size]:
        tree.append(leaf_hash(entry))
    assert tree.root().hex() == ROOTS[size]
    assert tree.size == size


def test_a_leaf_never_passes_for_a_node() -> None:
    left, right = LEAVES[:2]
    assert leaf_hash(left + right) != node_hash(left, right)
    assert leaf_hash(b"") == hashlib.sha256(b"\x00").digest()


@pytest.mark.parametrize("size", range(MOST + 1))
def test_every_root_and_proof_is_that_of_the_slow_tree(size: int) -> None:
    leaves = LEAVES[:size]
    root = slow_root(leaves)
    assert Tree(leaves).root() == TREE.root(size) == root
    for index in range(size):
        path = TREE.inclusion(index, size)
        assert path == slow_path(index, leaves)
        verify_inclusion(leaves[index], index, size, path, root)
    for old in range(size + 1):
        proof = TREE.consistency(old, size)
        assert proof == (slow_subproof(old, leaves, known=True) if old else ())
        verify_consistency(old, size, TREE.root(old), root, proof)


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 7, 8, 9, 13, 31, 32, 33, 64, 100, MOST])
def test_a_damaged_inclusion_proof_is_forged(size: int) -> None:
    root = TREE.root(size)
    for index in range(size):
        leaf, proof = LEAVES[index], TREE.inclusion(index, size)
        assert included(leaf, index, size, proof, root)
        assert not included(flipped(leaf), index, size, proof, root)
        assert not included(leaf, index, size, proof, flipped(root, 255))
        assert not any(included(leaf, index, size, other, root) for other in damaged(proof))
        for other in {index - 1, index + 1, index ^ 1, index ^ 2, size - 1} - {index}:
            if 0 <= other < size:
                assert not included(leaf, other, size, proof, root)


@pytest.mark.parametrize("new", [2, 3, 4, 5, 7, 8, 9, 13, 31, 32, 33, 64, 100, MOST])
def test_a_damaged_consistency_proof_is_forged(new: int) -> None:
    second = TREE.root(new)
    for old in range(1, new):
        first, proof = TREE.root(old), TREE.consistency(old, new)
        assert consistent(old, new, first, second, proof)
        assert not consistent(old, new, flipped(first), second, proof)
        assert not consistent(old, new, first, flipped(second), proof)
        assert not consistent(old, new, second, first, proof)
        assert not consistent(new, old, first, second, proof)
        assert not consistent(old, new, first, second, ())
        assert not any(consistent(old, new, first, second, other) for other in damaged(proof))


@pytest.mark.parametrize("bit", range(256))
def test_every_bit_of_every_hash_counts(bit: int) -> None:
    leaf, path, root = LEAVES[5], TREE.inclusion(5, 13), TREE.root(13)
    old_root, proof = TREE.root(6), TREE.consistency(6, 13)
    assert not included(flipped(leaf, bit), 5, 13, path, root)
    assert not included(leaf, 5, 13, path, flipped(root, bit))
    assert not consistent(6, 13, flipped(old_root, bit), root, proof)
    assert not consistent(6, 13, old_root, flipped(root, bit), proof)
    for at in range(len(path)):
        other = [*path[:at], flipped(path[at], bit), *path[at + 1 :]]
        assert not included(leaf, 5, 13, other, root)
    for at in range(len(proof)):
        other = [*proof[:at], flipped(proof[at], bit), *proof[at + 1 :]]
        assert not consistent(6, 13, old_root, root, other)


def test_empty_texts_in_the_place_of_hashes_are_forged() -> None:
    with pytest.raises(ForgedError, match="32 bytes"):
        verify_inclusion(b"", 0, 1, (), b"")
    with pytest.raises(ForgedError, match="32 bytes"):
        verify_consistency(1, 1, b"fifteen bytes..", b"fifteen bytes..", ())
    with pytest.raises(ForgedError, match="32 bytes"):
        verify_consistency(0, 0, b"", b"", ())


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_hash_one_byte_off_is_forged(length: int) -> None:
    wrong = bytes(length)
    right = LEAVES[0]
    root = node_hash(right, right)
    verify_inclusion(right, 0, 2, [right], root)  # the positive control
    for leaf, sibling, top in ((wrong, right, root), (right, wrong, root), (right, right, wrong)):
        assert not included(leaf, 0, 2, [sibling], top)
    for first, second, step in ((wrong, root, right), (right, wrong, right), (right, root, wrong)):
        assert not consistent(1, 2, first, second, [step])


@pytest.mark.parametrize(
    ("index", "size"), [(0, 0), (1, 1), (2, 1), (-1, 1), (7, 7), (0, -1), (2**63, 2**63)]
)
def test_an_index_outside_the_tree_is_misuse(index: int, size: int) -> None:
    with pytest.raises(MisuseError, match="expected an index"):
        verify_inclusion(JUNK, index, size, (), JUNK)


def test_one_leaf_needs_no_proof() -> None:
    verify_inclusion(LEAVES[0], 0, 1, (), LEAVES[0])
    assert not included(LEAVES[0], 0, 1, [JUNK], LEAVES[0])
    assert not included(LEAVES[0], 0, 1, (), JUNK)
    assert not included(LEAVES[0], 0, 2, (), LEAVES[0])


def test_a_proof_that_goes_on_above_the_root_is_forged() -> None:
    for size in (1, 2, 3, 7, 8):
        above = node_hash(JUNK, TREE.root(size))
        for index in range(size):
            proof = [*TREE.inclusion(index, size), JUNK]
            assert not included(LEAVES[index], index, size, proof, above)
        for old in range(1, size):
            proof = [*TREE.consistency(old, size), JUNK]
            first = node_hash(JUNK, TREE.root(old))
            assert not consistent(old, size, first, above, proof)
            assert not consistent(old, size, TREE.root(old), above, proof)


def test_the_last_leaf_of_an_odd_row_skips_the_rows_without_sibling() -> None:
    for size, hashes in ((3, 1), (5, 1), (9, 1), (7, 2), (129, 1), (130, 2)):
        path = TREE.inclusion(size - 1, size)
        assert len(path) == hashes
        verify_inclusion(LEAVES[size - 1], size - 1, size, path, TREE.root(size))


def test_size_zero_is_the_beginning_of_every_tree_and_needs_an_empty_proof() -> None:
    for new in (0, 1, 2, 3, 8):
        verify_consistency(0, new, EMPTY_ROOT, TREE.root(new), ())
        assert not consistent(0, new, JUNK, TREE.root(new), ())
        assert not consistent(0, new, EMPTY_ROOT, TREE.root(new), [JUNK])
    assert not consistent(0, 0, EMPTY_ROOT, JUNK, ())


def test_equal_sizes_need_equal_roots_and_an_empty_proof() -> None:
    for size in (1, 2, 7, 8):
        root = TREE.root(size)
        verify_consistency(size, size, root, root, ())
        assert not consistent(size, size, root, JUNK, ())
        assert not consistent(size, size, root, root, [root])


def test_a_tree_that_shrank_is_forged_and_a_negative_size_is_misuse() -> None:
    assert not consistent(2, 1, TREE.root(2), TREE.root(1), ())
    assert not consistent(1, 0, TREE.root(1), EMPTY_ROOT, ())
    assert not consistent(3, 1, JUNK, JUNK, [JUNK]), "one hash would be all three"
    for old, new in ((-1, 1), (1, -1)):
        with pytest.raises(MisuseError, match="not negative"):
            verify_consistency(old, new, JUNK, JUNK, ())


def test_a_head_of_overstated_size_is_forged() -> None:
    for old, new, stated in ((3, 4, 8), (3, 4, 5), (2, 3, 5), (5, 7, 16), (6, 8, 9)):
        first, second, proof = TREE.root(old), TREE.root(new), TREE.consistency(old, new)
        assert consistent(old, new, first, second, proof)
        assert not consistent(old, stated, first, second, proof)
    for index, size, stated in ((0, 1, 2), (0, 2, 3), (1, 4, 8), (3, 4, 5)):
        leaf, path, root = LEAVES[index], TREE.inclusion(index, size), TREE.root(size)
        assert included(leaf, index, size, path, root)
        assert not included(leaf, index, stated, path, root)


def test_an_old_root_in_the_proof_of_a_power_of_two_is_one_hash_too_many() -> None:
    proof = TREE.consistency(4, 7)
    assert len(proof) == 1
    assert consistent(4, 7, TREE.root(4), TREE.root(7), proof)
    assert not consistent(4, 7, TREE.root(4), TREE.root(7), [TREE.root(4), *proof])


def test_a_proof_of_63_hashes_is_walked_and_one_more_is_not() -> None:
    path = [bytes([number]) * 32 for number in range(63)]
    root = bytes(LEAVES[0])
    for sibling in path:
        root = node_hash(root, sibling)
    verify_inclusion(LEAVES[0], 0, 2**63, path, root)
    assert not included(LEAVES[0], 0, 2**63, [*path, JUNK], node_hash(root, JUNK))
    assert not included(LEAVES[0], 0, 2**63, path[:-1], root)


@pytest.mark.parametrize("size", range(18))
@pytest.mark.parametrize("batch", [0, 1, 2, 3, 5, 8, 17, 40])
def test_a_batch_gives_the_root_that_single_leaves_give(size: int, batch: int) -> None:
    tree, one_by_one = Tree(LEAVES[:size]), Tree()
    for leaf in LEAVES[: size + batch]:
        one_by_one.append(leaf)
    added = LEAVES[size : size + batch]
    assert tree.root() == one_by_one.root(size)
    tree.append_many(iter(added))
    assert tree.root() == one_by_one.root()
    assert [tree.inclusion(i) for i in range(size + batch)] == [
        one_by_one.inclusion(i) for i in range(size + batch)
    ]


def test_what_is_remembered_of_past_sizes_is_bounded_and_stays_right() -> None:
    leaves = [leaf_hash(b"%d" % number) for number in range(1_500)]
    tree = Tree(leaves)
    for _ in range(2):
        for size in range(1_400, 1_500):
            assert tree.root(size) == Tree(leaves[:size]).root()
            assert tree.inclusion(7, size) == Tree(leaves[:size]).inclusion(7)
    for size in range(1, 1_500):
        tree.root(size)
    assert len(tree._ranges) <= 1024  # noqa: SLF001


@given(st.lists(st.integers(0, 40), max_size=8))
def test_any_mixture_of_single_leaves_and_batches_gives_one_tree(counts: list[int]) -> None:
    tree = Tree()
    numbers = itertools.count()
    leaves: list[bytes] = []
    for count in counts:
        added = [leaf_hash(b"%d" % next(numbers)) for _ in range(count)]
        leaves += added
        if count % 2:
            for leaf in added:
                tree.append(leaf)
        else:
            tree.append_many(added)
    assert tree.root() == slow_root(leaves)
    assert tree.size == len(leaves)


def test_a_leaf_hash_of_another_length_is_misuse_and_adds_nothing() -> None:
    tree = Tree(LEAVES[:3])
    for wrong in (b"", bytes(31), bytes(33)):
        with pytest.raises(MisuseError, match="32 bytes"):
            tree.append(wrong)
        with pytest.raises(MisuseError, match="32 bytes"):
            tree.append_many([LEAVES[3], wrong])
    assert tree.root() == TREE.root(3)
    assert tree.size == 3


def test_what_the_tree_does_not_have_is_misuse() -> None:
    tree = Tree(LEAVES[:5])
    assert tree.leaf(4) == LEAVES[4]
    for index in (-1, 5):
        with pytest.raises(MisuseError, match="index"):
            tree.leaf(index)
        with pytest.raises(MisuseError, match="index"):
            tree.inclusion(index)
    for size in (-1, 6):
        with pytest.raises(MisuseError, match="size"):
            tree.root(size)
        with pytest.raises(MisuseError, match="size"):
            tree.consistency(0, size)
        with pytest.raises(MisuseError, match="old size"):
            tree.consistency(size)
    with pytest.raises(MisuseError, match="index"):
        tree.inclusion(3, 3)
    with pytest.raises(MisuseError, match="old size"):
        tree.consistency(4, 3)


def test_subtrees_are_aligned_ranges_of_the_tree() -> None:
    assert TREE.subtree_root(0, MOST) == TREE.root()
    assert TREE.subtree_root(8, 13) == slow_root(LEAVES[8:13])
    assert TREE.subtree_root(6, 8) == node_hash(LEAVES[6], LEAVES[7])
    assert TREE.subtree_root(5, 6) == LEAVES[5]
    assert TREE.subtree_root(5, 5) == EMPTY_ROOT
    for start, end in ((2, 6), (5, 13), (1, 7), (7, 9), (5, 3), (-1, 3), (0, MOST + 1)):
        with pytest.raises(MisuseError, match="subtree"):
            TREE.subtree_root(start, end)


def test_a_span_has_complete_subtrees_only() -> None:
    assert TREE.span(0, 3, 5) == LEAVES[3] + LEAVES[4]
    assert TREE.span(2, 1, 2) == slow_root(LEAVES[4:8])
    assert TREE.span(7, 0, 1) == TREE.root(128)
    assert TREE.span(3, 2, 2) == b""
    for height, start, stop in ((7, 0, 2), (8, 0, 1), (-1, 0, 1), (0, -1, 1), (0, 2, 1)):
        with pytest.raises(MisuseError, match="complete"):
            TREE.span(height, start, stop)
