"""`kill -9` of the real relay under load: what was accepted is there, once, in order (SPEC 8.5).

Promise 2 and 3 of the design. The relay is a process of its own with TLS and files; the senders
are the real transport, and one of them the real outbox. After each kill everything unanswered is
sent again with the same bytes, and now and then something accepted too, under its own and under
other signature bytes. In the end the log is read as a stranger would read it.

The control runs the same cycles against a relay that does not deduplicate, and must find fault.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from paraph.client.backoff import Backoff
from paraph.client.keys.home import Home
from paraph.client.log.outgoing import OutboxRow
from paraph.client.log.replica import Replica
from paraph.client.sending.outbox import Outbox
from paraph.client.transport import Transport
from paraph.protocol.delivery import Delivery
from paraph.protocol.errors import UnavailableError
from paraph.protocol.wire import RelayCard
from paraph.server.store.sqlite import SqliteStore
from tests.faults.conftest import LONG
from tests.faults.load import Findings, Sender, Tally, examine
from tests.faults.relay_process import RelayProcess, make_home
from tests.support.channel import ORIGIN_PREFIX, Channel, make_channel
from tests.support.clock import at_once
from tests.support.founding import found_over
from tests.support.negotiating import comment, header
from tests.support.parties import Person

CYCLES = 2_000 if LONG else 200
CONTROL_CYCLES = 3
LONGEST_S = 0.15
"""The relay is killed at a random moment so long after the load began."""
SEED = 20151020


class Storm:
    """A relay, its senders, and a desk with an outbox."""

    def __init__(self, channel: Channel, process: RelayProcess, folder: Path) -> None:
        self.channel = channel
        self.process = process
        self.tally = Tally()
        self.chance = random.Random(SEED)
        self.said: tuple[OutboxRow, ...] = ()
        self.senders = [
            Sender(channel, person, self._maker(person), self.tally, self.chance)
            for party in channel.parties
            for person in (party.person("desk_officer"), party.person("bot"))
        ]
        self._author = channel.party("RUS").person("head_of_delegation")
        home = Home(folder / "desk").channel(channel.id)
        self._replica = Replica.create(home, channel.founding)
        self.outbox = Outbox(self._replica, self._author.signing, backoff=Backoff(sleep=at_once))

    def _maker(self, person: Person) -> Callable[[], tuple[bytes, bytes]]:
        # Everybody has seen the head of the opening, and nothing after: fewer things to wait for.
        channel, seen = self.channel, (self.channel.log.size, self.channel.log.root)
        archives = [party.archive.public for party in channel.parties]
        others = {"RUS": "USA", "USA": "RUS"}
        reader = channel.party(others[person.party]).person("desk_officer").sealing.public

        def sealed() -> tuple[bytes, bytes]:
            return channel.seal(person, b"under load", recipients=[*archives, reader], seen=seen)

        return (lambda: (channel.heartbeat(person), b"")) if person.role == "bot" else sealed

    @contextlib.asynccontextmanager
    async def connected(self, card: RelayCard) -> AsyncIterator[Transport]:
        async with Transport(card, timeout_s=20, sleep=at_once) as transport:
            for sender in self.senders:
                await sender.connect(transport)
            yield transport

    async def cycle(self) -> None:
        """Start, load, kill at a random moment."""
        for sender in self.senders:
            sender.stock()
        card = await self.process.start()
        async with self.connected(card) as transport:
            work = [asyncio.create_task(each.storm()) for each in self.senders]
            work.append(asyncio.create_task(self._desk(transport)))
            done, _ = await asyncio.wait(
                work, timeout=self.chance.uniform(0, LONGEST_S), return_when=asyncio.FIRST_EXCEPTION
            )
            await self.process.kill()
            await asyncio.gather(*work)
            assert not [each for each in done if each.exception()]

    async def _desk(self, transport: Transport) -> None:
        # A desk as it is: log verified, statement on disk, sent until its proof is verified.
        with contextlib.suppress(UnavailableError):
            way = await transport.open(self.channel.id, ORIGIN_PREFIX, self._author.signing)
            await self._replica.sync(way)
            while True:
                if len(self.outbox.pending()) < 2:
                    self.outbox.prepare_sealed(comment(header=header("head_of_delegation")))
                await self.outbox.send(way, attempts=1)

    async def end(self) -> Findings:
        """Let everybody finish, and look at the whole log."""
        card = await self.process.start()
        async with self.connected(card) as transport:
            for sender in self.senders:
                await sender.settle()
            way = await transport.open(self.channel.id, ORIGIN_PREFIX, self._author.signing)
            await self._replica.sync(way)
            await self.outbox.send(way)
            self.said = self.outbox.rows()
            self._replica.close()
            return await examine(self.channel, way, self.tally, self.senders)


async def founded(channel: Channel, process: RelayProcess, codes: dict[str, str]) -> None:
    card = await process.start()
    async with Transport(card, timeout_s=20, sleep=at_once) as transport:
        await found_over(transport, channel, (codes[each.code] for each in channel.parties))
    assert await process.stop() == 0


async def play(folder: Path, cycles: int, module: str = "paraph.server") -> tuple[Storm, Findings]:
    channel = make_channel()
    codes = await make_home(folder / "relay", channel.log_secret, ("RUS", "USA"))
    await founded(channel, RelayProcess(folder / "relay"), codes)
    process = RelayProcess(folder / "relay", module)
    storm = Storm(channel, process, folder)
    try:
        for _ in range(cycles):
            await storm.cycle()
        found = await storm.end()
        assert await process.stop() == 0
    finally:
        await process.kill()
    return storm, found


async def test_kill_nine_loses_nothing_doubles_nothing_and_leaves_no_gap(tmp_path: Path) -> None:
    storm, found = await play(tmp_path, CYCLES)
    tally = storm.tally
    print(  # noqa: T201  the figures of a run, shown with -rP and when it fails
        f"{CYCLES} kills: {len(tally.accepted)} accepted in {tally.sends} submissions,"
        f" {tally.unknown} unanswered, {tally.repeats} repeated, {found.entries} entries"
    )
    assert found.is_right, found
    assert tally.unknown, "no kill hit a submission: this run shows nothing"
    rows = storm.said
    assert rows
    assert {row.state for row in rows} == {Delivery.LOGGED}
    assert [row.sequence for row in rows] == list(range(1, len(rows) + 1))
    assert found.entries == storm.channel.log.size + len(tally.accepted) + len(rows)
    await stored_equals(tmp_path / "relay", storm.channel, found.entries)


async def stored_equals(home: Path, channel: Channel, entries: int) -> None:
    """Compare the rows themselves: as many as entries, and one row a statement."""
    store = SqliteStore(home / "relay.db")
    try:
        (row,) = await store.channels()
        envelopes = await store.envelopes(channel.id, 0, row.size, 1 << 40)
    finally:
        await store.close()
    assert (row.size, len(envelopes), len(set(envelopes))) == (entries, entries, entries)


async def test_without_deduplication_the_same_cycles_find_fault(tmp_path: Path) -> None:
    """The control: statements that came twice stand twice, and the harness says so."""
    module = "tests.faults.relay_without_deduplication"
    _, found = await play(tmp_path, CONTROL_CYCLES, module)
    assert found.twice
    assert not found.is_right
