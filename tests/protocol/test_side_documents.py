"""Side documents and the public line (SPEC 7.13)."""

import dataclasses
from dataclasses import replace
from typing import Any

import pytest

from paraph.protocol.errors import MalformedError, MisuseError
from paraph.protocol.names import ZERO
from paraph.protocol.negotiation.fold import side_documents as folding
from paraph.protocol.negotiation.side_documents import Standing, standing_of
from paraph.protocol.negotiation.state import SideDocument
from paraph.protocol.statements.header import NO_RELATION, to_wordings
from paraph.protocol.statements.side_documents import SideDocumentOpened, Withheld
from paraph.protocol.statements.versions import NO_NOTES, Delete, Replace
from tests.support import conferences as vc
from tests.support import negotiating as talk
from tests.support import side_documents as side
from tests.support.negotiating import CHANNEL, Channel, talking

AGAIN = Replace(cid="s-one", texts=to_wordings({"en": "We will.", "ru": "Да."}), notes=NO_NOTES)


def document(channel: Channel, statement: bytes) -> SideDocument:
    found = channel.talks.side_documents.get(statement)
    assert found is not None
    return found


def standing(channel: Channel, statement: bytes) -> Standing:
    return standing_of(channel.talks, document(channel, statement))


def beside() -> tuple[Channel, bytes, bytes, bytes]:
    """Return a channel with a text, a side document of USA, and that document's first version."""
    channel, text, _ = talking()
    opened = channel.applies(side.opened(cid="c-one"))
    return channel, text, opened, channel.applies(side.begun(opened))


def test_a_side_document_has_a_line_of_its_own_and_leaves_the_instrument_alone() -> None:
    channel, text, opened, first = beside()
    assert channel.talks.heads == (text,)
    assert document(channel, opened).heads == (first,)
    assert channel.version_of(first).document == opened
    assert channel.version_of(text).document == ZERO
    second = channel.applies(talk.child(side.letter()[1], first, AGAIN, author="RUS"), "RUS")
    assert document(channel, opened).heads == (second,)
    assert channel.talks.heads == (text,)
    assert channel.version_of(second).document == opened


def test_versions_are_numbered_within_their_document() -> None:
    channel, text, opened, first = beside()
    words = channel.version_of(text).text
    second = channel.applies(talk.child(words, text))
    assert [channel.version_of(each).number for each in (text, first, second)] == [1, 1, 2]
    assert document(channel, opened).number == 1
    assert document(channel, channel.applies(side.opened())).number == 2


def test_a_rival_whole_text_of_a_side_document_is_a_fork_of_that_document_alone() -> None:
    channel, text, opened, first = beside()
    rival = channel.applies(side.begun(opened, author="RUS"), "RUS")
    assert document(channel, opened).heads == (first, rival)
    joined = talk.tabled(side.letter()[1], parents=(first, rival))
    both = channel.applies(joined)
    assert document(channel, opened).heads == (both,)
    assert channel.talks.heads == (text,)


def test_parents_of_two_documents_are_refused() -> None:
    channel, text, opened, first = beside()
    mixed = talk.tabled(side.letter()[1], parents=(first, text))
    assert channel.refuses(mixed) == "document-differs"
    other = channel.applies(side.opened())
    beginning = channel.applies(side.begun(other))
    mixed = talk.tabled(side.letter()[1], parents=(first, beginning))
    assert channel.refuses(mixed) == "document-differs"
    assert document(channel, opened).heads == (first,)


def test_a_text_that_relates_to_something_else_is_the_instruments() -> None:
    channel, text, opened, _ = beside()
    related = channel.applies(side.begun(opened, header=side.about(text)))
    unknown = channel.applies(side.begun(opened, header=side.about(bytes([9] * 32))))
    for each in (related, unknown):
        assert channel.version_of(each).document == ZERO
    assert NO_RELATION.channel != CHANNEL


@pytest.mark.parametrize("exercise", [True, False])
def test_an_exercise_and_a_live_channel_refer_to_nothing_in_each_other(*, exercise: bool) -> None:
    channel, _, opened, _ = beside()
    channel.state = replace(channel.state, exercise=exercise)
    far = side.begun(opened, header=side.about(opened, bytes([9] * 32)))
    assert channel.refuses(far) == "foreign-reference"
    assert ("an exercise" in channel.outcome.detail) == exercise


def test_the_text_of_a_document_that_does_not_stand_here_is_refused() -> None:
    channel, _, _, _ = beside()
    gone = channel.say(side.opened(cid="c-nowhere"))
    assert channel.outcome.code == "unknown-clause"
    assert channel.refuses(side.begun(gone)) == "unknown-document"


def test_it_is_agreed_when_both_parties_stand_behind_the_same_version() -> None:
    channel, _, opened, first = beside()
    assert standing(channel, opened) == Standing("drafted", first)
    words = channel.version_of(first).text
    channel.applies(talk.confirmed(first, words))
    assert standing(channel, opened) == Standing("drafted", first)  # its author counts anyway
    channel.applies(talk.confirmed(first, words), "RUS")
    assert standing(channel, opened) == Standing("agreed", first)
    held = document(channel, opened)
    assert (held.adopted, held.adopted_at, held.by_silence) == (first, 5, False)


def test_confirmations_of_two_versions_agree_on_nothing() -> None:
    channel, _, opened, first = beside()
    words = side.letter()[1]
    second = channel.applies(talk.child(words, first, AGAIN))
    channel.applies(talk.confirmed(first, words), "RUS")
    assert standing(channel, opened) == Standing("reopened", first)
    assert document(channel, opened).heads == (second,)


def test_a_version_after_the_agreed_one_reopens_it_until_that_is_agreed() -> None:
    channel, _, opened, first = beside()
    words = side.letter()[1]
    channel.applies(talk.confirmed(first, words), "RUS")
    second = channel.applies(talk.child(words, first, AGAIN, author="RUS"), "RUS")
    assert standing(channel, opened) == Standing("reopened", first)
    channel.applies(talk.confirmed(second, channel.version_of(second).text))
    assert standing(channel, opened) == Standing("agreed", second)


def test_a_comment_on_its_words_is_told_and_one_on_the_instrument_is_not() -> None:
    channel, text, opened, first = beside()
    assert standing(channel, channel.applies(side.opened())) == Standing("opened", ZERO)
    channel.applies(talk.comment())
    channel.applies(talk.comment(anchor=talk.anchor(text, "c-one", "meet again")))
    assert standing(channel, opened) == Standing("drafted", first)
    channel.applies(talk.comment(anchor=talk.anchor(first, "s-one", "talk")), "RUS")
    assert standing(channel, opened) == Standing("commented", first)


def test_what_silence_adopts_is_agreed_too_and_the_instrument_is_left_alone() -> None:
    channel, text, opened, first = beside()
    talks = folding.adopted(channel.talks, first, 9, by_silence=True)
    held = talks.side_documents.get(opened)
    assert held is not None
    assert (held.adopted, held.adopted_at, held.by_silence) == (first, 9, True)
    assert folding.adopted(talks, first, 12) == talks
    assert folding.adopted(talks, text, 9) == talks


def test_confirming_the_instrument_agrees_no_side_document() -> None:
    channel, text, opened, first = beside()
    channel.applies(talk.confirmed(text, channel.version_of(text).text), "RUS")
    assert standing(channel, opened) == Standing("drafted", first)


def test_a_clause_that_left_the_text_may_be_what_a_side_document_takes_up() -> None:
    channel, text, words = talking()
    channel.applies(talk.child(words, text, Delete(cid="c-two", to=(), notes=NO_NOTES)))
    channel.applies(side.opened(cid="c-two"))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"cid": "c-nowhere"}, "unknown-clause"),
        ({"titles": to_wordings({"fr": "Lettre"})}, "unknown-language"),
        ({"conference": "VC-9"}, "unknown-conference"),
    ],
)
def test_a_document_about_nothing_that_is_there_is_refused(
    changes: dict[str, Any], code: str
) -> None:
    channel, _, _ = talking()
    assert channel.refuses(side.opened(**changes)) == code


def test_minutes_are_of_a_conference_that_was_announced() -> None:
    channel, _, _ = talking()
    channel.applies(vc.scheduled())
    minutes = channel.applies(side.opened("agreed_minutes", conference="VC-2"))
    assert document(channel, minutes).content.conference == "VC-2"
    with pytest.raises(MisuseError, match="conference"):
        side.opened("agreed_minutes")


def test_the_public_line_says_what_stays_undisclosed_and_at_whose_request() -> None:
    channel, _, _ = talking()
    withheld = (Withheld(what="the text of the memorandum", requested_by="RUS"),)
    line = channel.applies(side.opened("public_line", undisclosed=withheld))
    assert document(channel, line).content.undisclosed == withheld
    stranger = (dataclasses.replace(withheld[0], requested_by="XX"),)
    assert channel.refuses(side.opened("public_line", undisclosed=stranger)) == "unknown-party"
    channel.applies(side.opened("public_line", text_public=True))


@pytest.mark.parametrize(
    "changes",
    [{"text_public": True}, {"undisclosed": (Withheld(what="all", requested_by="RUS"),)}],
)
def test_disclosure_is_settled_in_a_public_line_alone(changes: dict[str, Any]) -> None:
    good = side.opened("public_line", **changes).to_map()
    with pytest.raises(MalformedError, match="public_line"):
        SideDocumentOpened.from_map({**good, "document_kind": "side_letter"})


def test_notes_on_a_document_may_be_about_clauses_of_another_channel() -> None:
    channel = Channel(("USA",))
    opened = channel.applies(side.opened(cid="c-anything"))
    assert standing(channel, opened) == Standing("opened", ZERO)
    first = channel.applies(side.begun(opened))
    channel.applies(talk.confirmed(first, side.letter()[1]))
    assert standing(channel, opened) == Standing("agreed", first)
