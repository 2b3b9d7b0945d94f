import ast
from functools import partial

import pytest

from paraph.client.web import language, spoken
from paraph.client.web.words import VOCABULARIES
from paraph.protocol.errors import ForgedError, InputError, MisuseError, ParaphError, RefusedError
from paraph.protocol.sentences import (
    Sentence,
    all_coded,
    coded,
    counted,
    multilingual,
    sentence,
    worded,
)
from tests.support import sentences

RUSSIAN = language.catalogue("ru")
ENGLISH = language.catalogue("en")
in_russian = partial(spoken.spoken, RUSSIAN)


def test_every_sentence_that_a_page_may_show_can_be_looked_up() -> None:
    made = [
        f"{path.relative_to(sentences.ROOT)}:{line}"
        for path in sentences.files()
        for line in sentences.spoken_by(path).made
    ]
    assert made == [], "put the values in with worded(...): a pattern is a literal"


def test_what_is_exempt_is_there() -> None:
    for folder, names in sentences.EXEMPT.items():
        for name in names:
            assert list((sentences.ROOT / folder).glob(name if "*" in name else f"{name}.py")), name


def test_every_code_in_a_sentence_has_a_vocabulary() -> None:
    calls = (
        node
        for path in sentences.files()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"coded", "all_coded"}
    )
    named = {node.args[0].value for node in calls if isinstance(node.args[0], ast.Constant)}
    assert "role" in named
    assert named <= set(VOCABULARIES)


def test_a_refusal_is_said_with_its_values_and_its_codes_in_words() -> None:
    refusal = worded("a %(role)s may not agree to it for a party", role=coded("role", "linguist"))
    assert refusal == "a linguist may not agree to it for a party"
    assert in_russian(refusal) == "роль «лингвист» не даёт права согласиться с этим за сторону"


def test_a_sentence_in_a_sentence_is_said_too() -> None:
    inner = worded('there is no clause "%(cid)s" in the text', cid="c-100%")
    assert in_russian(worded("line %(line)s: %(why)s", line=3, why=inner)) == (
        "строка 3: в тексте нет пункта «c-100%»"
    )


@pytest.mark.parametrize(
    ("count", "said"), [(1, "1 пункт"), (2, "2 пункта"), (5, "5 пунктов"), (21, "21 пункт")]
)
def test_a_line_counts_in_the_three_forms(count: int, said: str) -> None:
    line = counted(count, "%(n)s clause, a whole text", "%(n)s clauses, a whole text")
    assert in_russian(line) == f"{said}, текст целиком"


def test_several_values_are_parted_by_commas() -> None:
    line = worded("ties %(cids)s", cids=all_coded("role", ("bot", "auditor")))
    assert line == "ties bot, auditor"
    assert in_russian(line) == "увязаны бот, аудитор"


def test_of_words_in_several_languages_a_page_shows_its_own() -> None:
    titles = multilingual({"fr": "Distance", "ru": "О дальности"})
    line = worded("%(line)s: %(words)s", line=worded("proposes"), words=titles)
    assert in_russian(line) == "предложение: О дальности"
    assert spoken.spoken(ENGLISH, line) == "proposes: Distance"
    assert in_russian(worded("%(words)s", words=multilingual({"fr": "Portée"}))) == "Portée"


def test_words_of_people_stay_as_they_are() -> None:
    line = worded("%(line)s: %(words)s", line=worded("proposes"), words="this desk is locked")
    assert in_russian(line) == "предложение: this desk is locked"


def test_what_nobody_can_say_in_russian_is_said_by_its_kind_with_the_detail_apart() -> None:
    error = ForgedError("expected a longer consistency proof")
    assert spoken.told(RUSSIAN, error) == "Подпись, доказательство или ключ не подтверждается."
    assert spoken.detail(RUSSIAN, error) == "expected a longer consistency proof"
    assert spoken.told(ENGLISH, error) == "expected a longer consistency proof"
    assert spoken.detail(ENGLISH, error) == ""


@pytest.mark.parametrize("kind", ParaphError.__subclasses__())
def test_every_kind_of_error_has_words(kind: type[ParaphError]) -> None:
    kinds = [each for each in (kind, *kind.__subclasses__()) if each.__module__.endswith("errors")]
    for each in kinds:
        words = spoken.told(RUSSIAN, each("a sentence that nobody has translated"))
        assert words.isascii() is False


def test_a_hint_for_a_terminal_does_not_stand_on_a_page() -> None:
    error = InputError("this desk is locked", hint="paraph gate shows what stands open")
    assert spoken.next_step(ENGLISH, error) == ""
    assert spoken.refusal(RUSSIAN, error) == "рабочее место заперто"


def test_where_the_desk_has_an_answer_of_its_own_it_stands_for_the_command() -> None:
    error = RefusedError("this needs a release first", code="not-cleared", hint="paraph clear list")
    assert "“Inside”" in spoken.next_step(ENGLISH, error)
    assert "«Внутреннее»" in spoken.next_step(RUSSIAN, error)


def test_a_hint_in_plain_words_is_said() -> None:
    error = InputError("this desk is locked", hint="nothing was changed")
    assert spoken.next_step(RUSSIAN, error) == "ничего не изменено"


def test_an_error_passes_its_sentence_on() -> None:
    first = MisuseError(worded("ties %(cids)s", cids=("a", "b")))
    second = InputError(first.words)
    assert str(second) == "ties a, b"
    assert type(str(second)) is str
    assert second.words is first.words


def test_a_sentence_without_values_is_its_own_pattern() -> None:
    plain = sentence("100 % of it")
    assert (plain, plain.pattern, in_russian(plain)) == ("100 % of it", "100 % of it", plain)
    assert sentence(plain) is plain
    assert isinstance(plain, Sentence)


def test_a_pattern_of_values_alone_is_said_whatever_its_language() -> None:
    line = worded("%(line)s: %(words)s", line=worded("proposes"), words="x")
    assert spoken.told(RUSSIAN, InputError(line)) == "предложение: x"
    assert spoken.detail(RUSSIAN, InputError(line)) == ""
