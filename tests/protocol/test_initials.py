"""Initials: who gives them, what they freeze, how long they can be taken back (SPEC 7.16)."""

import dataclasses

import pytest

from paraph.protocol.names import ZERO
from paraph.protocol.negotiation import concluded
from paraph.protocol.negotiation.fold import conclusion as rules
from paraph.protocol.negotiation.phase import Phase, phase
from paraph.protocol.statements.conclusion import PartyRoots
from paraph.protocol.statements.header import Relation, to_digests, to_wordings
from paraph.protocol.statements.recall import Recalled
from tests.support.concluding import (
    HEAD,
    SIGNATORY,
    Ceremony,
    clean_clauses,
    initialled,
    manifest,
    signed,
    who,
    withdrawn,
)
from tests.support.negotiating import CHANNEL, child, header, tabled
from tests.support.side_documents import opened as document_opened

# ---------------------------------------------------------------------------- initials


def test_the_text_is_authenticated_with_the_last_required_initial() -> None:
    channel = Ceremony(initiallers=2, powers_for=2)
    for party, number in (("USA", 0), ("RUS", 0), ("RUS", 1)):
        channel.initials(party, number)
        assert concluded.initialled(channel.talks) is None
    channel.initials("USA", 1)
    assert concluded.initialled(channel.talks) == channel.head
    assert phase(channel.state, channel.talks) == Phase("authenticated")
    content = initialled(channel.head, "USA", 2)
    assert channel.refuses(content, "USA", HEAD, **who("USA", 2)) == "concluded"


def test_a_person_initials_once_whatever_the_key() -> None:
    channel = Ceremony(initiallers=2)
    channel.initials("USA")
    other = {"holder": who("USA")["holder"], "key": who("USA", 5)["key"]}
    content = initialled(channel.head, "USA", signer=other["key"])
    assert channel.refuses(content, "USA", HEAD, **other) == "initialled-before"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"channel": ZERO}, "act-differs"),
        ({"party": "RUS"}, "act-differs"),
        ({"signer": ZERO}, "act-differs"),
        ({"holder": bytes(16)}, "act-differs"),
        ({"version": ZERO}, "unknown-version"),
        ({"capacity": to_wordings({"en": "King"})}, "capacity-differs"),
        ({"texts": to_digests({"en": ZERO, "ru": ZERO})}, "digest-differs"),
        ({"texts": to_digests({"en": ZERO}), "languages": ("en",)}, "digest-differs"),
        (
            {"roots": tuple(PartyRoots(party=each, digest=ZERO) for each in ("RUS", "USA"))},
            "roots-differ",
        ),
        (
            {"roots": tuple(PartyRoots(party=each, digest=ZERO) for each in ("FRA", "RUS"))},
            "roots-differ",
        ),
    ],
)
def test_an_act_that_says_anything_else_than_the_log_is_refused(
    changes: dict[str, object], code: str
) -> None:
    channel = Ceremony()
    content = initialled(channel.head, "USA", role=HEAD, **changes)
    assert channel.refuses(content, "USA", HEAD, **who("USA")) == code


def test_the_roots_are_those_in_force_and_the_policy_is_that_of_the_version() -> None:
    channel = Ceremony()
    channel.hears(manifest("USA", initiallers=4, signatories=4, roots=1), "USA", "root")
    content = initialled(channel.head, "RUS")
    assert channel.refuses(content, "RUS", HEAD, **who("RUS")) == "roots-differ"
    channel.hears(manifest("USA", initiallers=4, signatories=4), "USA", "root")
    channel.initialled()
    assert concluded.initialled(channel.talks) is not None


def test_only_heads_and_signatories_initial_and_signatories_sign() -> None:
    channel = Ceremony()
    by_desk = initialled(channel.head, "USA", role="desk_officer")
    assert channel.refuses(by_desk, "USA", "desk_officer", **who("USA")) == "role"
    by = channel.initialled().alternat()
    by_head = signed(channel.head, "USA", "USA", by, role=HEAD)
    assert channel.refuses(by_head, "USA", HEAD, **who("USA")) == "role"


def test_the_text_is_frozen_from_the_first_initial_on_and_thaws_with_the_last() -> None:
    channel = Ceremony()
    version = channel.head
    change = child(version.text, version.statement)
    rival = tabled(version.text, clauses=clean_clauses())
    placed = channel.initials("USA")
    assert channel.refuses(change) == "frozen-text"
    assert channel.refuses(rival) == "frozen-text"
    assert channel.refuses(dataclasses.replace(change, version_kind="rectified")) == (
        "nothing-to-rectify"
    )
    channel.applies(withdrawn(placed), "USA", HEAD)
    channel.applies(change)


def test_control_without_the_freeze_a_text_would_change_under_its_initials(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    channel = Ceremony()
    channel.initials("USA")
    monkeypatch.setattr(rules, "may_table", lambda *_: None)
    channel.applies(child(channel.head.text, channel.head.statement))


def test_a_text_that_is_initialled_is_not_recalled() -> None:
    channel = Ceremony()
    recall = Recalled(header=header(), subject=channel.text, reason="")
    placed = channel.initials("RUS")
    assert channel.refuses(recall) == "built-on"
    channel.applies(withdrawn(placed), "RUS", HEAD)
    channel.applies(recall)


def test_side_documents_go_on_while_the_text_is_frozen() -> None:
    channel = Ceremony().initialled()
    letter = channel.applies(document_opened())
    about = header(relates_to=Relation(channel=CHANNEL, statement=letter))
    channel.applies(tabled(channel.head.text, clauses=clean_clauses(), header=about))


# ---------------------------------------------------------------------------- withdrawal


def test_an_initial_is_taken_back_until_the_last_required_one() -> None:
    channel = Ceremony()
    placed = channel.initials("USA")
    assert channel.refuses(withdrawn(placed), "RUS", HEAD) == "author-differs"
    assert channel.refuses(withdrawn(ZERO), "USA", HEAD) == "not-standing"
    channel.applies(withdrawn(placed), "USA", HEAD)
    assert channel.talks.conclusion.initials == ()
    assert channel.refuses(withdrawn(placed), "USA", HEAD) == "not-standing"
    again = channel.initials("USA")
    channel.initials("RUS")
    assert channel.refuses(withdrawn(again), "USA", HEAD) == "concluded"


def test_a_signature_is_taken_back_by_a_signatory_until_the_last_required_one() -> None:
    channel = Ceremony().initialled()
    by = channel.alternat()
    placed = channel.signs("USA", "USA", by)
    assert channel.refuses(withdrawn(placed), "USA", HEAD) == "role"
    channel.applies(withdrawn(placed, SIGNATORY), "USA", SIGNATORY)
    last = channel.signs("USA", "USA", by)
    for party, original in (("USA", "RUS"), ("RUS", "RUS"), ("RUS", "USA")):
        assert not concluded.is_signed(channel.talks)
        channel.signs(party, original, by)
    assert concluded.is_signed(channel.talks)
    assert channel.refuses(withdrawn(last, SIGNATORY), "USA", SIGNATORY) == "concluded"
