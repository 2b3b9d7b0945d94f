"""The relay's service: it implements the protocol's relay, and knows neither HTTP nor SQL (SPEC 8).

Here stands what it does before there is a session; what comes behind one stands in
:mod:`paraph.server.service_channel` and :mod:`paraph.server.submitting`.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import functools
import hashlib
import secrets
from collections.abc import Mapping
from typing import Final, TypeVar

from paraph.protocol import documents
from paraph.protocol.documents import Charter
from paraph.protocol.errors import (
    ForgedError,
    MalformedError,
    RefusedError,
    UnavailableError,
)
from paraph.protocol.keys import PublicKey
from paraph.protocol.log import ChannelLog
from paraph.protocol.names import (
    ChannelId,
    Context,
    Digest,
    KeyId,
)
from paraph.protocol.statements.envelope import MAX_ENVELOPE
from paraph.protocol.wire import (
    Admission,
    Challenge,
    Founded,
    Founding,
    Session,
    SessionRequest,
    admission_message,
    session_message,
)
from paraph.protocol.words import root_digest
from paraph.server.channel import LiveChannel, unverified_charter
from paraph.server.quotas import Rate
from paraph.server.service_channel import ServiceChannel
from paraph.server.sessions import Holder, Sessions, no_session
from paraph.server.workshop import Workshop

T = TypeVar("T")

SUBMISSIONS: Final = Rate(per_s=200.0, burst=2000)
"""Statements of one key: a day's work of a desk is dozens, a bot that catches up sends hundreds."""
ADMISSIONS: Final = Rate(per_s=1.0, burst=60)
"""Admissions and foundings of one root set: neither has a session."""
MOST_CHANNELS: Final = 10_000
SWEEP_EVERY_S: Final = 3600.0
CODE_BYTES: Final = 15
"""120 bits of an enrolment code: 24 characters in groups of four."""


class RelayService:
    """The relay, before and behind its sessions. Made by :func:`paraph.server.relay.open_relay`.

    Args:
        shop: What every session works with.
        sessions: Challenges and sessions.
        origin_prefix: The relay's, as on its card.
        log_public: The relay's raw log keys.
        most_channels: Channels it takes.
    """

    def __init__(
        self,
        shop: Workshop,
        sessions: Sessions,
        *,
        origin_prefix: str,
        log_public: tuple[bytes, bytes],
        most_channels: int = MOST_CHANNELS,
    ) -> None:
        self.ledger = shop.ledger
        self.store = shop.store
        self._shop = shop
        self._sessions = sessions
        self._origin_prefix = origin_prefix
        self._log_public = log_public
        self._most_channels = most_channels
        self._ready = False
        self._sweeping: asyncio.Task[None] | None = None

    # start and stop

    async def start(self) -> None:
        """Read and check everything; only then serve.

        Raises:
            IntegrityError: What is stored is not what was signed: serve nothing.
        """
        await self.ledger.start()
        await self.sweep()
        self._sweeping = asyncio.create_task(self._sweep_every_hour())
        self._ready = True

    async def sweep(self) -> None:
        """Count and remove what was uploaded and never named."""
        for live in list(self.ledger.channels()):
            channel = live.log.channel
            named = await self.store.attachments(channel)
            party_of = functools.partial(_party_of, live)
            sweep = functools.partial(self._shop.blobs.sweep, channel, named, party_of)
            await self._shop.in_file_thread(sweep)

    async def _sweep_every_hour(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_EVERY_S)
            with contextlib.suppress(OSError, UnavailableError):  # then in an hour
                await self.sweep()

    async def drain(self) -> None:
        """Answer what has arrived, take no more, and let go of every file."""
        self._ready = False
        if self._sweeping is not None:
            self._sweeping.cancel()
        await self.ledger.drain()
        self._shop.pool.close()
        self._shop.files.shutdown(wait=True)
        await self.store.close()

    @property
    def is_ready(self) -> bool:
        """Whether statements can be placed."""
        return self._ready and self.ledger.failed is None and not self.ledger.full

    async def probe(self) -> None:
        """Write to the database and read it back.

        Raises:
            UnavailableError: It cannot be written to.
        """
        if self.ledger.failed is not None:
            raise self.ledger.failed
        await self.store.probe()

    async def status(self) -> dict[str, int | str | bool]:
        """Return figures for the operator; no names, no ids."""
        figures: Mapping[str, int | str] = await self.store.figures()
        return {
            **figures,
            "ready": self.is_ready,
            "disk_full": self.ledger.full,
            "sessions": self._sessions.count,
            "followers": sum(live.followers for live in self.ledger.channels()),
            "waiting": self.ledger.waiting,
            "unpublished": sum(live.unpublished for live in self.ledger.channels()),
        }

    # before there is a session

    async def mint_code(self, note: str) -> str:
        """Make an enrolment code that admits one root set; it is shown once and kept by digest.

        Args:
            note: For the operator: whom it is for.
        """
        code = base64.b32encode(secrets.token_bytes(CODE_BYTES)).decode("ascii")
        shown = "-".join(code[at : at + 4] for at in range(0, len(code), 4))
        await self.store.add_code(_code_digest(shown), note)
        return shown

    async def admit(self, admission: Admission) -> None:
        """Admit a root set with its enrolment code."""
        # What a stranger cannot know comes before what costs: nobody spends another's rate.
        root_set = _root_set(admission.party, admission.threshold, admission.roots)
        if await self.store.is_admitted(root_set):
            return  # no code is spent on what is so already
        code = _code_digest(admission.code)
        if not await self.store.may_redeem(code, root_set):
            raise _no_code()
        self._shop.quotas.take(b"front", root_set, rate=ADMISSIONS)
        await self._shop.pool.run(functools.partial(_check_admission, admission))
        if not await self.store.redeem(code, root_set):
            raise _no_code()

    async def found(self, founding: Founding) -> Founded:
        """Found a channel, or return the placed founding entries of one that is."""
        charter = unverified_charter(founding.envelopes[0])
        root_sets = await self._check_charter(charter)
        self._shop.quotas.take(b"front", *root_sets, rate=ADMISSIONS)
        log = await self._shop.pool.run(lambda: ChannelLog(founding.envelopes))
        live = self.ledger.get(log.channel)
        if live is None:
            if len(list(self.ledger.channels())) >= self._most_channels:
                raise RefusedError(f"expected at most {self._most_channels} channels", code="quota")
            live = await self.ledger.found(founding.envelopes, LiveChannel(log))
        await self.ledger.settled(live)
        placed = await self.store.envelopes(
            log.channel, 0, live.log.founding_size, 4 * MAX_ENVELOPE
        )
        return Founded(envelopes=placed, note=live.note)

    async def _check_charter(self, charter: Charter) -> list[Digest]:
        # Returns the root sets. No signature is checked yet.
        if (charter.log_ed25519, charter.log_mldsa44) != self._log_public:
            raise RefusedError("expected the log keys of this relay's card", code="log-keys")
        if charter.origin_prefix != self._origin_prefix:
            raise RefusedError("expected the origin prefix of this relay's card", code="origin")
        root_sets = []
        for party in charter.parties:
            root_set = _root_set(party.code, party.threshold, party.roots)
            root_sets.append(root_set)
            if not await self.store.is_admitted(root_set):
                raise RefusedError(
                    f"expected the roots of {party.code} to be admitted first",
                    code="not-admitted",
                    hint="admit them with an enrolment code of the relay's operator",
                )
        return root_sets

    def challenge(self) -> Challenge:
        """Draw a number used once."""
        return self._sessions.challenge()

    async def open_session(self, request: SessionRequest, host: str) -> Session:
        """Check the answer to a challenge; every fault has one and the same answer.

        Args:
            request: Channel, key, nonce, time and signature.
            host: Host and port of the relay's card, as written there.

        Raises:
            RefusedError: Code ``session``.
        """
        self._sessions.use_challenge(request)
        holder = Holder(ChannelId(request.channel), KeyId(request.key))
        try:
            live, member = self._shop.find(holder)
            message = session_message(live.log.charter.origin_prefix, host, request)
            await self._shop.pool.run(
                lambda: member.key.verify(Context.SESSION, message, request.signature)
            )
        except ForgedError as error:
            raise no_session() from error
        return self._sessions.open(holder)

    def resume(self, token: bytes) -> ServiceChannel:
        """Return the channel of a session.

        Raises:
            RefusedError: Code ``session``.
        """
        holder = self._sessions.resume(token)
        self._shop.find(holder)
        return ServiceChannel(self._shop, holder)

    def channel(self, channel: ChannelId, key: KeyId) -> ServiceChannel:
        """Return a channel for a key without a session: for relay and desks in one process.

        Raises:
            RefusedError: Code ``session``: no such channel, or no such key in it.
        """
        holder = Holder(channel, key)
        self._shop.find(holder)
        return ServiceChannel(self._shop, holder)


def _party_of(live: LiveChannel, key: KeyId) -> str:
    member = live.log.trust.member(key)
    return member.party if member is not None else ""


def _no_code() -> RefusedError:
    return RefusedError(
        "expected an enrolment code: this one is unknown, mistyped, or used for other roots",
        code="code",
        hint="compare it with what the relay's operator gave you, or ask for a new one",
    )


def _check_admission(admission: Admission) -> None:
    # In a thread: one of the roots signed.
    keys = documents.parse_roots(admission.roots)
    root_set = _root_set(admission.party, admission.threshold, admission.roots)
    message = admission_message(admission.code, root_set)
    if not any(_signed(key, message, admission.signature) for key in keys.values()):
        raise ForgedError("expected the signature of one of the roots")


def _signed(key: PublicKey, message: bytes, signature: bytes) -> bool:
    try:
        key.verify(Context.POSSESSION, message, signature)
    except ForgedError:
        return False
    return True


def _root_set(party: str, threshold: int, roots: tuple[bytes, ...]) -> Digest:
    keys = documents.parse_roots(roots)
    if not 1 <= threshold <= len(keys):
        raise MalformedError("expected a threshold between 1 and the number of roots")
    return root_digest(party, threshold, list(keys))


def _code_digest(code: str) -> Digest:
    return Digest(hashlib.sha256(code.encode("ascii")).digest())
