"""A relay card that leads to an address, with keys of no meaning."""

from __future__ import annotations

from paraph.protocol.wire import RelayCard
from tests.support.channel import ORIGIN_PREFIX


def a_card(address: str, pin: bytes = bytes(32)) -> RelayCard:
    return RelayCard(
        address=address,
        pin=pin,
        origin_prefix=ORIGIN_PREFIX,
        log_ed25519=bytes(32),
        log_mldsa44=bytes(1312),
    )
