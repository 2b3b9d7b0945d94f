"""A grant gives the past to a key that came later: all that opens here, once, and nothing else."""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from paraph.client.channel import granting
from paraph.client.channel.desk import Desk
from paraph.client.reading.opened import binding_of
from paraph.client.sending import outbox, saying
from paraph.client.writing.composing import VersionDraft
from paraph.client.writing.drafts import Opening
from paraph.protocol import documents, signed
from paraph.protocol.errors import InputError, RefusedError
from paraph.protocol.keys import SealingPublicKey
from paraph.protocol.names import Digest, KeyId
from paraph.protocol.sealed import Binding, Sealed, content, seal, wrap_for
from paraph.protocol.statements.clear import Grant, GrantedWrap, RevokeEntry, Unopened, Withdraw
from paraph.protocol.statements.envelope import MAX_ENVELOPE, ClearContent
from paraph.protocol.trust import Member
from tests.client.channel.seats import Seat, two_seats
from tests.support.negotiating import base_clauses


@pytest.fixture
async def two(tmp_path: Path) -> tuple[Seat, Seat]:
    return await two_seats(tmp_path, "desk_officer", "bot", "head_of_delegation")


async def talk(desk: Desk, comments: int = 1) -> int:
    """Open a negotiation, table a text, comment; return the index of the first of these."""
    await desk.sync()
    opened = await desk.open_negotiation(Opening(titles={"en": "A memorandum"}))
    await desk.send_version(VersionDraft(clauses=base_clauses()))
    for number in range(comments):
        await desk.comment(f"Comment {number}.")
    return opened.index


def halted(desk: Desk) -> tuple[int, str] | None:
    halt = desk.reader.halt
    return (halt.index, halt.code) if halt is not None else None


def grants(desk: Desk) -> list[Grant]:
    return [
        each.statement.content.payload
        for each in desk.replica.entries()
        if each.statement is not None
        and isinstance(each.statement.content, ClearContent)
        and isinstance(each.statement.content.payload, Grant)
    ]


async def give(
    seat: Seat, to: Seat, role: str = "legal_adviser", start: int = 0
) -> granting.Granted:
    async with seat.desk("head_of_delegation") as head:
        await head.sync()
        return await granting.grant(head, to.member(head, role), start=start)


async def test_who_came_later_reads_everything_after_a_grant(two: tuple[Seat, Seat]) -> None:
    usa, rus = two
    async with usa.desk("desk_officer") as ours, rus.desk("desk_officer") as theirs:
        first = await talk(ours)
        await theirs.sync()
        await theirs.comment("And ours.")
        late = await usa.newcomer("late")
        async with late.desk() as desk:
            await desk.sync()
            assert halted(desk) == (first, "not-recipient")
            done = await give(usa, late)
            assert (done.unopened, done.halt, done.is_logged) == ((), None, True)
            assert done.entries == tuple(range(first, first + 4))
            await desk.sync()
            await ours.sync()
            await theirs.sync()
            assert halted(desk) is None
            assert desk.reader.position == desk.replica.size
            assert desk.state == ours.state == theirs.state
            for entry in ours.replica.entries(first):
                assert desk.rung(entry.index, entry.id) == ours.rung(entry.index, entry.id)
            # what comes now is sealed to the new key as well, and it may speak
            assert (await desk.comment("Thank you.")).is_logged


async def test_a_repeat_makes_nothing_twice(two: tuple[Seat, Seat]) -> None:
    usa, _ = two
    async with usa.desk("desk_officer") as ours:
        await talk(ours)
        late = await usa.newcomer("late")
        first = await give(usa, late)
        again = await give(usa, late)
        assert len(first.entries) == 3
        assert (again.entries, again.statements, again.halt) == ((), (), None)
        await ours.sync()
        assert len(grants(ours)) == 1


async def test_many_entries_take_several_statements_that_fit(two: tuple[Seat, Seat]) -> None:
    usa, _ = two
    async with usa.desk("desk_officer") as ours:
        await talk(ours, comments=granting.MOST_WRAPS)
    late = await usa.newcomer("late")
    ticks: list[tuple[int, int]] = []
    async with usa.desk("head_of_delegation") as head:
        await head.sync()
        done = await granting.grant(
            head,
            late.member(head, "legal_adviser"),
            tick=lambda now, total: ticks.append((now, total)),
        )
        assert [len(each.wraps) for each in grants(head)] == [45, 2]
    assert ticks[-1] == (47, 47)
    assert len(done.entries) == 47
    assert 55_000 < len(done.statements[0].envelope) <= MAX_ENVELOPE
    async with late.desk() as desk:
        await desk.sync()
        assert desk.reader.halt is None


async def test_only_from_an_entry_on_and_then_the_rest(two: tuple[Seat, Seat]) -> None:
    usa, _ = two
    async with usa.desk("desk_officer") as ours:
        first = await talk(ours)
    late = await usa.newcomer("late")
    done = await give(usa, late, start=first + 2)
    assert (done.entries, done.halt) == ((first + 2,), first)
    done = await give(usa, late)
    assert (done.entries, done.halt) == ((first, first + 1), None)


async def test_what_does_not_open_here_is_counted_and_not_granted(two: tuple[Seat, Seat]) -> None:
    usa, _ = two
    async with usa.desk("desk_officer") as ours:
        first = await talk(ours)
        # a head of delegation on a home of its own, without the archive, after the first entries
        head = await usa.newcomer("head", "head_of_delegation")
        await ours.sync()
        await ours.comment("Said before the adviser came.")
        late = await usa.newcomer("late")
        done = await give(head, late)
        early = (first, first + 1, first + 2)
        assert (done.unopened, done.halt, len(done.entries)) == (early, first, 1)
        # once it was given the past, it gives that on, by what it was granted
        await give(usa, head, "head_of_delegation")
        done = await give(head, late)
        assert (done.entries, done.unopened, done.halt) == (early, (), None)
        async with late.desk() as desk:
            await desk.sync()
            await ours.sync()
            assert desk.state == ours.state


async def test_without_a_relay_grants_wait_and_are_sent_once(two: tuple[Seat, Seat]) -> None:
    usa, _ = two
    async with usa.desk("desk_officer") as ours:
        await talk(ours)
    late = await usa.newcomer("late")
    async with usa.desk("head_of_delegation") as head:
        await head.sync()
        usa.front.down = True
        head._relay = None  # noqa: SLF001 - the session ends with the line
        for _ in range(2):
            done = await granting.grant(head, late.member(head, "legal_adviser"))
            assert (len(done.entries), done.is_logged, done.halt) == (3, False, None)
        assert len(head.outbox.pending()) == 1
        usa.front.down = False
        done = await granting.grant(head, late.member(head, "legal_adviser"))
        assert (len(done.entries), done.is_logged) == (3, True)
        assert len(grants(head)) == 1


async def test_two_commands_at_a_time_make_it_once(two: tuple[Seat, Seat]) -> None:
    usa, _ = two
    async with usa.desk("desk_officer") as ours:
        await talk(ours)
    late = await usa.newcomer("late")
    async with usa.desk("head_of_delegation") as one, usa.desk("head_of_delegation") as other:
        await one.sync()
        await other.sync()
        first = await granting.grant(one, late.member(one, "legal_adviser"))
        second = await granting.grant(other, late.member(other, "legal_adviser"))
        assert [row.id for row in first.statements] == [row.id for row in second.statements]
        assert len(grants(other)) == 1


# ------------------------------------------------------------------ what must open, and what not


def no_record(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(saying, "encode_content", lambda _: b"not a record")


def another_commitment(patch: pytest.MonkeyPatch) -> None:
    def sealed_badly(*args: Any, **fields: Any) -> Sealed:  # noqa: ANN401 - as seal takes them
        with pytest.MonkeyPatch.context() as inner:
            inner.setattr(content, "commitment", lambda *_: Digest(bytes(range(32))))
            return seal(*args, **fields)

    patch.setattr(saying, "seal", sealed_badly)


@pytest.mark.parametrize(
    ("break_it", "code"), [(no_record, "malformed"), (another_commitment, "commitment")]
)
async def test_content_that_all_refuse_is_granted_so_that_all_refuse_it(
    two: tuple[Seat, Seat],
    monkeypatch: pytest.MonkeyPatch,
    break_it: Callable[[pytest.MonkeyPatch], None],
    code: str,
) -> None:
    usa, _ = two
    async with usa.desk("desk_officer") as ours:
        await talk(ours)
        with monkeypatch.context() as patch:
            break_it(patch)
            bad = await ours.comment("Broken.")
        late = await usa.newcomer("late")
        done = await give(usa, late)
        assert bad.index in done.entries
        async with late.desk() as desk:
            await desk.sync()
            await ours.sync()
            assert desk.reader.halt is None
            for each in (desk, ours):
                entry = each.reader.state.entries.get(bad.id)
                assert entry is not None
                assert entry.outcome.code == code
            assert desk.reader.state == ours.reader.state


def lying_to(*victims: KeyId) -> Callable[[bytes, Binding, SealingPublicKey], bytes]:
    """Wrap another content key for *victims*: the wrap opens, and what it holds opens nothing."""

    def lie(content_key: bytes, binding: Binding, recipient: SealingPublicKey) -> bytes:
        held = bytes(32) if recipient.id in victims else content_key
        return wrap_for(held, binding, recipient)

    return lie


async def test_a_content_key_that_opens_nothing_is_never_granted(
    two: tuple[Seat, Seat], monkeypatch: pytest.MonkeyPatch
) -> None:
    usa, rus = two
    async with usa.desk("desk_officer") as ours, rus.desk("desk_officer") as theirs:
        first = await talk(ours)
        await theirs.sync()
        openers = [key.public.id for key in usa.vault.content.openers(ours.channel)]
        with monkeypatch.context() as patch:
            patch.setattr(content, "wrap_for", lying_to(*openers[:-1]))
            archive_only = await theirs.comment("Only the archive opens this.")
            patch.setattr(content, "wrap_for", lying_to(*openers))
            nobody = await theirs.comment("Nobody opens this.")
        late = await usa.newcomer("late")
        done = await give(usa, late)
        assert archive_only.index in done.entries
        assert (done.unopened, done.halt) == ((nobody.index,), nobody.index)
        async with late.desk() as desk:
            await desk.sync()
            assert desk.reader.halt is not None
            assert (desk.reader.halt.index, desk.reader.position) == (nobody.index, nobody.index)
            entry = desk.replica.entry(archive_only.index)
            assert desk.reader.content_key(entry) != bytes(32)
    assert first < archive_only.index


async def test_control_a_dud_that_is_granted_halts_the_reader(two: tuple[Seat, Seat]) -> None:
    usa, _ = two
    async with usa.desk("desk_officer") as ours:
        first = await talk(ours)
    late = await usa.newcomer("late")
    async with usa.desk("head_of_delegation") as head, late.desk() as desk:
        await head.sync()
        key = late.member(head, "legal_adviser").sealing
        assert key is not None
        statement = signed.read(head.replica.entry(first).envelope).statement
        binding = binding_of(statement, statement.content)  # type: ignore[arg-type]
        dud = wrap_for(bytes(32), binding, key)
        head.outbox.prepare_clear(
            Grant(wraps=(GrantedWrap(entry=first, recipient=key.id, wrap=dud),))
        )
        await head.outbox.send(await head.relay())
        await desk.sync()
        assert desk.reader.halt is not None
        assert (desk.reader.halt.index, desk.reader.halt.code) == (first, "wrap")


async def test_a_dispute_of_the_own_party_is_cured(
    two: tuple[Seat, Seat], monkeypatch: pytest.MonkeyPatch
) -> None:
    usa, rus = two
    async with usa.desk("desk_officer") as ours, rus.desk("desk_officer") as theirs:
        await talk(ours)
        await theirs.sync()
        (bot_key,) = usa.vault.content.held(ours.channel, "bot")
        with monkeypatch.context() as patch:
            patch.setattr(content, "wrap_for", lying_to(bot_key.opener.public.id))
            said = await theirs.comment("The bot cannot open this.")
        assert not (await give(usa, usa, "bot")).entries
        async with usa.desk("bot") as bot:
            await bot.sync()
            bot.outbox.prepare_clear(Unopened(entry=said.index, reason="wrap"))
            await bot.outbox.send(await bot.relay())
        assert (await give(usa, usa, "bot")).entries == (said.index,)
        assert not (await give(usa, usa, "bot")).entries


async def test_a_withdrawn_entry_needs_no_key(two: tuple[Seat, Seat]) -> None:
    usa, rus = two
    async with usa.desk("desk_officer") as ours, rus.desk("bot") as bot:
        await talk(ours)
        taken = await ours.comment("Never mind.")
        recalled = await ours.comment("Nor this: but it is still read.")
        await bot.sync()
        bot.outbox.prepare_clear(Unopened(entry=taken.index, reason="wrap"))
        await bot.outbox.send(await bot.relay())
        await ours.sync()
        for each in (taken, recalled):
            ours.outbox.prepare_clear(Withdraw(entry=each.index))
        await ours.outbox.send(await ours.relay())
        late = await usa.newcomer("late")
        done = await give(usa, late)
        assert taken.index not in done.entries
        assert recalled.index in done.entries
        async with late.desk() as desk:
            await desk.sync()
            await ours.sync()
            assert desk.reader.halt is None
            assert desk.reader.state == ours.reader.state


# ------------------------------------------------------------------ who may, and to whom


async def test_only_for_keys_of_the_own_party_and_only_by_who_may(two: tuple[Seat, Seat]) -> None:
    usa, rus = two
    async with usa.desk("desk_officer") as ours, usa.desk("head_of_delegation") as head:
        await talk(ours)
        await head.sync()
        with pytest.raises(RefusedError) as caught:
            await granting.grant(ours, usa.member(head, "bot"))
        assert caught.value.code == "role"
        for other in (rus.member(head, "desk_officer"), head.replica.log.trust.member(root(usa))):
            assert other is not None
            with pytest.raises(RefusedError) as caught:
                await granting.grant(head, other)
            assert caught.value.code == "recipients"
        assert not grants(head)


def root(seat: Seat) -> KeyId:
    return seat.vault.content.root_signers[0].public.id


async def test_the_recipient_is_found_by_role_or_by_the_start_of_its_id(
    two: tuple[Seat, Seat],
) -> None:
    usa, rus = two
    async with usa.desk("head_of_delegation") as head:
        await head.sync()
        bot = usa.member(head, "bot")
        assert granting.find_recipient(head, "bot") == bot
        assert granting.find_recipient(head, bot.id.hex()[:12].upper()) == bot
        theirs = rus.member(head, "bot").id.hex()
        for unknown in (theirs, "linguist", "zz", ""):
            with pytest.raises(InputError) as caught:
                granting.find_recipient(head, unknown)
            assert caught.value.code == "recipient"
        await usa.newcomer("late", "bot")
        await head.sync()
        with pytest.raises(InputError, match=r"expected one key of USA, found bot .*, bot "):
            granting.find_recipient(head, "bot")
        await revoke(usa, head, bot)
        with pytest.raises(InputError) as caught:
            granting.find_recipient(head, bot.id.hex())
        assert caught.value.code == "key-ended"
        with pytest.raises(RefusedError):
            await granting.grant(head, bot)


async def revoke(seat: Seat, desk: Desk, member: Member) -> None:
    body = documents.Revocation(
        channel=desk.channel, party=member.party, key=member.id, reason="lost", compromised_since=0
    )
    roots = seat.vault.content.root_signers
    document = documents.countersign(documents.draft(body), documents.Revocation, roots)
    carrier = outbox.Outbox(desk.replica, roots[0])
    carrier.prepare_clear(RevokeEntry(document=document))
    await carrier.send(await desk.relay())
    await desk.sync()


async def test_a_key_that_ended_meanwhile_grants_nothing_more(two: tuple[Seat, Seat]) -> None:
    usa, _ = two
    async with usa.desk("desk_officer") as ours, usa.desk("head_of_delegation") as head:
        await talk(ours)
        late = await usa.newcomer("late")
        await head.sync()
        usa.front.down = True
        head._relay = None  # noqa: SLF001 - the session ends with the line
        await granting.grant(head, late.member(head, "legal_adviser"))
        usa.front.down = False
        await revoke(usa, ours, usa.member(head, "head_of_delegation"))
        with pytest.raises(RefusedError, match="can never be placed") as caught:
            await granting.grant(head, late.member(head, "legal_adviser"))
        assert caught.value.code == "key-ended"


async def test_a_home_without_such_a_key_is_told_what_to_do(two: tuple[Seat, Seat]) -> None:
    usa, _ = two
    channel = usa.folder.channel
    late = await usa.newcomer("late")
    assert granting.granting_role(usa.vault.content, channel) == "head_of_delegation"
    with pytest.raises(RefusedError) as caught:
        granting.granting_role(late.vault.content, channel)
    assert caught.value.code == "role"
    assert "a colleague with a key of a head_of_delegation or registrar" in caught.value.hint
    none = dataclasses.replace(usa.vault.content, keys=())
    with pytest.raises(RefusedError) as caught:
        granting.granting_role(none, channel)
    assert "paraph member add --self --role head_of_delegation" in caught.value.hint
