"""Many writers at one relay, over sockets: who is alone stays alone, who repeats is heard once.

SPEC 5.5 (exclusive, numbers) and 8.4 (the same bytes again).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from paraph.client.transport import Transport, TransportChannel
from paraph.protocol import signed
from paraph.protocol.checkpoint import verify_checkpoint
from paraph.protocol.errors import RefusedError
from paraph.protocol.evidence import DoubleSequenceEvidence
from paraph.protocol.log import ChannelLog
from paraph.protocol.proof import TlogProof, verify_proof
from paraph.protocol.statements.clear import EnrolEntry
from paraph.protocol.statements.envelope import ClearContent, Envelope
from paraph.protocol.tree import leaf_hash
from paraph.protocol.wire import Conflict, Placed
from tests.support.anchors import anchor_of
from tests.support.channel import ORIGIN_PREFIX, Channel, make_channel
from tests.support.clock import at_once
from tests.support.founding import found_over
from tests.support.parties import Person
from tests.support.real_relay import RealRelay, real_relay

LONG = bool(os.environ.get("PARAPH_LONG"))
ROUNDS = 1_000 if LONG else 25
STATEMENTS = 250 if LONG else 40
COPIES = 10
SEED = 20151020
ROLES = ("desk_officer", "head_of_delegation", "legal_adviser", "signatory", "bot")
WRITERS = 8


class Hall:
    """A relay on a socket, a channel on it, and a session of each person."""

    def __init__(self, relay: RealRelay, transport: Transport, channel: Channel) -> None:
        self.relay = relay
        self.transport = transport
        self.channel = channel

    async def enter(self, person: Person) -> TransportChannel:
        return await self.transport.open(self.channel.id, ORIGIN_PREFIX, person.signing)


@contextlib.asynccontextmanager
async def hall(folder: Path) -> AsyncIterator[Hall]:
    async with (
        real_relay(folder / "relay") as relay,
        Transport(relay.card, timeout_s=30, sleep=at_once) as transport,
    ):
        channel = make_channel(log_secret=relay.secret, roles=ROLES)
        await found_over(transport, channel, relay.codes)
        yield Hall(relay, transport, channel)
        assert relay.broken == []


def people(channel: Channel) -> list[Person]:
    return [each for each in channel.everybody() if each.role != "bot"]


async def test_of_eight_who_would_be_alone_one_is(tmp_path: Path) -> None:
    """All have seen the same head. One is placed, seven are refused with nothing changed."""
    async with hall(tmp_path) as at:
        channel, chance = at.channel, random.Random(SEED)
        writers = people(channel)
        assert len(writers) == WRITERS
        ways = {each.id: await at.enter(each) for each in writers}
        winners: set[bytes] = set()
        for number in range(ROUNDS):
            seen = (channel.log.size, channel.log.root)
            said = []
            for each in chance.sample(writers, WRITERS):
                sequence, previous = channel.log.next_sequence(each.id)
                said.append((each, channel.seal(
                    each, b"%d" % number, sequence=sequence, previous=previous,
                    exclusive=True, seen=seen,
                )))  # fmt: skip
            results = await asyncio.gather(
                *(ways[each.id].submit(*sealed) for each, sealed in said), return_exceptions=True
            )
            placed = [each for each in results if isinstance(each, Placed)]
            refused = [each for each in results if isinstance(each, RefusedError)]
            assert (len(placed), len(refused)) == (1, WRITERS - 1), results
            assert {each.code for each in refused} == {"exclusive"}
            winner, (envelope, _) = said[results.index(placed[0])]
            winners.add(winner.id)
            entry = channel.place(envelope)
            assert entry.index == placed[0].index
            head = verify_checkpoint(TlogProof.decode(placed[0].proof).note, channel.log_keys)
            assert (head.size, head.root) == (channel.log.size, channel.log.root)
        assert len(winners) > 1, "not always the same one"


async def test_without_exclusive_all_eight_are_placed(tmp_path: Path) -> None:
    """The control: the same eight, not asking to be alone."""
    async with hall(tmp_path) as at:
        channel = at.channel
        seen = (channel.log.size, channel.log.root)
        writers = people(channel)
        said = [channel.seal(each, b"words", seen=seen) for each in writers]
        ways = [await at.enter(each) for each in writers]
        results = await asyncio.gather(
            *(way.submit(*sealed) for way, sealed in zip(ways, said, strict=True))
        )
        assert len({each.index for each in results}) == WRITERS


async def test_a_storm_of_repeats_is_one_statement_each(tmp_path: Path) -> None:
    """Each statement ten times, at once and over three connections, some under other signatures."""
    async with hall(tmp_path) as at:
        channel, chance = at.channel, random.Random(SEED)
        author = channel.party("RUS").person("desk_officer")
        ways = [await at.enter(author) for _ in range(3)]
        size = channel.log.size
        placed: dict[bytes, set[tuple[int, bytes]]] = {}
        for _ in range(STATEMENTS // 4):
            batch = [channel.seal(author, b"said once", seen=(size, channel.log.tree.root(size)))
                     for _ in range(4)]  # fmt: skip
            copies = [
                (envelope if chance.random() < 0.5 else channel.again(author, envelope), body)
                for envelope, body in batch
                for _ in range(COPIES)
            ]
            await send_until_placed(channel, ways, copies, placed, chance)
        assert len(placed) == STATEMENTS // 4 * 4
        assert all(len(found) == 1 for found in placed.values())
        indices = sorted(index for found in placed.values() for index, _ in found)
        assert indices == list(range(size, size + len(placed))), "one row each, and no gap"
        envelopes = [*(await ways[0].entries(0)).envelopes]
        while len(envelopes) < size + len(placed):
            envelopes += (await ways[0].entries(len(envelopes))).envelopes
        log = ChannelLog(envelopes[:3])
        assert not any(log.append(each).void for each in envelopes[3:])


async def send_until_placed(
    channel: Channel,
    ways: list[TransportChannel],
    copies: list[tuple[bytes, bytes]],
    placed: dict[bytes, set[tuple[int, bytes]]],
    chance: random.Random,
) -> None:
    chance.shuffle(copies)
    while copies:
        some, copies = copies[:24], copies[24:]
        results = await asyncio.gather(
            *(chance.choice(ways).submit(*each) for each in some), return_exceptions=True
        )
        for each, result in zip(some, results, strict=True):
            if isinstance(result, RefusedError) and result.code in {"gap", "busy"}:
                copies.append(each)
                continue
            assert isinstance(result, Placed), result
            envelope = result.envelope or each[0]
            index, _ = verify_proof(result.proof, leaf_hash(envelope), channel.log_keys)
            statement = signed.read(envelope).id
            assert statement == signed.read(each[0]).id
            placed.setdefault(statement, set()).add((index, envelope))


async def test_other_words_under_a_number_that_is_taken_are_kept_as_evidence(
    tmp_path: Path,
) -> None:
    async with hall(tmp_path) as at:
        channel = at.channel
        author = channel.party("RUS").person("desk_officer")
        first, body = channel.seal(author, b"we accept", sequence=1, previous=channel.id)
        second, other = channel.seal(author, b"we reject", sequence=1, previous=channel.id)
        way = await at.enter(author)
        await way.submit(first, body)
        for _ in range(3):
            with pytest.raises(RefusedError) as caught:
                await way.submit(second, other)
            assert caught.value.code == "double-sequence"
        told = (await way.conflicts(0)).pairs
        assert told == (Conflict(placed=first, refused=second),)
        kept, refused = told[0].placed, told[0].refused
        enrolments = tuple(
            content.payload.document
            for content in (signed.read(each).statement.content for each in channel.later())
            if isinstance(content, ClearContent) and isinstance(content.payload, EnrolEntry)
        )
        evidence = DoubleSequenceEvidence(
            founding=channel.founding, enrolments=enrolments, first=kept, second=refused
        )
        assert "desk_officer key of RUS" in evidence.verify(anchor_of(channel.log))


async def test_a_forged_copy_that_comes_first_reserves_nothing(tmp_path: Path) -> None:
    """The number and the id belong to whoever signed; a bad signature takes neither."""
    async with hall(tmp_path) as at:
        channel = at.channel
        author = channel.party("RUS").person("desk_officer")
        envelope, body = channel.seal(author, b"words")
        outer = Envelope.decode(envelope)
        thief = await at.enter(channel.party("USA").person("desk_officer"))
        for signature in (bytes(3373), outer.signature[:-1] + bytes([outer.signature[-1] ^ 1])):
            forged = Envelope(statement=outer.statement, signature=signature).encode()
            with pytest.raises(RefusedError) as caught:
                await thief.submit(forged, body)
            assert caught.value.code == "forged"
        placed = await (await at.enter(author)).submit(envelope, body)
        assert (placed.index, placed.envelope) == (channel.log.size, b"")
