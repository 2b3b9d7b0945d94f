"""What a machine finds in a text (SPEC 7.7)."""

import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paraph.protocol.negotiation import lint
from paraph.protocol.negotiation import text as texts
from paraph.protocol.negotiation.ids import Ids
from paraph.protocol.negotiation.lint import Lexicon, character_tables, characters, phrases
from paraph.protocol.negotiation.lint.phrases import Phrases
from paraph.protocol.negotiation.text import Part, Text
from paraph.protocol.statements.header import to_wordings
from paraph.protocol.statements.versions import NO_NOTES, Replace
from tests.support import make_characters
from tests.support import negotiating as talk
from tests.support.scrutiny import CODES, checks, found, noted, text_of

LITERAL = "literal_number_where_other_language_has_live_reference"
TREATY = "treaty_wording_in_non_binding_text"


# ------------------------------------------------------------------ characters


@pytest.mark.skipif(unicodedata.unidata_version != "14.0.0", reason="another Unicode")
@pytest.mark.parametrize("name", sorted(make_characters.TABLES))
def test_the_tables_are_those_of_unicode_14(name: str) -> None:
    fits, _ = make_characters.TABLES[name]
    assert list(characters.ranges(getattr(character_tables, name))) == list(
        make_characters.runs(fits)
    )


@pytest.mark.skipif(unicodedata.unidata_version != "14.0.0", reason="another Unicode")
@pytest.mark.parametrize("name", make_characters.ALPHABETS)
def test_the_alphabets_are_those_of_unicode_14(name: str) -> None:
    table = characters.ranges(character_tables.ALPHABETS[name])
    assert list(table) == make_characters.of_alphabet(name)


@pytest.mark.parametrize("names", [(each,) for each in sorted(make_characters.TABLES)]
                         + [("LETTERS", "DIGITS")])  # fmt: skip
def test_runs_are_of_the_characters_in_the_tables_and_of_no_other(names: tuple[str, ...]) -> None:
    tables = [getattr(character_tables, each) for each in names]
    pattern = characters.one_of(*tables)
    inside = {at for runs in tables for low, high in characters.ranges(runs) for at in (low, high)}
    beside = {at for each in inside for at in (each - 1, each + 1) if 0 <= at < 0x110000}
    member = {
        at
        for at in inside | beside
        if any(low <= at <= high for runs in tables for low, high in characters.ranges(runs))
    }
    for at in sorted(inside | beside):
        assert bool(pattern.fullmatch(chr(at))) == (at in member), hex(at)
    run = "".join(map(chr, sorted(member)))
    assert pattern.findall(f"\ue000{run}\ue000{run[::-1]}\ue000") == [run, run[::-1]]


def test_digits_of_every_script_are_the_digits_they_are() -> None:
    for each, digit in characters.digit_of().items():
        assert unicodedata.digit(each) == int(digit)
    assert list(phrases.figures("a12b ٣٤ ５")) == ["12", "34", "5"]


def test_small_letters_are_those_of_every_interpreter() -> None:
    for point, small in characters.lower_of().items():
        assert chr(point).lower() == chr(small)
    assert phrases.lower("KM Часов ΏΡΑ İ") == "km часов ώρα İ"


# ------------------------------------------------------------------ phrases


@pytest.mark.parametrize(
    ("phrase", "text", "expected"),
    [
        ("hour", "an hour, hours", ["hour"]),
        ("kilomet*", "5 kilometres", ["kilometres"]),
        ("*metre", "a kilometre or metres", ["kilometre"]),
        ("*met*", "metre, kilometre, kilo", ["metre", "kilometre"]),
        ("enter into force", "to enter\u00a0 into force", ["enter\u00a0 into force"]),
        ("enter into force", "enter, into force", []),
        ("enter into force", "may enter into", []),
        ("sea level*", "at sea-levels", ["sea-levels"]),
        ("# minute", "5 minute, (five) minute, the minute, 7, minute", ["minute", "minute"]),
        ("~ساعة", "وساعة بالساعة ساعتان ساعة", ["وساعة", "بالساعة", "ساعة"]),
        ("a b", "a b a b a", ["a b", "a b"]),
        ("§", "§ 5", []),
    ],
)
def test_a_phrase_is_found_as_whole_words(phrase: str, text: str, expected: list[str]) -> None:
    particles = lint.BUILT_IN["ar"].particles
    assert [words for _, words in Phrases({"": (phrase,)}, particles).find(text)] == expected


def test_the_longer_of_two_phrases_is_told() -> None:
    looked_for = Phrases({"short": ("sea",), "long": ("sea mile",), "open": ("se*",)})
    told = [("long", "sea mile"), ("short", "sea"), ("open", "seas")]
    assert list(looked_for.find("sea mile sea seas")) == told


# ------------------------------------------------------------------ one language by itself


def test_a_text_in_order_has_no_finding() -> None:
    assert (
        checks(en="Keep 5 miles off. See {ref:first}.", ru="Держать 5 миль. Смотри {ref:first}.")
        == []
    )


def test_some_clauses_are_looked_at_with_the_numbers_of_all() -> None:
    text = Text(
        ("en", "ru"),
        tuple(
            Part(cid, "operative", {"en": words, "ru": "См. {ref:a}."}, {}, "")
            for cid, words in (
                ("a", "See {ref:a}."),
                ("b", "See point 1."),
                ("c", "See\u200b {ref:a}."),
            )
        ),
        Ids(),
    )
    every = lint.findings(text, CODES, "non_binding")
    assert {each.cid for each in every} >= {"b", "c"}
    some = lint.findings(text, CODES, "non_binding", among={"b"})
    assert some == tuple(each for each in every if each.cid == "b")
    assert some
    noted_ = lint.notes(text, CODES, "non_binding", among=set())
    assert noted_ == ()


@pytest.mark.parametrize(
    ("hidden", "name"),
    [("\u200b", "U+200B"), ("\u202e", "U+202E"), ("\u00ad", "U+00AD"), ("\n", "U+000A"),
     ("\u2028", "U+2028"), ("\u3164", "U+3164"), ("\ufe0f", "U+FE0F"), ("\x07", "U+0007")],
)  # fmt: skip
def test_what_nobody_sees_is_found(hidden: str, name: str) -> None:
    (only,) = found(en=f"As{hidden}one.", ru="Как один.")
    assert (only.check, only.cid, only.severity) == ("invisible_character", "here", "finding")
    assert only.detail == {"en": (name,)}


def test_a_no_break_space_is_allowed() -> None:
    assert checks(en="5\u00a0miles.", ru="5\u202fмиль.") == []


def test_two_alphabets_in_one_word_are_found() -> None:
    (only,) = found(en="Аircraft keep off.", ru="Суда держатся.")
    assert only.detail == {"en": ("Аircraft",)}
    assert only.check == "mixed_script"


@pytest.mark.parametrize(
    "words", ["Приложение A.", "Порт JFK.", "HF-связь.", "смотри {ref:first}."]
)
def test_whole_words_of_another_alphabet_are_allowed(words: str) -> None:
    assert "mixed_script" not in checks(en="Annex A.", ru=words)


@pytest.mark.parametrize(
    ("language", "words", "told"),
    [
        ("en", "The Parties shall meet", ("Parties", "shall")),
        ("en", "equally authentic; enter into force. Done in", None),
        ("ru", "Текст вступает в силу", ("вступает в силу",)),
        ("ru", "Они обязуются", ("обязуются",)),
        ("es", "Se obligan y entrará en vigor", ("entrará en vigor",)),
        ("ar", "وسيلتزمون", ("وسيلتزمون",)),
        ("ar", "حُرِّر في", ("حرر",)),
    ],
)
def test_treaty_wording_is_found_in_each_language(
    language: str, words: str, told: tuple[str, ...] | None
) -> None:
    (only,) = found(**{language: words})
    assert only.check == TREATY
    if told:
        assert only.detail == {language: told}
    assert checks("binding", **{language: words}) == []


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "The shallow parties"), ("ru", "обязательства"), ("ar", "محرر"), ("fi", "shall")],
)
def test_words_that_only_look_like_it_are_not(language: str, words: str) -> None:
    assert checks(**{language: words}) == []


# ------------------------------------------------------------------ languages against each other


def test_a_language_without_words_is_missing_and_nothing_below_is_asked() -> None:
    for blank in ("", " \u00a0"):
        (only,) = found(en="Keep 5 miles [USA: off.", ru=blank)
        assert (only.check, dict(only.detail)) == ("missing_text", {"ru": ()})
    clause = talk.clause("c-one", en="One.")
    text = texts.from_clauses((clause,), ("en", "ru"))
    assert [each.check for each in lint.findings(text, CODES, "binding")] == ["missing_text"]


def test_a_language_left_behind_is_stale() -> None:
    change = Replace(cid="here", texts=to_wordings({"en": "Two."}), notes=NO_NOTES)
    text = texts.apply(text_of(en="One.", ru="Один."), (change,))
    (only,) = lint.findings(text, CODES, "binding")
    assert (only.check, dict(only.detail)) == ("stale_language", {"ru": ()})


def test_brackets_that_do_not_pair_are_found() -> None:
    (only,) = found(en="Keep [USA: off.", ru="Держаться [USA: вне].")
    assert (only.check, dict(only.detail)) == ("unbalanced_bracket", {"en": ()})


def test_the_structure_of_brackets_is_the_same_in_every_language() -> None:
    assert checks(en="[USA: a] [RUS: b [●: c]]", ru="[RUS: б [●: в]] [USA: а]") == []
    (only,) = found(en="[USA: a] [b]", ru="[RUS: б [●: в]]")
    assert only.check == "bracket_structure_differs"
    assert only.detail == {"en": ("unattributed", "USA"), "ru": ("RUS(●)",)}


def test_a_number_typed_for_a_live_reference_is_found_and_told_to_be_stale() -> None:
    (only,) = found(en="See {ref:first}.", ru="Смотри пункт 1.")
    assert only.check == LITERAL
    assert (dict(only.detail), dict(only.live), only.stale) == (
        {"ru": ("1",)},
        {"first": "1"},
        False,
    )
    (only,) = found(en="See {ref:first}.", ru="Смотри пункт 9.")
    assert only.stale


def test_a_reference_that_a_language_lacks_is_found() -> None:
    (only,) = found(en="See {ref:first}.", ru="Смотри выше.")
    assert (only.check, dict(only.detail)) == ("reference_missing", {"ru": ("first",)})
    # Both languages have another one: neither has typed anything.
    (only,) = found(en="See {ref:first}.", ru="Смотри {ref:here}.")
    assert (only.check, set(only.detail)) == ("reference_missing", {"en", "ru"})


def test_figures_are_equal_in_whatever_digits() -> None:
    assert checks(en="From 5 to 10.", ar="من ٥ إلى ١٠.") == []
    (only,) = found(en="From 5 to 10.", ar="من ٥ إلى ١١.")
    assert (only.check, dict(only.detail)) == (
        "number_mismatch",
        {"en": ("10", "5"), "ar": ("11", "5")},
    )


def test_a_reference_to_no_clause_dangles() -> None:
    (only,) = found(en="See {ref:gone}.", ru="Смотри {ref:gone}.")
    assert (only.check, dict(only.live)) == ("dangling_reference", {"gone": "?"})
    assert only.detail == {"en": ("gone",), "ru": ("gone",)}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"en": "5 miles"}, {"ru": "5 миль"}),
        ({"en": "5 Kilometres"}, {"ru": "5 километров"}),
        ({"en": "24 hours"}, {"es": "24 horas"}),
        ({"en": "30 minutes"}, {"ar": "30 دقيقة"}),
        ({"es": "5 millas"}, {"ar": "5 أميال بحرية"}),
        ({"en": "The minutes"}, {"ru": "Запись"}),
        ({"en": "frequencies"}, {"ru": "частоты"}),
        ({"en": "5 miles"}, {"fi": "5 kilometriä"}),
    ],
)
def test_equal_units_are_no_finding(one: dict[str, str], other: dict[str, str]) -> None:
    assert checks(**one, **other) == []


def test_unequal_units_are_found() -> None:
    (only,) = found(en="5 miles", ru="5 километров")
    assert (only.check, dict(only.detail)) == ("unit_mismatch", {"en": ("nmi",), "ru": ("km",)})


def test_sentences_are_counted() -> None:
    (only,) = found(en="We meet. We part.", ru="Мы встречаемся и расходимся.")
    assert (only.check, dict(only.detail)) == ("sentence_count", {"en": ("2",), "ru": ("1",)})
    assert checks(en="At 3.5 metres? Yes.", ar="على 3.5 متر؟ نعم.") == []


# ------------------------------------------------------------------ the glossary, own word lists


def test_a_term_stands_in_every_language_in_the_words_agreed_for_it() -> None:
    term = {"en": "flight crew*", "ru": "экипаж* воздушн*"}

    def terms_of(**words: str) -> list[tuple[str, dict[str, tuple[str, ...]]]]:
        found = lint.findings(text_of(**words), CODES, "binding", terms=(term,))
        return [(each.check, dict(each.detail)) for each in found]

    assert terms_of(en="Flight crews call.", ru="Экипажи воздушных судов сообщают.") == []
    assert terms_of(en="Pilots call.", ru="Пилоты сообщают.") == []
    assert terms_of(en="Flight crews call.", ru="Пилоты сообщают.") == [
        ("term_differs", {"ru": ("экипаж* воздушн*",)})
    ]
    assert terms_of(en="Flight crews call.", es="Los pilotos llaman.") == []


def test_a_desk_may_look_for_more_with_lists_of_its_own() -> None:
    own = Lexicon(units={"nmi": ("leagues",), "st": ("stone",)}, treaty=("hereby",))
    lexicons = {**lint.BUILT_IN, "en": lint.BUILT_IN["en"].with_more(own)}
    text = text_of(en="They hereby keep 5 leagues.", ru="Держаться 5 миль.")
    assert lint.findings(text, CODES, "binding", lexicons=lexicons) == ()
    assert [each.check for each in lint.findings(text, CODES, "binding")] == ["unit_mismatch"]
    (only,) = lint.findings(text, CODES, "non_binding", lexicons=lexicons)
    assert only.detail == {"en": ("hereby",)}


# ------------------------------------------------------------------ notes


def test_a_lone_letter_of_another_alphabet_is_a_note() -> None:
    assert noted(en="See Annex A.", ru="Смотри Приложение A.") == {"lone_letter": {"ru": ("A",)}}
    assert noted(en="See Annex A.", ru="Смотри Приложение А.") == {}
    assert lint.notes(text_of(en="A б."), CODES, "binding")[0].severity == "note"


@pytest.mark.parametrize(
    ("language", "words", "told"),
    [
        ("en", "two (3) miles and 4 (four)", ("two (3)",)),
        ("en", "24 (twenty-five) hours", ("24 (twenty-five)",)),
        ("en", "two hundred (200), three thousand five (3005)", None),
        ("en", "three (a) or (3) or twelve (see 5) or 12 (", None),
        ("ru", "двадцать пять (25) и трёх (4)", ("трёх (4)",)),
        ("es", "treinta y cinco (35) y seis (7)", ("seis (7)",)),
        ("es", "cinco y seis (6)", None),
        ("ar", "خمسة وعشرون (25)", None),
        ("ar", "اثني عشر (12) وأحد عشر (10)", ("وأحد عشر (10)",)),
        ("fi", "kaksi (3)", None),
    ],
)
def test_a_figure_beside_other_words_is_a_note(
    language: str, words: str, told: tuple[str, ...] | None
) -> None:
    expected = {"figure_differs_from_words": {language: told}} if told else {}
    assert noted(**{language: words}) == expected


def test_numbers_in_words_that_differ_are_a_note() -> None:
    assert noted(en="For three years.", ru="На пять лет.") == {
        "number_words_differ": {"en": ("3",), "ru": ("5",)}
    }
    assert noted(en="For two years.", ru="На год.") == {}


def test_items_of_a_list_are_counted() -> None:
    assert noted(en="(a) one; (b) two; 3) three", ru="а) раз; б) два; 3) три") == {}
    assert noted(en="(a) one; (b) two", ru="а) раз и два") == {
        "list_items": {"en": ("2",), "ru": ("1",)}
    }
    assert "list_items" not in noted(en="Five (5) of them(x)", ru="Пять")


def test_quotation_marks_of_another_language_are_a_note() -> None:
    assert noted(en="The «line» and “line”", ru="„Линия“ и «линия»") == {
        "quotation_style": {"en": ("«", "»")}
    }
    assert noted(fi="«x»") == {}


def test_no_note_is_made_of_a_language_that_lacks_words() -> None:
    assert noted(en="(a) three", ru="") == {}


def test_findings_come_in_the_order_of_the_text() -> None:
    text = text_of(en="We [meet.", ru="Мы.")
    moved = replace(text, parts=text.parts[::-1])
    assert [each.cid for each in lint.findings(moved, CODES, "binding")] == ["here"]


# ------------------------------------------------------------------ whatever the words


ODD = st.text(
    alphabet=st.sampled_from("ab Аб[]●:{}.!?(),\n0٣_-'\u200b\u0301ش")
    | st.characters(codec="utf-8"),
    max_size=60,
)


@given(ODD, ODD)
def test_no_words_are_too_odd_to_be_checked(one: str, other: str) -> None:
    text = text_with(one, other)
    first = lint.findings(text, CODES, "non_binding")
    assert first == lint.findings(text, CODES[::-1], "non_binding")
    assert len({(each.check, each.cid) for each in first}) == len(first)
    lint.notes(text, CODES, "non_binding")


def text_with(one: str, other: str) -> Text:
    # As it is taken in, without the limits of a record.
    words = {"en": one + " {ref:first} [USA: x] two (3)", "ru": other + " {ref:gone} час"}
    part = Part("here", "operative", words, {}, "")
    return Text(("en", "ru"), (part,), Ids().put("here"))


def test_a_number_has_so_many_words_and_no_more() -> None:
    assert noted(en="hundred " * 5_000) == {}
    assert noted(en="two hundred", ru="x") == {"number_words_differ": {"en": ("200",), "ru": ()}}


def test_long_clauses_are_read_too() -> None:
    for words in ("[USA: a]" * 3_000, "shall " * 4_000, "{ref:first} " * 2_000, "(" * 25_000):
        lint.findings(text_with(words, words), CODES, "non_binding")
        lint.notes(text_with(words, words), CODES, "non_binding")
