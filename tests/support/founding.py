"""A channel is founded on a relay over a real transport."""

from __future__ import annotations

from collections.abc import Iterable

from paraph.client.transport import Transport, TransportChannel
from tests.support.channel import Channel


async def found_over(
    transport: Transport, channel: Channel, codes: Iterable[str]
) -> TransportChannel:
    """Found *channel*, and place everything that opens it.

    Args:
        transport: Leads to a relay that has the channel's log keys.
        channel: With the entries that are to stand on the relay.
        codes: Enrolment codes, in the order of the parties.

    Returns:
        The channel, in the hands of the first root of the first party.
    """
    for party, code in zip(channel.parties, codes, strict=True):
        await transport.admit(party.admission(code))
    founded = await transport.found(channel.founding_message())
    assert founded.envelopes == channel.founding
    prefix = channel.log.charter.origin_prefix
    way = await transport.open(channel.id, prefix, channel.parties[0].roots[0])
    for envelope in channel.later():
        await way.submit(envelope, b"")
    return way
