"""What a party that countersigned a channel's charter believes of it."""

from paraph.client.keys.trust import anchor_of_charter
from paraph.protocol.evidence import TrustAnchor
from paraph.protocol.log import ChannelLog


def anchor_of(log: ChannelLog) -> TrustAnchor:
    """Return what an auditor of this channel is given beforehand."""
    return anchor_of_charter(log.charter, log.channel)
