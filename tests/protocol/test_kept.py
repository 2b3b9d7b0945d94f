"""What was computed of a value that never changes: kept, and let go of when a desk locks."""

from __future__ import annotations

import dataclasses
import enum

from paraph.protocol.negotiation import kept
from paraph.protocol.negotiation.fingerprint import Digests


def test_what_was_kept_is_computed_again_once_it_was_forgotten() -> None:
    computed: list[object] = []
    emptied: list[bool] = []

    @kept.kept_by_identity(2)
    def measured(value: tuple[int, ...]) -> int:
        computed.append(value)
        return len(value)

    kept.forget_too(lambda: emptied.append(True))
    value = (1, 2, 3)
    assert [measured(value), measured(value)] == [3, 3]
    assert len(computed) == 1
    kept.forget()
    assert emptied == [True]
    assert measured(value) == 3
    assert len(computed) == 2


def test_an_equal_value_is_another_one_where_values_are_found_by_identity() -> None:
    @kept.kept_by_identity(2)
    def itself(value: tuple[int, ...]) -> tuple[int, ...]:
        return value

    one, other = tuple(range(2)), tuple(range(2))
    assert itself(one) is one
    assert itself(other) is other
    assert itself(one) is one


class Word(enum.StrEnum):
    SAME = "word"


class Number(enum.IntEnum):
    SAME = 7


class Octets(bytes):
    pass


@dataclasses.dataclass(frozen=True)
class One:
    pass


@dataclasses.dataclass(frozen=True)
class Other:
    pass


def test_values_without_fields_are_told_apart_by_what_they_are() -> None:
    digests = Digests()
    assert digests.of(One()) == digests.of(One())
    assert digests.of(One()) != digests.of(Other())


def test_a_value_of_a_narrower_type_has_the_digest_of_the_plain_one() -> None:
    digests = Digests()
    assert digests.of(Word.SAME) == digests.of("word")
    assert digests.of(Number.SAME) == digests.of(7)
    assert digests.of(Octets(b"word")) == digests.of(b"word")
