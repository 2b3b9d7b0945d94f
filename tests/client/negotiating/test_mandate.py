"""Trip words: a side's own new words only, whole words in any of their forms, in any script."""

import pytest

from paraph.client.negotiating import forms, mandate
from paraph.protocol.negotiation import text as texts
from paraph.protocol.statements.header import to_wordings
from paraph.protocol.statements.internal import TripHit, TripWords
from paraph.protocol.statements.versions import NO_NOTES, InsertAfter, Merge, MoveAfter, Replace
from tests.support import internal as private
from tests.support import negotiating as talk
from tests.support.negotiating import LANGUAGES, Channel

RULE = private.mandate(
    out_of_scope=("target_information",),
    trip_words=(
        TripWords(language="en", words=("counter-terror", "joint operation")),
        TripWords(language="ru", words=("борьб", "совместная операция", "час")),
    ),
)


@pytest.mark.parametrize(
    ("language", "wanted", "word", "same"),
    [
        ("ru", "час", "часа", True),
        ("ru", "час", "частота", False),
        ("ru", "час", "часть", False),
        ("ru", "борьб", "борьбой", True),
        ("ru", "борьб", "борец", False),
        ("ru", "операция", "операциями", True),
        ("ru", "ЧЁТКИЙ", "четкого", True),
        ("en", "share", "sharing", True),
        ("en", "war", "warm", False),
        ("en", "terror", "terrorism", True),
        ("en", "party", "parties", True),
        ("ar", "عملية", "والعمليات", True),
        ("ar", "هدف", "الهَدَفِ", True),
        ("ar", "هدف", "هادئ", False),
        ("el", "στόχος", "ΣΤΌΧΟΥΣ", True),
        ("fr", "opération", "opérations", True),
        ("xx", "word", "words", False),
        ("xx", "word", "WORD", True),
    ],
)
def test_two_words_are_forms_of_one(language: str, wanted: str, word: str, same: bool) -> None:
    (one,), (other,) = forms.words_of(wanted), forms.words_of(word)
    assert forms.same_word(one.form, other.form, language) is same


def test_a_phrase_is_found_as_it_stands_and_over_no_border() -> None:
    text = "A joint\u00a0operation, joint-opera\u00adtions; joint. Operation, joint (operation)"
    found = ["joint\u00a0operation", "joint-opera\u00adtions"]
    assert forms.find("joint operation", text, "en") == found
    assert forms.find("情报", "双方分享情报。", "zh") == ["情报"]
    assert forms.find("...", "...", "en") == []
    assert [each.form for each in forms.words_of("the Sides’ own")] == ["the", "sides", "own"]


def hits(channel: Channel, content: object, party: str = "USA") -> list[TripHit]:
    found = mandate.passages(channel.state, content, party)  # type: ignore[arg-type]
    return list(mandate.hits(RULE, found))


def changed(*operations: object, **clauses: dict[str, str]) -> tuple[Channel, object]:
    """Return a channel with a text of these clauses, and a version that changes it."""
    channel = Channel()
    channel.applies(talk.opened())
    listed = tuple(talk.clause(cid, **words) for cid, words in clauses.items())
    text = texts.from_clauses(listed, LANGUAGES)
    first = channel.applies(talk.tabled(text, clauses=listed))
    return channel, talk.child(text, first, *operations)  # type: ignore[arg-type]


def replaced(cid: str, **words: str) -> Replace:
    return Replace(cid=cid, texts=to_wordings(words), notes=NO_NOTES)


@pytest.mark.parametrize(
    ("before", "after", "hit"),
    [
        ("We meet.", "We plan joint operations.", "joint operations"),
        ("We plan a joint operation.", "We now plan a joint operation.", ""),
        ("A joint operation.", "A joint operation, and joint operations.", "joint operations"),
        ("We meet.", "We meet [RUS: in a joint operation].", ""),
        ("We meet.", "We meet [USA: in a joint operation].", "joint operation"),
        ("We meet.", "We meet [RUS: not [USA: in a joint operation]].", "joint operation"),
        ("We meet.", "We meet [in a joint operation].", "joint operation"),
        ("We meet.", "No “joint operation” is meant.", ""),
        (
            "We meet [RUS: in a joint operation].",
            "We meet in a joint operation.",
            "joint operation",
        ),
        ("We meet.", "We meet [in a joint operation.", "joint operation"),
        ("We meet.", "A joint [RUS: or other] operation.", ""),
        ("We meet.", "Target information is shared.", "Target information"),
    ],
)
def test_only_own_new_words_count(before: str, after: str, hit: str) -> None:
    channel, version = changed(
        replaced("c-one", en=after, ru="Слова."), **{"c-one": {"en": before, "ru": "Слова."}}
    )
    assert [each.found for each in hits(channel, version)] == ([hit] if hit else [])


def test_each_language_has_its_own_words_and_forms() -> None:
    channel, version = changed(
        replaced("c-one", en="The frequency.", ru="Частота; борьба, совместной операцией, 2 часа."),
        **{"c-one": {"en": "One.", "ru": "Один."}},
    )
    assert [(each.language, each.word, each.found) for each in hits(channel, version)] == [
        ("ru", "борьб", "борьба"),
        ("ru", "совместная операция", "совместной операцией"),
        ("ru", "час", "часа"),
    ]


def test_words_that_move_or_merge_are_not_new_and_a_new_clause_is() -> None:
    words = {
        "c-one": {"en": "A joint operation.", "ru": "Раз."},
        "c-two": {"en": "Two.", "ru": "Два."},
    }
    moved = MoveAfter(cid="c-one", after="c-two", notes=NO_NOTES)
    assert hits(*changed(moved, **words)) == []
    merged = Merge(
        cids=("c-one", "c-two"),
        into="c-two",
        texts=to_wordings({"en": "Two. A joint operation.", "ru": "Два. Раз."}),
        headings=(),
        notes=NO_NOTES,
    )
    assert hits(*changed(merged, **words)) == []
    fresh = InsertAfter(
        after="c-two", clause=talk.clause("c-new", en="Joint operations."), notes=NO_NOTES
    )
    (hit,) = hits(*changed(fresh, **words))
    assert (hit.where, hit.found) == ("c-new", "Joint operations")


def test_whole_texts_comments_and_dispatches_count_and_the_quote_of_an_anchor_does_not() -> None:
    channel = Channel()
    channel.applies(talk.opened())
    clause = talk.clause("c-one", en="Countering. Counter-terrorism.", ru="Слова.")
    text = texts.from_clauses((clause,), LANGUAGES)
    whole = talk.tabled(text, clauses=(clause,))
    assert [each.found for each in hits(channel, whole)] == ["Counter-terrorism"]
    assert hits(channel, talk.dispatch(body="A joint operation."))
    anchor = talk.anchor(b"\1" * 32, "c-one", "a joint operation")
    assert hits(channel, talk.comment(body="Why this?", anchor=anchor)) == []
    assert hits(channel, talk.comment(body="Why a joint operation?", anchor=anchor))


def test_kinds_by_which_a_mandate_may_ask_for_clearance() -> None:
    assert mandate.kinds_of(talk.dispatch()) == {"dispatch-sent", "transmittal"}
    assert mandate.kinds_of(talk.comment()) == {"comment-made", "question"}
    assert mandate.kinds_of(talk.base()) == {"version-tabled", "tabled"}
