"""Reading: in order, never skipping, and with the same result for all who can open."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from paraph.client.keys.home import Home
from paraph.client.log.replica import Replica
from paraph.client.reading.opened import Reader, binding_of
from paraph.protocol import signed
from paraph.protocol.negotiation.state import APPLIED
from paraph.protocol.sealed import unwrap, wrap_for
from paraph.protocol.statements.clear import Grant, GrantedWrap, Unopened, Withdraw
from paraph.protocol.statements.content import Content
from paraph.protocol.statements.envelope import SealedContent
from tests.support import negotiating
from tests.support.channel import Channel, make_channel
from tests.support.memory_relay import MemoryRelay
from tests.support.parties import Person


class Table:
    """A channel, its relay and one desk's replica."""

    def __init__(self, channel: Channel, path: Path) -> None:
        self.channel = channel
        self.relay = MemoryRelay(channel)
        self.replica = Replica.create(Home(path).channel(channel.id), channel.founding)

    async def say(self, author: Person, content: Content | bytes, **fields: object) -> int:
        record = content if isinstance(content, bytes) else content.encode()
        envelope, body = self.channel.seal(author, record, **fields)  # type: ignore[arg-type]
        return (await self.relay.submit(envelope, body)).index

    async def clear(self, author: Person, payload: object) -> int:
        envelope = self.channel.clear(author, payload)  # type: ignore[arg-type]
        return (await self.relay.submit(envelope, b"")).index

    async def sync(self) -> None:
        await self.replica.sync(self.relay)
        await self.replica.fetch_bodies(self.relay)

    def person(self, code: str = "RUS", role: str = "desk_officer") -> Person:
        return self.channel.party(code).person(role)


@pytest.fixture
def table(tmp_path: Path) -> Iterator[Table]:
    made = Table(make_channel(roles=("desk_officer", "registrar", "bot")), tmp_path / "home")
    yield made
    made.replica.close()


async def test_what_was_said_is_opened_folded_and_attributed_to_its_signer(table: Table) -> None:
    opened = await table.say(table.person("RUS"), negotiating.opened())
    comment = await table.say(table.person("USA"), negotiating.comment(body="from the other side"))
    await table.sync()
    reader = Reader(table.replica, [table.person("RUS").sealing])
    entries = reader.advance()
    assert [each.index for each in entries] == list(range(table.replica.size))
    assert (entries[opened].content, entries[opened].problem) == (negotiating.opened(), "")
    said = entries[comment]
    assert said.entry.member is not None
    assert said.entry.member.party == "USA"
    talks = reader.state.negotiations.get(negotiating.TALKS)
    assert talks is not None
    folded = talks.comments.get(said.entry.id)
    assert folded is not None
    assert folded.party == "USA"
    assert reader.halt is None
    assert reader.advance() == []
    assert list(reader.history()) == entries


async def test_a_reader_halts_at_a_missing_body_and_goes_on_when_it_comes(table: Table) -> None:
    first = await table.say(table.person("RUS"), negotiating.opened())
    await table.say(table.person("USA"), negotiating.comment())
    await table.replica.sync(table.relay)
    reader = Reader(table.replica, [table.person("RUS").sealing])
    assert [each.index for each in reader.advance()] == list(range(first))
    assert reader.halt is not None
    assert (reader.halt.index, reader.halt.code) == (first, "body-missing")
    assert reader.up_to.startswith(f"state up to {first}")
    await table.sync()
    assert len(reader.advance()) == 2
    assert "all" in reader.up_to


async def test_a_reader_without_a_key_halts_until_a_grant_comes(table: Table) -> None:
    first = await table.say(table.person("RUS"), negotiating.opened())
    newcomer = table.channel.enrol("RUS", "legal_adviser")
    await table.say(newcomer, negotiating.comment(header=negotiating.header("legal_adviser")))
    await table.sync()
    reader = Reader(table.replica, [newcomer.sealing])
    reader.advance()
    assert reader.halt is not None
    assert (reader.halt.index, reader.halt.code) == (first, "not-recipient")
    statement = signed.read(table.channel.envelopes[first]).statement
    assert isinstance(statement.content, SealedContent)
    binding = binding_of(statement, statement.content)
    content_key = unwrap(
        table.relay.bodies[statement.content.body_digest], binding, table.person("RUS").sealing
    )
    wrap = wrap_for(content_key, binding, newcomer.sealing.public)
    granted = GrantedWrap(entry=first, recipient=newcomer.sealing.public.id, wrap=wrap)
    await table.clear(table.person("RUS", "registrar"), Grant(wraps=(granted,)))
    await table.sync()
    reader.advance()
    assert "all" in reader.up_to
    assert reader.position == table.replica.size


async def test_a_dud_wrap_halts_only_the_one_it_was_made_for(table: Table) -> None:
    await table.say(table.person("RUS"), negotiating.opened())
    author = table.person("RUS")
    envelope, body = table.channel.seal(author, negotiating.comment().encode())
    statement = signed.read(envelope).statement
    assert isinstance(statement.content, SealedContent)
    victim = table.person("USA").sealing
    at = statement.content.recipients.index(victim.public.id) * 1168
    dud = body[:at] + bytes(1168) + body[at + 1168 :]
    author.sequence -= 1
    author.previous = table.channel.log.next_sequence(author.id)[1]
    content = dataclasses.replace(statement.content, body_digest=hashlib.sha256(dud).digest())
    bad = table.channel.sign(author, dataclasses.replace(statement, content=content))
    index = (await table.relay.submit(bad, dud)).index
    await table.sync()
    halted = Reader(table.replica, [victim])
    halted.advance()
    assert halted.halt is not None
    assert (halted.halt.index, halted.halt.code) == (index, "wrap")
    fine = Reader(table.replica, [table.person("RUS").sealing])
    fine.advance()
    assert fine.halt is None
    # the other side says so and the author takes it back: both read on, to the same state
    await table.clear(table.person("USA", "bot"), Unopened(entry=index, reason="wrap"))
    await table.clear(author, Withdraw(entry=index))
    await table.sync()
    halted.advance()
    fine.advance()
    assert "all" in halted.up_to
    assert halted.state == fine.state
    entry = fine.state.entries.get(signed.read(bad).id)
    assert entry is not None
    assert entry.outcome.code == "withdrawn"
    before = fine.at(index + 2)
    before.advance()
    known = before.state.entries.get(signed.read(bad).id)
    assert known is not None
    assert known.outcome == APPLIED
    assert fine.state_at(index + 2) == before.state
    assert fine.state_at(fine.position) is fine.state


async def test_what_both_can_open_is_withdrawn_from_then_on_and_only_where_it_may(
    table: Table,
) -> None:
    author = table.person("RUS")
    await table.say(author, negotiating.opened())
    asked = await table.say(author, negotiating.comment(body="Why?"))
    other = await table.say(author, negotiating.comment(body="When?"))
    question = signed.read(table.channel.envelopes[other]).id
    answer = negotiating.comment(body="Now.", in_reply_to=question)
    await table.say(table.person("USA"), answer)
    await table.sync()
    readers = [Reader(table.replica, [table.person(code).sealing]) for code in ("RUS", "USA")]
    before = [reader.advance() and reader.state for reader in readers]
    first = await table.clear(author, Withdraw(entry=asked))
    second = await table.clear(author, Withdraw(entry=other))
    await table.sync()
    for reader in readers:
        counts, not_applied = reader.advance()
        assert (counts.index, counts.outcome, counts.problem) == (first, APPLIED, "")
        assert (not_applied.index, not_applied.problem) == (second, "built-on")
        talks = reader.state.negotiations.get(negotiating.TALKS)
        assert talks is not None
        assert talks.recalled.get(signed.read(table.channel.envelopes[asked]).id)
        assert question not in talks.recalled
        again = reader.at(first)
        again.advance()
        assert [again.state] * 2 == before
    assert readers[0].state == readers[1].state


async def test_content_that_is_no_record_is_refused_and_consumes_its_number(table: Table) -> None:
    index = await table.say(table.person("RUS"), b"not a record")
    await table.say(table.person("RUS"), negotiating.opened())
    await table.sync()
    reader = Reader(table.replica, [table.person("USA").sealing])
    entries = reader.advance()
    assert (entries[index].content, entries[index].problem) == (None, "malformed")
    assert entries[index + 1].problem == ""


async def test_a_role_that_may_not_say_this_is_refused_by_the_fold(table: Table) -> None:
    linguist = table.channel.enrol("RUS", "linguist")
    index = await table.say(linguist, negotiating.opened(header=negotiating.header("linguist")))
    await table.sync()
    reader = Reader(table.replica, [table.person("USA").sealing])
    assert reader.advance()[index].problem == "role"


async def test_a_void_entry_is_shown_as_void_and_never_opened(table: Table) -> None:
    envelope, body = table.channel.seal(table.person(), negotiating.opened().encode())
    bent = envelope[:-1] + bytes([envelope[-1] ^ 1])
    entry = table.channel.log.append(bent)
    table.channel.envelopes.append(bent)
    content = signed.read(envelope).statement.content
    assert isinstance(content, SealedContent)
    table.relay.bodies[content.body_digest] = body
    await table.sync()
    reader = Reader(table.replica, [table.person("USA").sealing])
    shown = reader.advance()[entry.index]
    assert (shown.problem, shown.content, shown.entry.member) == ("void-forged", None, None)
    assert [each.name for each in table.replica.alarms()] == ["void-forged"]
    assert table.replica.held() == table.replica.size


async def test_the_state_of_every_size_is_at_hand_or_read_again(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("paraph.client.reading.opened.RECENT", 2)
    await table.say(table.person("RUS"), negotiating.opened())
    for number in range(4):
        await table.say(table.person("USA"), negotiating.comment(body=f"Why {number}?"))
    await table.sync()
    reader = Reader(table.replica, [table.person("RUS").sealing])
    reader.advance()
    for size in range(1, reader.position + 1):
        before = reader.at(size)
        before.advance()
        assert reader.state_at(size) == before.state
    blind = Reader(table.replica, [])
    blind.advance()
    assert blind.state_at(table.replica.size) is None


async def test_a_state_that_is_asked_for_is_read_on_and_never_all_anew(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    await table.say(table.person(), negotiating.opened())
    await table.sync()
    reader = Reader(table.replica, [table.person("RUS").sealing])
    reader.advance()
    at = await table.say(table.person("USA"), negotiating.comment(body="what came meanwhile"))
    await table.sync()
    monkeypatch.setattr(reader, "at", None)  # a second reader would begin at the first entry
    state = reader.state_at(at + 1)
    assert state is reader.state
    assert reader.position == at + 1
