"""Fingerprints as words (SPEC 3.6)."""

import contextlib
import hashlib
import itertools
import re
from typing import Literal

import pytest
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from hypothesis import given
from hypothesis import strategies as st

from paraph.protocol.errors import ForgedError, InputError, MisuseError
from paraph.protocol.names import ChannelId, Digest, KeyId, Label, labelled, u64
from paraph.protocol.words import (
    check_words,
    language_of,
    parse_words,
    root_digest,
    state_digest,
    word_list,
    words,
)

IDS = [KeyId(bytes([number]) * 32) for number in range(3)]
DIGEST = root_digest("RUS", 2, IDS)

FROZEN: dict[Literal["en", "ru"], str] = {
    "en": "14aadc7980cc560d3bc87ebeda1c8ae319470b3687e3839087f575d14b7985c0",
    "ru": "76d39f4e1375da1d61bb0b6ce18737f2afcc8c90b51e5d50d79af9f1778f5139",
}


def neighbours(word: str) -> set[str]:
    """Two words share one of these exactly if at most one letter parts them."""
    out = {"+" + word}
    for place in range(len(word)):
        shorter = word[:place] + word[place + 1 :]
        out |= {"+" + shorter, word[:place] + "*" + word[place + 1 :]}
    return out


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_word_list_is_frozen(language: Literal["en", "ru"]) -> None:
    listed = word_list(language)
    assert len(listed) == len(set(listed)) == 2048
    assert list(listed) == sorted(listed)
    assert hashlib.sha256(" ".join(listed).encode()).hexdigest() == FROZEN[language]


@pytest.mark.parametrize(("language", "letters"), [("en", "[a-z]{4,8}"), ("ru", "[а-я]{4,8}")])
def test_words_are_short_and_cannot_be_taken_for_each_other(
    language: Literal["en", "ru"], letters: str
) -> None:
    listed = word_list(language)
    assert all(re.fullmatch(letters, word) for word in listed)
    assert len({word[:4] for word in listed}) == 2048
    seen: set[str] = set()
    for word in listed:
        assert not neighbours(word) & seen, word
        seen |= neighbours(word)


def test_eight_words_are_88_bits_of_argon2id() -> None:
    slow = Argon2id(
        salt=hashlib.sha256(b"paraph/v1/fingerprint").digest()[:16],
        length=11,
        iterations=3,
        lanes=1,
        memory_cost=64 * 1024,
    )
    number = int.from_bytes(slow.derive(DIGEST), "big")
    for language in FROZEN:
        made = words(DIGEST, language)
        assert len(made) == 8
        back = 0
        for word in made:
            back = back * 2048 + word_list(language).index(word)
        assert back == number


def test_known_words() -> None:
    assert " ".join(words(DIGEST, "en")) == "bulb enjoy straw orient wheat clean puma alibi"
    assert (
        " ".join(words(DIGEST, "ru")) == "водопад зигзаг тюлень плюс эскиз глухарь розетка анализ"
    )


def test_a_root_set_is_its_party_its_threshold_and_its_keys() -> None:
    assert root_digest("RUS", 2, IDS) == labelled(Label.ROOT_SET, b"RUS", u64(2), *IDS)
    assert root_digest("RUS", 2, IDS[::-1]) == DIGEST
    others = {
        root_digest("USA", 2, IDS),
        root_digest("RUS", 1, IDS),
        root_digest("RUS", 2, IDS[:2]),
    }
    assert len(others | {DIGEST}) == 4


@pytest.mark.parametrize(
    ("threshold", "ids"), [(0, IDS), (4, IDS), (1, []), (2, [IDS[0], IDS[0]]), (0, [])]
)
def test_a_root_set_that_cannot_sign_is_misuse(threshold: int, ids: list[KeyId]) -> None:
    with pytest.raises(MisuseError):
        root_digest("RUS", threshold, ids)


def test_the_words_of_a_state_are_bound_to_channel_rules_size_root_and_state() -> None:
    channel, root = ChannelId(b"c" * 32), Digest(b"r" * 32)
    first = state_digest(channel, 1, 5, root, b"state")
    assert first == labelled(Label.STATE, channel, u64(1), u64(5), root, b"state")
    others = {
        state_digest(ChannelId(b"d" * 32), 1, 5, root, b"state"),
        state_digest(channel, 2, 5, root, b"state"),
        state_digest(channel, 1, 6, root, b"state"),
        state_digest(channel, 1, 5, Digest(b"q" * 32), b"state"),
        state_digest(channel, 1, 5, root, b"stats"),
    }
    assert len(others | {first}) == 6


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize(
    "typed",
    [
        "{0} {1} {2} {3} {4} {5} {6} {7}",
        "  {0}-{1}-{2}-{3} \n {4}, {5}; {6} – {7}. ",
        "1. {0} 2. {1} 3) {2} 4) {3} 5 {4} 6 {5} 7 {6} 8: {7}",
        "{0}_{1}_{2}_{3}_{4}_{5}_{6}_{7}",
    ],
)
def test_what_a_person_typed_is_read_in_any_case_with_any_separators(
    typed: str, language: Literal["en", "ru"]
) -> None:
    made = words(DIGEST, language)
    for text in (typed, typed.upper(), typed.title()):
        assert parse_words(text.format(*made), language) == made
    check_words(typed.format(*(word.upper() for word in made)), DIGEST)


def test_yo_is_read_as_ye_composed_or_not() -> None:
    made = ("береза", *word_list("ru")[:7])
    with pytest.raises(InputError, match="place 1"):  # no word with that letter is listed
        parse_words(" ".join(made), "ru")
    with_ye = next(word for word in word_list("ru") if "е" in word)
    typed = [with_ye.replace("е", "ё"), with_ye.replace("е", "е\u0308").upper()]
    assert parse_words(" ".join(typed * 4), "ru") == (with_ye,) * 8


@pytest.mark.parametrize("number", [0, 7, 9])
def test_another_number_of_words_is_not_guessed(number: int) -> None:
    with pytest.raises(InputError, match=f"8 words, got {number}"):
        parse_words(" ".join(word_list("en")[:number]), "en")


def test_a_word_that_is_not_listed_is_named_by_its_place_and_never_completed() -> None:
    for wrong in ("xyzzy", "bul", "bulbs"):
        with pytest.raises(InputError, match="place 3") as caught:
            parse_words(f"bulb bulb {wrong} bulb bulb bulb bulb bulb", "en")
        assert wrong not in str(caught.value)
        assert caught.value.hint


@given(st.text(max_size=80))
def test_whatever_is_typed_gives_words_or_an_input_error(text: str) -> None:
    with contextlib.suppress(InputError):
        assert len(parse_words(text, language_of(text))) == 8


def test_the_words_of_another_root_set_are_forged() -> None:
    other = root_digest("RUS", 1, IDS)
    for language in FROZEN:
        with pytest.raises(ForgedError) as caught:
            check_words(" ".join(words(other, language)), DIGEST)
        assert caught.value.hint


def test_near_misses_are_forged() -> None:
    made = words(DIGEST, "en")
    for one, two in itertools.pairwise(range(8)):
        swapped = list(made)
        swapped[one], swapped[two] = made[two], made[one]
        with pytest.raises(ForgedError):
            check_words(" ".join(swapped), DIGEST)


def test_words_of_two_lists_mixed_are_no_words() -> None:
    mixed = words(DIGEST, "en")[:4] + words(DIGEST, "ru")[4:]
    with pytest.raises(InputError):
        check_words(" ".join(mixed), DIGEST)
