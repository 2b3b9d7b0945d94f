"""Two desks, each in a process of its own, with the client's own code (marks 3, 4 and 5).

Everything is on: sealing, two kinds of signatures, the outbox on disk before the first byte, proof
and head checked, entries and head on disk before anything is shown, contents opened and folded.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable
from multiprocessing.connection import Connection
from typing import Final

from bench import apart, relay_process
from bench.figures import Mark, Measure, Sketch, median, quantile
from bench.limits import Limits
from bench.options import Options
from bench.world import EVERYBODY, World, comment, opening, receipt
from paraph.client import cycles
from paraph.client.log.replica import Replica
from paraph.client.reading.opened import OpenedEntry, Reader
from paraph.client.sending.outbox import Outbox
from paraph.client.transport import Transport
from paraph.protocol.keys import SealingPublicKey
from paraph.protocol.relay import RelayChannel
from paraph.protocol.statements.exchanges import AcknowledgementGiven, CommentMade
from paraph.protocol.wire import MAX_PIPELINED, RelayCard
from tests.support.parties import Person

HALF: Final = MAX_PIPELINED // 2
WARM_UP: Final = 10
"""Statements before the first that counts."""


@dataclasses.dataclass(slots=True)
class Desk:
    """One person's replica, outbox and reader, connected to the relay."""

    replica: Replica
    outbox: Outbox
    reader: Reader
    relay: RelayChannel
    recipients: list[SealingPublicKey]

    async def released(self) -> AsyncGenerator[list[OpenedEntry], None]:
        """Yield what was opened of each batch of entries that a verified head covers."""
        async with contextlib.aclosing(self.replica.follow(self.relay)) as following:
            async for _ in following:
                await self.replica.fetch_bodies(self.relay)
                yield self.reader.advance()
                if self.reader.halt is not None:
                    raise RuntimeError(self.reader.up_to)


@contextlib.asynccontextmanager
async def desk(
    world: World, card: RelayCard, person: Person, recipients: int
) -> AsyncIterator[Desk]:
    """Open a desk with an empty replica, and read what the relay has."""
    cycles.seldom()  # as the command line does
    replica = world.replica(f"home-{person.party}", card)
    archive = world.channel.party(person.party).archive
    try:
        async with Transport(card) as transport:
            prefix = world.channel.log.charter.origin_prefix
            relay = await transport.open(world.channel.id, prefix, person.signing)
            reader = Reader(replica, [person.sealing, archive])
            async with contextlib.aclosing(replica.catch_up(relay)) as released:
                async for _ in released:
                    reader.advance()
            yield Desk(
                replica,
                Outbox(replica, person.signing),
                reader,
                relay,
                world.recipients(person, recipients),
            )
    finally:
        replica.close()


# ---- the receiving desk


def _receiving(
    world: World, card: RelayCard, recipients: int, last: int, *, receipts: bool
) -> Callable[[Connection], None]:
    return lambda pipe: asyncio.run(
        _receive(world, card, recipients, last, pipe, receipts=receipts)
    )


async def _receive(
    world: World, card: RelayCard, recipients: int, last: int, pipe: Connection, *, receipts: bool
) -> None:
    # Tells how many comments it has opened by when; ends after the last one.
    async with desk(world, card, world.receiver, recipients) as here:
        apart.tell(pipe, "ready")
        opened, sending = 0, asyncio.Event()
        answering = asyncio.create_task(_answer(here, sending))
        # Closed with the block: whoever sends on waits for a follower that nobody reads.
        async with contextlib.aclosing(here.released()) as released:
            async for entries in released:
                at = time.monotonic()
                comments = [each for each in entries if isinstance(each.content, CommentMade)]
                if not comments:
                    continue
                opened += len(comments)
                apart.tell(pipe, (opened, at))
                if receipts:
                    role = world.receiver.role
                    said = [receipt(each.entry.id, role) for each in comments]
                    if len(said) == 1:
                        here.outbox.prepare_sealed(said[0], recipients=here.recipients)
                    else:
                        await here.outbox.prepare_many(said, recipients=here.recipients)
                    sending.set()
                if opened == last:
                    break
        while here.outbox.pending():
            await here.outbox.send(here.relay)
        answering.cancel()
        await asyncio.get_running_loop().run_in_executor(None, pipe.recv)  # the other one is done


async def _answer(here: Desk, sending: asyncio.Event) -> None:
    while True:
        await sending.wait()
        sending.clear()
        await here.outbox.send(here.relay)


# ---- the sending desk


class _Arrivals:
    """When each statement had come so far: delivered there, or its receipt here."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self._changed = asyncio.Event()

    def reached(self, count: int, at: float) -> None:
        self.times += [at] * (count - len(self.times))
        self._changed.set()

    async def wait(self, count: int) -> None:
        while len(self.times) < count:
            self._changed.clear()
            await self._changed.wait()


@dataclasses.dataclass(frozen=True, slots=True)
class Sent:
    """What a sending desk saw, in milliseconds for each statement.

    Attributes:
        accepted: Until its place was proven here.
        delivered: Until it was verified and opened there.
        receipts: Until a signed receipt was verified and opened here; empty without receipts.
        seconds: For all of them.
    """

    accepted: tuple[float, ...]
    delivered: tuple[float, ...]
    receipts: tuple[float, ...]
    seconds: float


class _Sender:
    """The sending desk, and what it hears of the receiving one through *pipe*."""

    def __init__(self, here: Desk, pipe: Connection, *, receipts: bool) -> None:
        self._here = here
        self._pipe = pipe
        self._receipts = receipts
        self._delivered = _Arrivals()
        self._received = _Arrivals()
        self._begun: list[float] = []
        self._accepted: list[float] = []

    async def run(self, count: int, *, pipelined: bool) -> Sent:
        loop = asyncio.get_running_loop()
        loop.add_reader(self._pipe.fileno(), self._told)
        following = asyncio.create_task(self._follow())
        try:
            self._here.outbox.prepare_sealed(opening(), recipients=self._here.recipients)
            await self._here.outbox.send(self._here.relay)
            await self._one_by_one(WARM_UP)
            await (self._pipelined(count) if pipelined else self._one_by_one(count))
        finally:
            loop.remove_reader(self._pipe.fileno())
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
        last = max(self._accepted[-1], self._delivered.times[-1], *self._received.times[-1:])
        return Sent(
            self._since(self._accepted),
            self._since(self._delivered.times),
            self._since(self._received.times),
            last - self._begun[WARM_UP],
        )

    def _since(self, ends: list[float]) -> tuple[float, ...]:
        pairs = zip(self._begun, ends, strict=False)
        return tuple((end - begun) * 1000 for begun, end in pairs)[WARM_UP:]

    def _said(self) -> CommentMade:
        self._begun.append(time.monotonic())
        return comment(self._here.outbox.member.role)

    async def _one_by_one(self, count: int) -> None:
        for _ in range(count):
            self._here.outbox.prepare_sealed(self._said(), recipients=self._here.recipients)
            await self._send()
            await self._until_all()

    async def _pipelined(self, count: int) -> None:
        # Half of the window is sealed, and made durable in one step, while the other is under way.
        outbox, sending = self._here.outbox, asyncio.Event()
        answered = asyncio.create_task(_answer(self._here, sending))
        for at in range(0, count, HALF):
            await outbox.room(HALF)
            self._accept()
            said = [self._said() for _ in range(min(HALF, count - at))]
            await outbox.prepare_many(said, recipients=self._here.recipients)
            sending.set()
        await outbox.room(0)
        self._accept()
        answered.cancel()
        await self._until_all()

    async def _send(self) -> None:
        await self._here.outbox.send(self._here.relay)
        self._accept()

    def _accept(self) -> None:
        done = len(self._begun) - len(self._here.outbox.pending())
        self._accepted += [time.monotonic()] * (done - len(self._accepted))

    async def _until_all(self) -> None:
        await self._delivered.wait(len(self._begun))
        if self._receipts:
            await self._received.wait(len(self._begun))

    def _told(self) -> None:
        while self._pipe.poll():
            opened, at = apart.take(self._pipe)
            self._delivered.reached(opened, at)

    async def _follow(self) -> None:
        receipts = 0
        async for entries in self._here.released():
            found = [each for each in entries if isinstance(each.content, AcknowledgementGiven)]
            receipts += len(found)
            self._received.reached(receipts, time.monotonic())


async def _sending(
    world: World,
    card: RelayCard,
    recipients: int,
    count: int,
    pipe: Connection,
    *,
    receipts: bool,
    pipelined: bool,
) -> Sent:
    async with desk(world, card, world.sender, recipients) as here:
        return await _Sender(here, pipe, receipts=receipts).run(count, pipelined=pipelined)


def exchange(
    world: World, recipients: int, count: int, *, receipts: bool, pipelined: bool
) -> tuple[Sent, float]:
    """Let one desk send *count* comments to the other, over a fresh relay.

    Returns:
        What the sender saw, and the relay's CPU seconds.
    """
    with relay_process.serving(world.relay_copy("desks")) as relay:
        card, cpu = relay.card, relay.cpu_s
        receiving = _receiving(world, card, recipients, WARM_UP + count, receipts=receipts)
        with apart.beside(receiving) as pipe:
            apart.take(pipe)
            sent = apart.run(
                lambda: asyncio.run(
                    _sending(
                        world,
                        card,
                        recipients,
                        count,
                        pipe,
                        receipts=receipts,
                        pipelined=pipelined,
                    )
                )
            )
            cpu = relay.cpu_s - cpu
            pipe.send(None)
            apart.take(pipe)
    return sent, cpu


def one_at_a_time(
    world: World, limits: Limits, recipients: int, options: Options, wanted: Iterable[int]
) -> list[Measure]:
    """Measure marks 3 and 4: p50 and p99 of each."""
    found: list[Measure] = []
    if 3 in wanted:
        runs = [_latency(world, recipients, options, receipts=False) for _ in range(options.runs)]
        accepted = [each.accepted for each in runs]
        told = {
            "accepted_p50_ms": _medians(accepted, 0.5),
            "accepted_p99_ms": _medians(accepted, 0.99),
        }
        found += _quantiles(
            3, "delivered", recipients, [each.delivered for each in runs], limits, 1,
            (Sketch(3.3, 2.3), Sketch(7.1, 5.5)), {"statements": options.single, **told},
        )  # fmt: skip
    if 4 in wanted:
        runs = [_latency(world, recipients, options, receipts=True) for _ in range(options.runs)]
        found += _quantiles(
            4, "signed receipt back", recipients, [each.receipts for each in runs], limits, 2,
            (Sketch(6.59, 4.6), Sketch(10.7, 8.0)), {"statements": options.single},
        )  # fmt: skip
    return found


def _latency(world: World, recipients: int, options: Options, *, receipts: bool) -> Sent:
    return exchange(world, recipients, options.single, receipts=receipts, pipelined=False)[0]


def _medians(runs: list[tuple[float, ...]], share: float) -> float:
    return round(median(quantile(each, share) for each in runs), 3)


def _quantiles(
    number: int,
    name: str,
    recipients: int,
    runs: list[tuple[float, ...]],
    limits: Limits,
    times: int,
    sketches: tuple[Sketch, Sketch],
    details: dict[str, object],
) -> list[Measure]:
    parts = {each: round(timed.p50, 3) for each, timed in limits.parts().items()}
    return [
        Measure(
            number,
            f"{name}, one at a time, {label}",
            recipients,
            "ms",
            tuple(quantile(each, share) for each in runs),
            (limit,),
            f"{label} of the sum of its parts" + (", twice" if times == 2 else ""),
            Mark("≤ 1.25 ×", most=1.25),
            sketch if recipients < EVERYBODY else None,
            details={**details, "parts_p50_ms": parts, "least_by_our_rules_ms": round(least, 3)},
        )
        for label, share, limit, least, sketch in zip(
            ("p50", "p99"),
            (0.5, 0.99),
            limits.sum_of_parts(times),
            limits.least(times),
            sketches,
            strict=True,
        )
    ]


def pipelined(world: World, limits: Limits, recipients: int, options: Options) -> list[Measure]:
    """Measure mark 5, without and with a receipt for every statement."""
    found = []
    for receipts, name, sketch, mark in (
        (
            False,
            "accepted and delivered, 32 in flight",
            Sketch(796, 1000),
            Mark("≥ 85 %", least=0.85),
        ),
        (True, "the same, a signed receipt for each", Sketch(450, 500), None),
    ):
        count = options.pipelined if not receipts else options.pipelined // 2
        runs = [
            exchange(world, recipients, count, receipts=receipts, pipelined=True)
            for _ in range(options.runs)
        ]
        found.append(
            Measure(
                5,
                name,
                recipients,
                "/s",
                tuple(count / sent.seconds for sent, _ in runs),
                (limits.ceiling(2 if receipts else 1),),
                "cores over the CPU of sealing, verifying, opening, commit and hops"
                + (", twice" if receipts else ""),
                mark,
                sketch if recipients < EVERYBODY else None,
                more_is_better=True,
                details={
                    "statements": count,
                    "relay_cpu_s_per_1000": round(median(cpu / count * 1000 for _, cpu in runs), 3),
                },
            )
        )
    return found
