"""A relay's front in memory: admits root sets, founds channels, gives sessions. No sockets.

It stands where a command would reach the network: ``front.down = True`` is a relay that cannot be
reached, and a wrapped channel is a relay that lies.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path

from paraph.client.channel.joining import Link
from paraph.client.channel.tools import Tools
from paraph.client.keys.vault import Vault, VaultHeader, derive_key
from paraph.protocol.checkpoint import LogSecret
from paraph.protocol.documents import parse_roots
from paraph.protocol.errors import RefusedError, UnavailableError
from paraph.protocol.keys import PublicKey, Signer
from paraph.protocol.log import ChannelLog
from paraph.protocol.names import ChannelId, Context
from paraph.protocol.relay import RelayChannel
from paraph.protocol.wire import Admission, Founded, Founding, RelayCard, admission_message
from paraph.protocol.words import root_digest
from tests.support.channel import ORIGIN_PREFIX, START
from tests.support.memory_relay import MemoryRelay


class PlacedChannel:
    """What :class:`MemoryRelay` needs of a channel."""

    def __init__(self, founding: tuple[bytes, ...], secret: LogSecret) -> None:
        self.log = ChannelLog(founding)
        self.founding = founding
        self.envelopes = list(founding)
        self._secret = secret

    def note(self) -> bytes:
        """Return a checkpoint of the log as it stands."""
        return self._secret.sign(self.log.origin, self.log.size, self.log.root)


class MemoryFront:
    """One relay, and every link to it.

    Attributes:
        codes: Enrolment codes that nobody has shown yet.
        relays: The channels founded, by id.
        down: Whether it cannot be reached.
        wrap: Put around every channel that is opened.
    """

    def __init__(self, *codes: str) -> None:
        self.codes = set(codes)
        self.relays: dict[ChannelId, MemoryRelay] = {}
        self.down = False
        self.wrap: Callable[[RelayChannel], RelayChannel] = lambda relay: relay
        self._admitted: set[bytes] = set()
        self._secret = LogSecret.generate()

    @property
    def card(self) -> RelayCard:
        """What its operator hands out."""
        ed25519, mldsa44 = self._secret.public
        return RelayCard(
            address="https://relay.example:8443",
            pin=bytes(32),
            origin_prefix=ORIGIN_PREFIX,
            log_ed25519=ed25519,
            log_mldsa44=mldsa44,
        )

    def _require_up(self) -> None:
        if self.down:
            raise UnavailableError("cannot reach the relay at https://relay.example:8443")

    async def admit(self, admission: Admission) -> None:
        """Admit a root set with its code."""
        self._require_up()
        digest = root_digest(
            admission.party, admission.threshold, list(parse_roots(admission.roots))
        )
        message = admission_message(admission.code, digest)
        PublicKey.parse(admission.roots[0])
        if not any(
            _verifies(PublicKey.parse(root), message, admission.signature)
            for root in admission.roots
        ):
            raise RefusedError("expected a signature by one of the roots", code="forged")
        if digest in self._admitted:
            return
        if admission.code not in self.codes:
            raise RefusedError("expected an enrolment code that is not used yet", code="code")
        self.codes.remove(admission.code)
        self._admitted.add(digest)

    async def found(self, founding: Founding) -> Founded:
        """Found a channel, or answer what was placed."""
        self._require_up()
        made = PlacedChannel(founding.envelopes, self._secret)
        for party in made.log.charter.parties:
            digest = root_digest(party.code, party.threshold, list(parse_roots(party.roots)))
            if digest not in self._admitted:
                raise RefusedError(
                    f"the roots of {party.code} are not admitted", code="not-admitted"
                )
        relay = self.relays.setdefault(
            made.log.channel,
            MemoryRelay(made),  # type: ignore[arg-type]
        )
        return Founded(envelopes=tuple(relay.channel.founding), note=relay.note)

    async def open(self, channel: ChannelId, origin_prefix: str, signer: Signer) -> RelayChannel:
        """Give a session to a key of the channel."""
        assert origin_prefix == ORIGIN_PREFIX
        self._require_up()
        relay = self.relays.get(channel)
        if relay is None or relay.channel.log.trust.member(signer.public.id) is None:
            raise RefusedError("no session for this key", code="session")
        return self.wrap(relay)

    def fork(self, relay: MemoryRelay) -> MemoryRelay:
        """Return a second relay with the same entries so far and the same log keys."""
        made = PlacedChannel(tuple(relay.channel.founding), self._secret)
        for envelope in relay.channel.envelopes[len(made.founding) :]:
            made.log.append(envelope)
            made.envelopes.append(envelope)
        return MemoryRelay(made)  # type: ignore[arg-type]

    def grow(self, relay: MemoryRelay) -> None:
        """Append an entry that no honest relay would place: it is void, and still a leaf."""
        envelope = b"not an envelope"
        relay.channel.log.append(envelope)
        relay.channel.envelopes.append(envelope)

    async def close(self) -> None:
        """Nothing is open."""


@functools.cache
def _derive(header: VaultHeader, passphrase: bytes) -> bytes:
    return derive_key(header, passphrase)


def _verifies(key: PublicKey, message: bytes, signature: bytes) -> bool:
    try:
        key.verify(Context.POSSESSION, message, signature)
    except Exception:  # noqa: BLE001 - any failure is one
        return False
    return True


class MemoryTools(Tools):
    """What a command uses instead of the network and the clock; one second passes each time."""

    def __init__(self, front: MemoryFront) -> None:
        self.front = front
        self.time = START

    def link(self, card: RelayCard) -> Link:
        """Return the front; there is one relay only."""
        assert card == self.front.card
        return self.front

    def open_vault(self, path: Path, passphrase: bytes) -> Vault:
        """Open a key file; the slow step is done once for each."""
        return Vault.open(path, passphrase, derive=_derive)

    def now(self) -> int:
        """Return the time."""
        self.time += 1000
        return self.time
