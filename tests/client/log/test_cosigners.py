"""Below which index the log is final: a cosigner of each party covered it (SPEC 6.4)."""

import pytest

from paraph.client.log.cosigners import final_below
from paraph.client.log.replica import Replica
from paraph.protocol.checkpoint import verify_checkpoint
from paraph.protocol.wire import Entries
from tests.support.channel import Channel, make_channel


@pytest.fixture
def channel() -> Channel:
    return make_channel(quorum="all")


def cosigned(channel: Channel, *codes: str) -> bytes:
    note = channel.note()
    head = verify_checkpoint(note, channel.log_keys)
    for code in codes:
        secret = channel.party(code).cosigner
        assert secret is not None
        name = channel.log.trust.parties[code].manifest.cosigners[0].name
        note += secret.cosign(name, head, 1)
    return note


def test_entries_are_final_once_every_party_covered_them(
    channel: Channel, replica: Replica
) -> None:
    start = replica.log.size
    envelopes = tuple(channel.envelopes[start:])
    replica.feed(
        Entries(
            request=0, bodies=(), start=start, envelopes=envelopes, note=cosigned(channel, "RUS")
        )
    )
    assert final_below(replica) == 0
    size = replica.size
    channel.place(channel.heartbeat(channel.party("RUS").person("bot")))
    more = (channel.envelopes[size],)
    replica.feed(
        Entries(request=0, bodies=(), start=size, envelopes=more, note=cosigned(channel, "USA"))
    )
    assert final_below(replica) == size
    channel.place(channel.heartbeat(channel.party("USA").person("bot")))
    last = (channel.envelopes[size + 1],)
    both = cosigned(channel, "RUS", "USA")
    replica.feed(Entries(request=0, bodies=(), start=size + 1, envelopes=last, note=both))
    assert final_below(replica) == size + 2
