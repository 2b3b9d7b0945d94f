"""Frames, sessions and the delivery table."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paraph.protocol.delivery import TRANSITIONS, Delivery, Event, step
from paraph.protocol.errors import MalformedError, OutOfTurnError
from paraph.protocol.names import Context, Digest, Label, pae
from paraph.protocol.wire import (
    Entries,
    Follow,
    Founded,
    Founding,
    Placed,
    Refused,
    SessionRequest,
    Submit,
    admission_message,
    pack_frame,
    session_message,
    unpack_frame,
)


def test_a_frame_carries_one_to_sixty_four_messages() -> None:
    one = Follow(request=1, start=5)
    refused = Refused(request=2, code="gap", message="", retry_after_s=1, note=b"")
    assert unpack_frame(pack_frame((one, refused))) == (one, refused)
    assert len(unpack_frame(pack_frame((one,) * 64))) == 64
    for count in (0, 65):
        with pytest.raises(MalformedError):
            unpack_frame(pack_frame((one,) * count))


def test_a_frame_is_at_most_a_mebibyte() -> None:
    body = bytes(256 * 1024)
    three = tuple(Submit(request=n, envelope=b"", body=body) for n in range(3))
    assert unpack_frame(pack_frame(three)) == three
    with pytest.raises(MalformedError):
        unpack_frame(pack_frame((*three, three[0])))


def test_the_largest_push_of_entries_fits_the_node_budget() -> None:
    push = Entries(request=0, start=0, envelopes=(b"x",) * 64, bodies=(b"x",) * 64, note=b"n")
    assert unpack_frame(pack_frame((push,) * 64)) == (push,) * 64


@given(st.binary(max_size=60))
def test_any_frame_is_messages_or_malformed(data: bytes) -> None:
    try:
        messages = unpack_frame(data)
    except MalformedError:
        return
    assert pack_frame(messages) == data


def test_founding_entries_may_each_fill_an_envelope() -> None:
    envelopes = (bytes(65_535),) * 3
    assert Founding.decode(Founding(envelopes=envelopes).encode()).envelopes == envelopes
    founded = Founded(envelopes=envelopes, note=b"n")
    assert Founded.decode(founded.encode()) == founded
    placed = Placed(request=0, index=1, proof=b"p", envelope=b"")
    assert unpack_frame(pack_frame((placed,))) == (placed,)


def test_what_a_session_signs_binds_everything() -> None:
    request = SessionRequest(
        channel=bytes(32), key=bytes(32), nonce=bytes(32), time=1, signature=bytes(3373)
    )
    messages = {
        session_message("a", "host:1", request),
        session_message("b", "host:1", request),
        session_message("a", "host:2", request),
        *(
            session_message("a", "host:1", dataclasses.replace(request, **{field: b"x" * 32}))  # type: ignore[arg-type]
            for field in ("channel", "key", "nonce")
        ),
        session_message("a", "host:1", dataclasses.replace(request, time=2)),
    }
    assert len(messages) == 7


def test_what_an_admission_signs_binds_code_and_root_set() -> None:
    messages = {
        admission_message("A", Digest(bytes(32))),
        admission_message("B", Digest(bytes(32))),
        admission_message("A", Digest(b"x" * 32)),
    }
    assert len(messages) == 3


@given(st.lists(st.binary(max_size=8), max_size=4), st.lists(st.binary(max_size=8), max_size=4))
def test_pae_of_other_parts_is_other_bytes(one: list[bytes], two: list[bytes]) -> None:
    assert (pae(*one) == pae(*two)) == (one == two)


def test_no_context_is_used_twice() -> None:
    values = [each.value for each in Context] + [each.value for each in Label]
    assert len(set(values)) == len(values)
    assert all(value.startswith("paraph/v1/") for value in values)
    assert all(len(each.octets) <= 255 for each in Context)


def test_the_delivery_table_covers_every_state_and_refuses_every_other_pair() -> None:
    assert set(TRANSITIONS) == set(Delivery)
    for state in Delivery:
        for event in Event:
            if event in TRANSITIONS[state]:
                assert step(state, event) is TRANSITIONS[state][event]
            else:
                with pytest.raises(OutOfTurnError):
                    step(state, event)


def test_only_a_proof_or_an_exclusion_ends_what_is_unknown() -> None:
    ends = {event for event, to in TRANSITIONS[Delivery.UNKNOWN].items() if to != "unknown"}
    assert ends == {Event.PROVEN, Event.EXCLUDED}
    assert Event.PROVEN not in TRANSITIONS[Delivery.UNPLACEABLE]
