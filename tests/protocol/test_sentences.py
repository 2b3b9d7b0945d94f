import copy

import pytest

from paraph.protocol.errors import InputError, RefusedError
from paraph.protocol.sentences import (
    Coded,
    Sentence,
    all_coded,
    coded,
    counted,
    multilingual,
    plain,
    sentence,
    worded,
)


def test_a_sentence_is_its_words_and_knows_what_they_are_made_of() -> None:
    made = worded("a %(role)s may not %(action)s", role=coded("role", "bot"), action="sign")
    assert made == "a bot may not sign"
    assert made.pattern == "a %(role)s may not %(action)s"
    assert made.plural == ""
    role = made.values["role"]
    assert isinstance(role, Coded)
    assert (role, role.vocabulary) == ("bot", "role")


@pytest.mark.parametrize(("count", "words"), [(0, "0 clauses"), (1, "1 clause"), (2, "2 clauses")])
def test_a_number_chooses_its_pattern(count: int, words: str) -> None:
    made = counted(count, "%(n)s clause", "%(n)s clauses")
    assert made == words
    assert (made.pattern, made.plural) == ("%(n)s clause", "%(n)s clauses")


def test_several_values_are_parted_by_commas() -> None:
    assert worded("expected %(of)s", of=("USA", "RUS")) == "expected USA, RUS"
    assert plain((1, ("a", "b"))) == "1, a, b"
    assert all_coded("role", ("bot",))[0].vocabulary == "role"


def test_words_without_values_are_a_pattern_of_their_own_whatever_they_hold() -> None:
    made = sentence("100 %(of) it")
    assert (made, made.pattern, dict(made.values)) == ("100 %(of) it", "100 %(of) it", {})
    assert sentence(made) is made


def test_a_copy_is_the_same_sentence() -> None:
    made = counted(2, "%(n)s clause", "%(n)s clauses")
    again = copy.deepcopy(made)
    assert isinstance(again, Sentence)
    assert (again, again.pattern, again.values) == (made, made.pattern, made.values)
    code = copy.deepcopy(coded("role", "bot"))
    assert (code, code.vocabulary) == ("bot", "role")


def test_an_error_gives_its_sentence_on_and_its_text_is_plain() -> None:
    first = RefusedError(worded("no %(what)s", what="way"))
    assert type(str(first)) is str
    assert InputError(first.words).words is first.words
    assert InputError("plain").words == "plain"


def test_a_code_that_has_words_of_its_own_is_said_in_them() -> None:
    made = worded("a %(role)s may not sign", role=coded("role", "legal_adviser", "legal adviser"))
    assert made == "a legal adviser may not sign"
    assert made.values["role"] == "legal_adviser"


def test_of_words_in_several_languages_english_says_the_first() -> None:
    titles = multilingual({"ru": "О дальности", "en": "On distance"})
    made = worded("proposes: %(title)s", title=titles)
    assert made == "proposes: О дальности"
    assert titles.words["en"] == "On distance"
    assert multilingual({}) == ""
