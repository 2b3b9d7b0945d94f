"""Mandate and clearance (SPEC 7.18)."""

from typing import Any

import pytest

from paraph.protocol import documents
from paraph.protocol.documents import Manifest, Policy
from paraph.protocol.errors import MalformedError, MisuseError
from paraph.protocol.keys import SecretKey
from paraph.protocol.names import ZERO
from paraph.protocol.negotiation.fold import internal as rules
from paraph.protocol.negotiation.state import Clearance
from paraph.protocol.statements.clear import ManifestEntry
from paraph.protocol.statements.content import Content
from paraph.protocol.statements.header import NO_NEGOTIATION, to_wordings
from paraph.protocol.statements.internal import (
    ClearanceAsked,
    TripWords,
    draft_digest,
)
from tests.support import internal as talk
from tests.support.internal import HEAD, HIT, LAWYER, OFFICER, Chancery
from tests.support.negotiating import Channel, comment, header, opened
from tests.support.parties import make_party


@pytest.mark.parametrize(
    ("content", "role"),
    [
        (talk.mandate(), "head_of_delegation"),
        (talk.asked(), "desk_officer"),
        (talk.given(ZERO, "released"), "head_of_delegation"),
    ],
    ids=("mandate", "asked", "given"),
)
def test_nothing_internal_is_applied_in_a_shared_channel(content: Content, role: str) -> None:
    assert Channel().refuses(content, role=role) == "internal-only"
    # the control: in an internal channel the same words are judged by their own rules
    alone = Chancery()
    alone.say(content, role=role)
    assert alone.outcome.code in ("", "unknown-clearance")


def test_a_mandate_replaces_the_one_before_and_one_of_its_own_goes_before_the_common_one() -> None:
    channel = Chancery()
    assert rules.mandate_of(channel.state, header().negotiation) is None
    common = talk.mandate(header=header("head_of_delegation", negotiation=NO_NEGOTIATION))
    channel.applies(common, role="head_of_delegation")
    found = rules.mandate_of(channel.state, header().negotiation)
    assert found is not None
    assert found.content == common
    channel.applies(talk.mandate(name="M-2"), role="head_of_delegation")
    channel.applies(talk.mandate(name="M-3"), role="head_of_delegation")
    own = rules.mandate_of(channel.state, header().negotiation)
    other = rules.mandate_of(channel.state, bytes(15) + b"\1")
    assert own is not None
    assert other is not None
    assert (own.content.name, other.content.name) == ("M-3", "M-USA-1")
    assert not len(channel.state.negotiations)  # it stands beside them


def test_a_mandate_is_in_working_languages_and_not_for_everybody_to_set() -> None:
    channel = Chancery()
    french = talk.mandate(scope=to_wordings({"fr": "La sécurité."}))
    assert channel.refuses(french, role="head_of_delegation") == "unknown-language"
    assert channel.refuses(talk.mandate("desk_officer")) == "role"


def test_a_release_needs_four_eyes() -> None:
    channel = Chancery()
    draft = channel.asks(b"one")
    assert channel.may_not(draft, "released", holder=OFFICER) == "own-draft"
    assert channel.may_not(draft, "reviewed", holder=OFFICER) == "own-draft"
    assert standing(channel, draft) == "asked"
    channel.says(draft, "reviewed", "legal_adviser", LAWYER)
    assert standing(channel, draft) == "reviewed"
    channel.says(draft, "released")
    assert standing(channel, draft) == "released"


def test_a_release_needs_the_role_table_and_the_manifest() -> None:
    channel = Chancery()
    draft = channel.asks()
    assert channel.refuses(talk.given(draft, "released", "desk_officer"), holder=HEAD) == "role"
    channel.hears(ManifestEntry(document=manifest(("signatory",))), role="registrar")
    assert channel.may_not(draft, "released") == "release-role"
    channel.says(draft, "reviewed")  # a review is not a release
    channel.says(draft, "released", "signatory")
    again = channel.asks(b"two")
    channel.hears(ManifestEntry(document=manifest(())), role="registrar")
    channel.says(again, "released", "legal_adviser")


def test_what_needs_a_lawyer_is_not_released_without_one() -> None:
    channel = Chancery()
    draft = channel.asks(needs=("legal",))
    channel.says(draft, "reviewed", "signatory", LAWYER)
    assert channel.may_not(draft, "released") == "legal-first"
    channel.says(draft, "reviewed", "legal_adviser", LAWYER)
    channel.says(draft, "released")


def test_trip_words_are_confirmed_by_the_authority_that_the_mandate_names() -> None:
    channel = Chancery()
    draft = channel.asks(hits=(HIT,), needs=("authority",))
    channel.applies(talk.mandate(), role="head_of_delegation")
    assert channel.may_not(draft, "authority_confirmed") == "not-the-authority"
    assert not clearance(channel, draft).is_confirmed
    # an authority that drafts itself is the authority all the same
    channel.says(draft, "authority_confirmed", "signatory", OFFICER)
    assert clearance(channel, draft).is_confirmed
    assert standing(channel, draft) == "asked"


@pytest.mark.parametrize("final", [None, ()])
def test_without_a_named_authority_whoever_may_clear_may_confirm(final: Any) -> None:  # noqa: ANN401
    channel = Chancery()
    if final is not None:
        channel.applies(talk.mandate(final=final), role="head_of_delegation")
    draft = channel.asks(hits=(HIT,), needs=("authority",))
    channel.says(draft, "authority_confirmed", "legal_adviser", LAWYER)


def test_a_refusal_is_the_end_also_after_a_release() -> None:
    channel = Chancery()
    draft = channel.asks(hits=(HIT,), needs=("authority",))
    channel.says(draft, "authority_confirmed")
    channel.says(draft, "released")
    assert channel.may_not(draft, "released") == "clearance-over"
    assert channel.may_not(draft, "reviewed") == "clearance-over"
    channel.says(draft, "refused")
    assert standing(channel, draft) == "refused"
    assert not clearance(channel, draft).is_confirmed
    for step in ("reviewed", "released", "refused", "authority_confirmed"):
        assert channel.may_not(draft, step) == "clearance-over"


def test_clearances_are_numbered_and_found_and_one_byte_more_is_another() -> None:
    channel = Chancery()
    first, second = channel.asks(b"one"), channel.asks(b"one", b"two")
    assert [clearance(channel, each).number for each in (first, second)] == [1, 2]
    digests = {draft_digest(each) for each in ((b"one",), (b"one", b""), (b"on", b"e"), (b"onf",))}
    assert len(digests) == 4
    assert channel.may_not(b"\7" * 32, "released") == "unknown-clearance"


def test_a_draft_is_for_another_channel() -> None:
    channel = Chancery()
    for target in (ZERO, channel.state.channel):
        assert channel.refuses(talk.asked(target=target), holder=OFFICER) == "clearance-target"


def test_a_record_that_contradicts_itself_is_none() -> None:
    for wrong in (
        lambda: talk.asked(digest=ZERO),
        lambda: talk.asked(hits=(HIT,)),
        lambda: talk.given(ZERO, "refused", note=""),
    ):
        with pytest.raises(MisuseError):
            wrong()
    sound = talk.asked(b"one").encode()
    with pytest.raises(MalformedError, match="digest of the parts"):
        ClearanceAsked.decode(sound.replace(b"\xc4\x03one", b"\xc4\x03onf"))


def test_trip_words_have_one_list_for_each_language() -> None:
    ru, en = (TripWords(language=each, words=("x",)) for each in ("ru", "en"))
    assert talk.mandate(trip_words=(en, ru)).trip_words == (en, ru)
    for wrong in ((ru, en), (en, en)):
        with pytest.raises(MisuseError):
            talk.mandate(trip_words=wrong)


def test_wire_numbers_show_no_gap_where_something_internal_stands() -> None:
    shared, alone = Channel(), Chancery()
    shared.applies(opened())
    first = shared.applies(comment())
    alone.applies(comment(body="Ours.", comment_kind="fallback"))
    alone.asks()
    second = shared.applies(comment())
    talks = shared.state.negotiations.get(header().negotiation)
    assert talks is not None
    numbers = [found.number for each in (first, second) if (found := talks.comments.get(each))]
    assert numbers == [1, 2]


def clearance(channel: Channel, statement: bytes) -> Clearance:
    found = channel.state.clearances.get(statement)
    assert found is not None
    return found


def standing(channel: Channel, statement: bytes) -> str:
    return clearance(channel, statement).standing


def manifest(release: tuple[str, ...]) -> documents.Document:
    party = make_party("USA")
    body = Manifest.decode(party.manifest.body)
    policy = Policy(initiallers=1, signatories=1, release=release, new_keys="held")
    fields = {name: getattr(body, name) for name in Manifest.CODECS}
    changed = Manifest(**{**fields, "policy": policy})
    keys: tuple[SecretKey, ...] = party.roots
    return documents.countersign(documents.draft(changed), Manifest, keys)
