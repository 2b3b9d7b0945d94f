import re

import pytest

from paraph.client.web import language
from tests.support import catalogues

_VALUE = re.compile(r"%\(\w+\)s")
OTHERS = sorted(set(language.LANGUAGES) - {"en"})


@pytest.mark.parametrize("code", OTHERS)
def test_every_word_of_the_pages_is_translated(code: str) -> None:
    lacking = [each.id for each in catalogues.missing(catalogues.current(code))]
    assert lacking == [], "make words lists them; translate them in the .po file and run it again"


@pytest.mark.parametrize("code", OTHERS)
def test_what_is_kept_is_what_the_pages_say_and_what_is_compiled(code: str) -> None:
    path = catalogues.po_path(code)
    assert path.read_bytes() == catalogues.as_po(catalogues.current(code)), "make words"
    assert path.with_suffix(".mo").read_bytes() == catalogues.as_mo(catalogues.kept(code))


@pytest.mark.parametrize("code", OTHERS)
def test_a_translation_names_the_values_of_its_original(code: str) -> None:
    for message in catalogues.kept(code):
        ids = message.id if isinstance(message.id, list | tuple) else [message.id]
        said = message.string if isinstance(message.string, list | tuple) else [message.string]
        wanted = set(_VALUE.findall(" ".join(ids)))
        assert all(set(_VALUE.findall(each or "")) == wanted for each in said), message.id


def test_a_word_that_is_not_translated_is_found() -> None:
    made = catalogues.current("ru")
    made.add("a word that no page says")
    made.add(("%(n)s such word", "%(n)s such words"), ("одно", "", ""))
    assert len(catalogues.missing(made)) == len(catalogues.missing(catalogues.current("ru"))) + 2


@pytest.mark.parametrize(
    ("count", "said"), [(1, "1 день"), (2, "2 дня"), (5, "5 дней"), (21, "21 день")]
)
def test_russian_counts_in_its_three_forms(count: int, said: str) -> None:
    words = language.catalogue("ru").ngettext("%(n)s day", "%(n)s days", count)
    assert words % {"n": count} == said
