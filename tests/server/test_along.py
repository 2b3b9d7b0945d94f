"""Bodies travel along with their entries, as far as a frame takes them."""

from __future__ import annotations

import hashlib
import itertools

from paraph.protocol import signed
from paraph.protocol.names import KeyId
from paraph.protocol.wire import FRAME, MAX_NOTE, Entries, pack_frame
from paraph.server.along import MOST_ALONG, MOST_RECENT, Recent, joined
from paraph.server.batch import Prepared
from tests.support.channel import Channel
from tests.support.parties import Person

NOBODY = KeyId(bytes(32))


def prepared(channel: Channel, officer: Person) -> Prepared:
    envelope, body = channel.seal(officer, b"x")
    return Prepared(signed.verify(signed.read(envelope), officer.signing.public), body)


def pushed(*envelopes: bytes) -> Entries:
    return Entries(request=0, start=7, envelopes=envelopes, bodies=(), note=b"note")


def test_a_body_is_pushed_with_its_entry_but_not_to_whoever_said_it(
    channel: Channel, officer: Person
) -> None:
    recent, made = Recent(), prepared(channel, officer)
    recent.keep(made)
    entries = pushed(made.verified.unverified.envelope, b"another entry")
    (found,) = recent.join(entries, NOBODY)
    assert made.body is not None
    assert found.bodies == (made.body,)
    assert list(recent.join(entries, officer.id)) == [entries]


def test_a_body_that_was_not_found_to_be_the_right_one_is_not_pushed(
    channel: Channel, officer: Person
) -> None:
    recent, made = Recent(), prepared(channel, officer)
    recent.keep(Prepared(made.verified, made.body, fault=ValueError("body")))  # type: ignore[arg-type]
    recent.keep(Prepared(made.verified))
    recent.keep(Prepared(made.verified, bytes(MOST_ALONG + 1)))
    entries = pushed(made.verified.unverified.envelope)
    assert list(recent.join(entries, NOBODY)) == [entries]


def test_only_the_newest_are_at_hand(channel: Channel, officer: Person) -> None:
    recent, made = Recent(), prepared(channel, officer)
    recent.keep(made)
    unverified = made.verified.unverified
    for number in range(MOST_RECENT):
        other = Prepared(made.verified, hashlib.sha256(bytes([number % 256])).digest())
        object.__setattr__(unverified, "envelope", number.to_bytes(4, "big"))
        recent.keep(other)
    assert len(recent._bodies) == MOST_RECENT  # noqa: SLF001


def test_what_does_not_fit_a_frame_is_cut_and_only_the_last_part_has_the_note() -> None:
    entries = Entries(
        request=0,
        start=5,
        envelopes=tuple(bytes([at]) * 4_000 for at in range(64)),
        bodies=(),
        note=bytes(MAX_NOTE),
    )
    bodies = {at: bytes([at]) * MOST_ALONG for at in range(64) if at != 3}
    bodies[9] = bytes(MOST_ALONG + 1)
    parts = list(joined(entries, bodies))
    assert len(parts) > 1
    assert [each for part in parts for each in part.envelopes] == list(entries.envelopes)
    assert [each for part in parts for each in part.bodies] == [
        bodies[at] for at in sorted(bodies) if at != 9
    ]
    assert parts[0].start == 5
    for one, two in itertools.pairwise(parts):
        assert two.start == one.start + len(one.envelopes)
    assert [bool(part.note) for part in parts] == [False] * (len(parts) - 1) + [True]
    assert all(len(pack_frame((part,))) <= FRAME.size for part in parts)


def test_nothing_stays_nothing() -> None:
    assert list(joined(pushed(), {})) == [pushed()]
