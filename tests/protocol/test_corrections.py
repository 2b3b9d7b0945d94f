"""What is initialled or signed is corrected by both sides alone (SPEC 7.17)."""

from paraph.protocol.negotiation import concluded
from paraph.protocol.negotiation.fold.checks import version_of
from paraph.protocol.negotiation.phase import phase
from paraph.protocol.statements.clear import Heartbeat
from paraph.protocol.statements.header import Relation
from paraph.protocol.statements.versions import NO_NOTES, Replace, VersionTabled
from tests.support import silence as quiet
from tests.support.concluding import (
    DAY,
    HEAD,
    NOW,
    SIGNATORY,
    Ceremony,
    agreed,
    alternat,
    signed,
    who,
)
from tests.support.negotiating import CHANNEL, child, clause, confirmed, header
from tests.support.negotiating import header as head
from tests.support.side_documents import opened as document_opened


def correction(channel: Ceremony, words: str, **changes: object) -> VersionTabled:
    protocol = channel.applies(document_opened())
    version = concluded.in_force(channel.talks) or channel.head
    made = Replace(
        cid="c-one",
        texts=clause("c-one", en=words, ru="Мы встречаемся.").texts,
        notes=NO_NOTES,
    )
    fields: dict[str, object] = {
        "version_kind": "rectified",
        "header": header(relates_to=Relation(channel=CHANNEL, statement=protocol)),
    }
    return child(version.text, version.statement, made, **{**fields, **changes})


def corrects(channel: Ceremony, placed: bytes) -> None:
    content = confirmed(placed, channel.head.text, header=head(HEAD))
    channel.applies(content, "RUS", HEAD)


def test_no_desk_officer_lets_a_correction_stand_by_silence() -> None:
    channel = Ceremony().initialled()
    placed = channel.applies(correction(channel, "We do meet."))
    channel.hears(Heartbeat(verified=0, held=0, dated=1), log_time=NOW)
    running = channel.applies(quiet.opened(channel.head, expires=NOW + 2 * DAY))
    held = channel.state.size
    for at in (NOW, NOW, NOW + 3 * DAY, NOW + 3 * DAY):
        channel.hears(Heartbeat(verified=held, held=held, dated=1), "RUS", log_time=at)
    assert channel.head.statement == placed
    assert channel.refuses(quiet.closed(running, channel.state.size), "RUS") == "role"
    assert concluded.in_force(channel.talks) != channel.head


def test_a_version_is_frozen_once_every_required_initial_stands_on_it() -> None:
    channel = Ceremony()
    assert not concluded.is_frozen(channel.talks, channel.head)
    channel.initials("USA")
    assert not concluded.is_frozen(channel.talks, channel.head)
    channel = Ceremony().initialled()
    assert concluded.is_frozen(channel.talks, channel.head)


def test_a_signed_text_is_corrected_when_both_confirm_it() -> None:
    channel = Ceremony().signed()
    original = channel.head
    change = correction(channel, "We do meet.")
    placed = channel.applies(change)
    assert concluded.in_force(channel.talks) == original
    assert concluded.correcting(channel.talks) == channel.head
    assert channel.refuses(confirmed(placed, channel.head.text), "RUS") == "role"
    corrects(channel, placed)
    assert concluded.in_force(channel.talks) == channel.head
    assert concluded.correcting(channel.talks) is None
    assert phase(channel.state, channel.talks).rectified
    again = channel.applies(correction(channel, "We will meet."))
    assert channel.head.statement == again


def test_of_two_corrections_of_one_text_the_one_confirmed_first_counts() -> None:
    channel = Ceremony().signed()
    one, two = correction(channel, "We do meet."), correction(channel, "We will meet.")
    placed = [channel.applies(each) for each in (one, two)]
    texts_made = [version_of(channel.talks, each).text for each in placed]
    assert concluded.correcting(channel.talks) is not None
    channel.applies(confirmed(placed[1], texts_made[1], header=head(HEAD)), "RUS", HEAD)
    assert concluded.in_force(channel.talks) == version_of(channel.talks, placed[1])
    assert concluded.correcting(channel.talks) is None  # the other is of a text not in force
    channel.applies(confirmed(placed[0], texts_made[0], header=head(HEAD)), "RUS", HEAD)
    assert concluded.in_force(channel.talks) == version_of(channel.talks, placed[1])


def test_a_correction_needs_its_document_and_the_text_in_force() -> None:
    channel = Ceremony().initialled()
    version = channel.head
    bare = correction(channel, "We do meet.", header=head())
    assert channel.refuses(bare) == "unknown-document"
    elsewhere = head(relates_to=Relation(channel=bytes(31) + b"\x01", statement=version.statement))
    assert channel.refuses(correction(channel, "Us.", header=elsewhere)) == "foreign-reference"
    placed = channel.applies(correction(channel, "We do meet."))
    found = channel.version_of(placed)
    on_top = child(found.text, placed, version_kind="rectified")
    assert channel.refuses(on_top) == "nothing-to-rectify"


def test_nothing_is_signed_while_a_correction_waits_and_the_corrected_text_is_signed() -> None:
    channel = Ceremony().initialled()
    version = channel.head
    placed = channel.applies(correction(channel, "We do meet."))
    content = alternat(version.statement)
    by = channel.applies(content)
    channel.applies(agreed(by), "RUS", HEAD)
    early = signed(version, "USA", "USA", (by, content))
    assert channel.refuses(early, "USA", SIGNATORY, **who("USA")) == "not-ready"
    assert "correction-open" in channel.outcome.detail
    corrects(channel, placed)
    channel.agree()
    assert channel.refuses(early, "USA", SIGNATORY, **who("USA")) == "not-ready"
    assert "expected the text in force" in channel.outcome.detail
    newer = channel.alternat()
    for original in ("USA", "RUS"):
        for party in ("USA", "RUS"):
            channel.signs(party, original, newer)
    assert concluded.is_signed(channel.talks)


def test_two_corrections_side_by_side_leave_the_initialled_text_in_force() -> None:
    channel = Ceremony().initialled()
    version = channel.head
    for words in ("We do meet.", "We will meet."):
        channel.applies(correction(channel, words))
    assert concluded.in_force(channel.talks) == version
    assert concluded.correcting(channel.talks) == channel.head
