"""Two originals that differ by listed substitutions, and lead back to one version (SPEC 7.17)."""

import hashlib

import pytest

from paraph.protocol.errors import MalformedError, OutOfTurnError
from paraph.protocol.negotiation import alternat as alternats
from paraph.protocol.negotiation import text as texts
from paraph.protocol.statements.conclusion import AlternatSet, Substitution
from tests.support.concluding import SUBSTITUTIONS, alternat, clean_clauses
from tests.support.negotiating import LANGUAGES, clause

TEXT = texts.from_clauses(clean_clauses(), LANGUAGES)


def made(*substitutions: tuple[str, str, str]) -> AlternatSet:
    return alternat(
        bytes(32),
        substitutions=tuple(
            Substitution(language=language, old=old, new=new)
            for language, old, new in substitutions
        ),
    )


def test_the_original_of_the_party_named_first_is_the_version_itself() -> None:
    for language in LANGUAGES:
        rendered = alternats.render_original(TEXT, language, alternat(bytes(32)), "USA")
        assert rendered == texts.render(TEXT, language)


def test_the_other_original_has_the_substitutions_and_leads_back() -> None:
    content = alternat(bytes(32))
    rendered = alternats.render_original(TEXT, "en", content, "RUS")
    assert rendered.startswith("The B and the A agree.")
    assert alternats.reverse(rendered, "en", SUBSTITUTIONS) == texts.render(TEXT, "en")
    found = alternats.digest_original(TEXT, "en", content, "RUS")
    assert found == hashlib.sha256(rendered.encode()).digest()
    assert found != texts.digest(TEXT, "en")
    alternats.check(TEXT, content)


def test_a_party_without_an_original_gets_the_version() -> None:
    content = alternat(bytes(32))
    assert alternats.render_original(TEXT, "en", content, "FRA") == texts.render(TEXT, "en")


def test_substitutions_are_made_in_order() -> None:
    content = made(("en", "the B", "the C"), ("en", "the C", "the D"))
    assert "the D" in alternats.render_original(TEXT, "en", content, "RUS")
    alternats.check(TEXT, content)


def test_what_is_written_apart_is_found_as_the_rendering_has_it() -> None:
    text = texts.from_clauses((clause("c-one", en="Café."),), ("en",))
    content = made(("en", "Cafe\u0301", "Bar"))
    assert alternats.render_original(text, "en", content, "RUS") == "1. Bar."


@pytest.mark.parametrize(
    "substitution",
    [
        ("en", "nowhere", "somewhere"),
        ("en", "e", "E"),
        ("ru", "А и Б", "Смотри"),
        ("ru", "А и Б", "Мы"),
    ],
    ids=["absent", "more than once", "new words stand there", "new words stand there too"],
)
def test_words_must_stand_once_and_lead_back(substitution: tuple[str, str, str]) -> None:
    content = made(substitution)
    with pytest.raises(OutOfTurnError) as caught:
        alternats.check(TEXT, content)
    assert caught.value.code == "substitution-differs"


@pytest.mark.parametrize(
    ("words", "code"),
    [("x\u0378", "unassigned-code-point"), ("x" + "\u0301" * 31, "crowded-marks")],
)
def test_substituted_words_are_such_as_everybody_normalises_alike(words: str, code: str) -> None:
    for substitution in (("en", words, "the C"), ("en", "the B", words)):
        with pytest.raises(MalformedError, match="substitution 1, language en") as caught:
            alternats.check(TEXT, made(substitution))
        assert caught.value.code == code


def test_a_refusal_does_not_repeat_a_long_text() -> None:
    with pytest.raises(OutOfTurnError) as caught:
        alternats.check(TEXT, made(("en", "x" * 100_000, "y")))
    assert len(str(caught.value)) < 200
