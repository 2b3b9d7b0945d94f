"""One draft, from desk to desk. Read from top to bottom.

The United States have tabled a text of three clauses; a desk officer of Russia changes one of
them. The relay is the real one, ledger and database and all, without a socket: what the other
flow tests put between are only the wires. Each numbered step is a promise of SPEC 5 to 8.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from paraph.client.audit.export import export
from paraph.client.audit.verify import verify as audit
from paraph.client.keys.home import Home
from paraph.client.log.replica import Replica
from paraph.client.reading.opened import Reader, binding_of
from paraph.client.sending.outbox import Outbox
from paraph.client.writing import blocks, composing, drafts
from paraph.client.writing.composing import PLAIN, VersionDraft
from paraph.protocol import signed
from paraph.protocol.delivery import Delivery
from paraph.protocol.errors import ForgedError, OutOfTurnError, UnreadableError
from paraph.protocol.names import Digest
from paraph.protocol.negotiation import text as texts
from paraph.protocol.negotiation.state import Negotiation
from paraph.protocol.negotiation.text import Part, Text
from paraph.protocol.proof import verify_proof
from paraph.protocol.relay import RelayChannel
from paraph.protocol.sealed import Binding, SealingKey, unseal
from paraph.protocol.statements.content import decode_content
from paraph.protocol.statements.envelope import SealedContent
from paraph.protocol.statements.versions import VersionTabled
from paraph.protocol.tree import leaf_hash
from paraph.server.service import RelayService
from tests.support.anchors import anchor_of
from tests.support.channel import START, Channel, make_channel
from tests.support.negotiating import LANGUAGES, TALKS, base, opened
from tests.support.parties import Person
from tests.support.relay import at, relay_with

COUNTER = """\
kind: counter_draft
operations:
  - {op: replace, cid: c-one, en: We meet daily., ru: Ежедневно.}
"""


@dataclasses.dataclass
class Desk:
    """What one person has: a key, a verified log, an outbox, and what could be opened."""

    person: Person
    relay: RelayChannel
    replica: Replica
    outbox: Outbox
    reader: Reader

    async def look(self) -> None:
        """Fetch, verify, open and fold what is new."""
        await self.replica.sync(self.relay)
        await self.replica.fetch_bodies(self.relay)
        self.reader.advance()

    @property
    def talks(self) -> Negotiation:
        """The negotiation, as this desk has folded it."""
        found = self.reader.state.negotiations.get(TALKS)
        assert found is not None
        return found


@contextlib.asynccontextmanager
async def sit_down(
    channel: Channel, service: RelayService, person: Person, folder: Path
) -> AsyncIterator[Desk]:
    home = Home(folder / f"{person.party}-{person.role}").channel(channel.id)
    replica = Replica.create(home, channel.founding)
    outbox = Outbox(replica, person.signing, now=lambda: START)
    reader = Reader(replica, [person.sealing])
    try:
        yield Desk(person, at(service, channel, person), replica, outbox, reader)
    finally:
        replica.close()


async def test_one_draft_from_desk_to_desk(tmp_path: Path) -> None:  # noqa: PLR0915  one story
    channel = make_channel()
    machine = channel.enrol("USA", "bot")  # the others have spoken, to open the channel
    usa, rus = (channel.party(code).person("desk_officer") for code in ("USA", "RUS"))
    async with (
        relay_with(channel, tmp_path / "relay") as service,
        sit_down(channel, service, usa, tmp_path) as theirs,
        sit_down(channel, service, rus, tmp_path) as ours,
        sit_down(channel, service, machine, tmp_path) as bot,
    ):
        # Before: USA opened the negotiation and tabled its text. RUS has read both.
        await theirs.look()
        theirs.outbox.prepare_sealed(opened())
        theirs.outbox.prepare_sealed(base())
        await theirs.outbox.send(theirs.relay)
        await ours.look()
        (head,) = ours.talks.heads
        assert head == theirs.outbox.rows()[1].id

        # 1. What the officer wrote, in a file or a form, is parsed into operations.
        draft = drafts.parse(blocks.read(COUNTER.encode(), drafts.KIND), LANGUAGES)

        # 2. The fold gives their result on the parent, which is the head.
        manner = composing.header(TALKS, rus.role, PLAIN, START)
        wanted = VersionDraft(operations=draft.operations, kind=draft.kind)
        version, text = composing.tabled(ours.reader.state, manner, wanted, "RUS")
        assert version.parents == (head,)
        assert part_of(text, "c-one").words["en"] == "We meet daily."

        # 3. The record has one canonical encoding, and is never encoded again.
        record = version.encode()
        assert decode_content(record) == version

        # 4-6. It is padded and sealed to everybody who must read it; the statement that names the
        # body, the recipients and the newest verified head is signed; the row is on disk. Not a
        # byte has left.
        before = channel_size(service, channel)
        row = ours.outbox.prepare_sealed(version)
        assert row.state is Delivery.SIGNED
        assert channel_size(service, channel) == before
        unverified = signed.read(row.envelope)
        statement = unverified.statement
        content = statement.content
        assert isinstance(content, SealedContent)
        assert (statement.seen.size, statement.seen.root) == (
            ours.replica.head.size,
            ours.replica.head.root,
        )
        assert set(content.recipients) == set(channel.log.trust.recipients(channel.log.log_time))
        body = ours.replica.body(row.body)
        assert body is not None
        assert record not in body
        assert b"We meet daily." not in body
        binding = binding_of(statement, content)
        for recipient in (usa, rus, channel.party("USA").person("head_of_delegation")):
            assert opened_by(recipient.sealing, body, binding, content) == record
        stranger = channel.new_person("USA", "desk_officer")
        with pytest.raises(UnreadableError):
            opened_by(stranger.sealing, body, binding, content)
        # Recipients are bound inside: passed on as if it had another author, it does not open.
        with pytest.raises((UnreadableError, ForgedError)):
            opened_by(usa.sealing, body, dataclasses.replace(binding, sender=usa.id), content)

        # 7-8. The relay checks what it can see, commits, signs the head, and only then answers
        # with a proof. It has never seen the record.
        (sent,) = await ours.outbox.send(ours.relay)

        # 9. The proof leads from these very bytes to a head that our own entries lead to.
        assert sent.state is Delivery.LOGGED
        index, checkpoint = verify_proof(sent.proof, leaf_hash(row.envelope), channel.log_keys)
        assert (index, checkpoint.root) == (sent.index, ours.replica.head.root)
        assert sent.envelope == row.envelope

        # Sent once more, it is found where it stands; nothing is placed twice.
        again = await ours.relay.submit(row.envelope, body)
        assert again.index == sent.index
        assert channel_size(service, channel) == sent.index + 1

        # 10. The other desk fetches, checks every signature and the root, unseals, applies the
        # operations to its own copy of the parent, and comes to the same text.
        await theirs.look()
        assert theirs.replica.head.root == ours.replica.head.root
        await ours.look()
        known = theirs.reader.state.entries.get(sent.id)
        assert known is not None
        assert (known.party, known.role, known.outcome.status) == ("RUS", rus.role, "applied")
        assert theirs.talks.heads == ours.talks.heads == (sent.id,)
        received = theirs.talks.versions.get(sent.id)
        assert received is not None
        assert texts.digests(received.text) == texts.digests(text)
        assert theirs.replica.alarms() == ()

        # From now on a change of the older text is out of turn.
        with pytest.raises(OutOfTurnError):
            composing.tabled(
                ours.reader.state, manner, dataclasses.replace(wanted, parents=(head,)), "RUS"
            )

        # Its bot signs a receipt, and the receipt takes the same road back.
        await bot.look()
        manner = composing.header(TALKS, machine.role, PLAIN, START)
        receipt = composing.acknowledged(manner, [sent.id], rung="fetched", outcome="ok", reason="")
        bot.outbox.prepare_sealed(receipt)
        bot.outbox.prepare_heartbeat()
        await bot.outbox.send(bot.relay)
        await ours.look()
        receipts = ours.reader.state.receipts.get(sent.id)
        assert receipts is not None
        assert receipts["USA"].rung == "fetched"
        assert ours.replica.log.held("USA") > sent.index

        # 11. Years later, offline, with the trust file alone: every entry has a valid author, every
        # checkpoint is consistent, every draft of RUS has a receipt of USA.
        export(ours.replica, tmp_path / "record")
        report = audit(tmp_path / "record", anchor_of(ours.replica.log))
        assert report.verdict == "intact"
        assert (report.entries, report.bodies) == (ours.replica.size, 4)
        drafts_of_rus = [
            each.index
            for each in ours.reader.history()
            if isinstance(each.content, VersionTabled) and each.entry.member is not None
            and each.entry.member.party == "RUS"
        ]  # fmt: skip
        assert all(index < report.parties["USA"]["held"] for index in drafts_of_rus)
        assert drafts_of_rus == [sent.index]


def part_of(text: Text, cid: str) -> Part:
    found = text.find(cid)
    assert found is not None
    return found


def opened_by(key: SealingKey, body: bytes, binding: Binding, content: SealedContent) -> bytes:
    digest = Digest(content.body_digest)
    return unseal(body, binding, digest=digest, size=content.body_size, key=key)


def channel_size(service: RelayService, channel: Channel) -> int:
    live = service.ledger.get(channel.id)
    assert live is not None
    return live.published


async def test_a_changed_result_is_refused_by_whoever_receives_it(tmp_path: Path) -> None:
    """Promise 7, the control of step 10: declared changes that do not give the stated text."""
    channel = make_channel()
    usa, rus = (channel.party(code).person("desk_officer") for code in ("USA", "RUS"))
    async with (
        relay_with(channel, tmp_path / "relay") as service,
        sit_down(channel, service, usa, tmp_path) as theirs,
        sit_down(channel, service, rus, tmp_path) as ours,
    ):
        await theirs.look()
        theirs.outbox.prepare_sealed(opened())
        theirs.outbox.prepare_sealed(base())
        await theirs.outbox.send(theirs.relay)
        await ours.look()
        manner = composing.header(TALKS, rus.role, PLAIN, START)
        draft = drafts.parse(blocks.read(COUNTER.encode(), drafts.KIND), LANGUAGES)
        honest, _ = composing.tabled(
            ours.reader.state, manner, VersionDraft(operations=draft.operations), "RUS"
        )
        hidden = dataclasses.replace(honest, operations=())
        row = ours.outbox.prepare_sealed(hidden)
        await ours.outbox.send(ours.relay)
        await theirs.look()
        await ours.look()
        for desk in (theirs, ours):
            known = desk.reader.state.entries.get(row.id)
            assert known is not None
            assert known.outcome.status == "refused"
            assert desk.talks.heads == honest.parents
