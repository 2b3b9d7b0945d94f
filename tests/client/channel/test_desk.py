"""A desk over a relay in memory: what it says, queues, refuses and shows."""

import dataclasses
from pathlib import Path

import pytest

from paraph.client.channel import joining, views
from paraph.client.channel.desk import Desk
from paraph.client.keys import founding, members
from paraph.client.sending.outbox import Outbox
from paraph.client.writing.composing import DispatchDraft, Manner, VersionDraft
from paraph.client.writing.drafts import Opening
from paraph.protocol import documents
from paraph.protocol.delivery import Delivery
from paraph.protocol.errors import InputError, OutOfTurnError, RefusedError
from paraph.protocol.names import Digest
from paraph.protocol.negotiation.state import rung
from paraph.protocol.statements.clear import RevokeEntry
from paraph.protocol.statements.exchanges import Anchor
from paraph.protocol.statements.header import NamedMention, StatementMention, to_wordings
from paraph.protocol.statements.versions import NO_NOTES, Replace
from tests.client.channel.seats import Seat, two_seats
from tests.support.channel import START
from tests.support.memory_relay import MemoryRelay
from tests.support.negotiating import base_clauses

TITLES = Opening(titles={"en": "A memorandum", "ru": "Меморандум"})


@pytest.fixture
async def two(tmp_path: Path) -> tuple[Seat, Seat]:
    return await two_seats(tmp_path, "desk_officer", "bot", "linguist")


async def tabled(desk: Desk) -> bytes:
    await desk.sync()
    opened = await desk.open_negotiation(TITLES)
    assert opened.is_logged
    sent = await desk.send_version(VersionDraft(clauses=base_clauses()))
    assert sent.is_logged
    return sent.id


def changing(words: str) -> tuple[Replace, ...]:
    texts = to_wordings({"en": words, "ru": words})
    return (Replace(cid="c-one", texts=texts, notes=NO_NOTES),)


async def test_what_one_desk_sends_the_other_sees(two: tuple[Seat, Seat]) -> None:
    usa, rus = two
    async with usa.desk("desk_officer") as ours, rus.desk("desk_officer") as theirs:
        first = await tabled(ours)
        await theirs.sync()
        assert theirs.state == ours.state
        version = theirs.negotiation().versions.get(first)
        assert version is not None
        assert version.text.find("c-one") is not None
        sent = await theirs.send_version(
            VersionDraft(operations=changing("New."), kind="counter_draft"),
            manner=Manner(dated=1_443_711_600_000, reply_by=1_443_800_000_000),
            exclusive=True,
        )
        await ours.sync()
        assert ours.negotiation().heads == (sent.id,)
        assert ours.state == theirs.state
        assert ours.replica.log.root == theirs.replica.log.root


async def test_while_a_body_is_fetched_the_desk_does_not_say_that_it_is_missing(
    two: tuple[Seat, Seat], monkeypatch: pytest.MonkeyPatch
) -> None:
    usa, rus = two
    halts = []
    async with usa.desk("desk_officer") as ours, rus.desk("desk_officer") as theirs:
        await tabled(ours)
        body = MemoryRelay.body

        async def fetched(self: MemoryRelay, digest: Digest) -> bytes:
            halts.append(theirs.reader.halt)  # as a page would find it that is asked for now
            return await body(self, digest)

        monkeypatch.setattr(MemoryRelay, "body", fetched)
        await theirs.sync()
        assert halts == [None, None]
        assert theirs.state == ours.state


async def test_comments_replies_dispatches_and_receipts(two: tuple[Seat, Seat]) -> None:
    usa, rus = two
    async with usa.desk("desk_officer") as ours, rus.desk("desk_officer") as theirs:
        first = await tabled(ours)
        await theirs.sync()
        anchor = Anchor(
            version=first, cid="c-one", language="en", exact="We meet again.", prefix="", suffix=""
        )
        comment = await theirs.comment("When?", kind="question", anchor=anchor)
        await ours.sync()
        reply = await ours.reply(comment.id, "On the 14th.", resolves=True)
        draft = DispatchDraft(
            kind="transmittal",
            carries=(StatementMention(statement=first), NamedMention(name="AM-1")),
            body="As announced.",
        )
        dispatch = await ours.dispatch(draft)
        await theirs.sync()
        thread = theirs.negotiation().comments.get(comment.id)
        assert thread is not None
        assert thread.closed_by == reply.id
        assert ours.rung(dispatch.index, dispatch.id) == "logged"
        await rus.heartbeat()
        await ours.sync()
        assert ours.rung(dispatch.index, dispatch.id) == "held"
        await theirs.acknowledge([dispatch.id, first], rung="in_charge")
        await ours.sync()
        assert ours.rung(dispatch.index, dispatch.id) == "in_charge"
        assert rung(ours.state, first, "RUS") == "in_charge"
        refused = await theirs.acknowledge(
            [reply.id], rung="displayed", outcome="not_taken", reason="no date"
        )
        await ours.sync()
        assert refused.is_logged
        assert ours.rung(reply.index, reply.id) == "not_taken"


async def test_offline_everything_waits_and_leaves_in_order(
    two: tuple[Seat, Seat],
) -> None:
    usa, rus = two
    async with usa.desk("desk_officer") as ours:
        await ours.sync()
    async with usa.desk("desk_officer", offline=True) as ours:
        ours.read()
        opened = await ours.open_negotiation(TITLES)
        sent = await ours.send_version(VersionDraft(clauses=base_clauses()))
        again = await ours.send_version(VersionDraft(operations=changing("Later.")))
        assert {opened.state, sent.state, again.state} == {Delivery.SIGNED}
        assert ours.negotiation().heads == (again.id,)
        assert views.waiting(ours) == 3
        assert [row.state for row in views.log(ours)][-3:] == ["queued"] * 3
    async with usa.desk("desk_officer") as ours, rus.desk("desk_officer") as theirs:
        await ours.sync()
        assert views.waiting(ours) == 0
        await theirs.sync()
        assert theirs.negotiation().heads == (again.id,)


async def test_a_relay_that_goes_away_leaves_it_in_the_outbox(
    two: tuple[Seat, Seat],
) -> None:
    usa, _ = two
    async with usa.desk("desk_officer") as ours:
        await tabled(ours)
    usa.front.down = True
    async with usa.desk("desk_officer") as ours:
        ours.read()
        sent = await ours.comment("Hello?")
        assert sent.state is Delivery.SIGNED
        usa.front.down = False
        assert (await ours.wait_logged(sent)).is_logged


async def test_an_exclusive_version_gives_way_to_what_came_first(
    two: tuple[Seat, Seat],
) -> None:
    usa, rus = two
    async with usa.desk("desk_officer") as ours, rus.desk("desk_officer") as theirs:
        await tabled(ours)
        await theirs.sync()
        await theirs.comment("One moment.")
        with pytest.raises(RefusedError, match="can never be placed: exclusive") as caught:
            await ours.send_version(VersionDraft(operations=changing("Mine.")), exclusive=True)
        assert caught.value.code == "exclusive"
        assert ours.negotiation().versions_counted == 1  # what never comes is not shown as said
        await ours.sync()
        sent = await ours.send_version(VersionDraft(operations=changing("Mine.")), exclusive=True)
        assert sent.is_logged


async def test_after_three_refusals_the_desk_offers_to_send_without_being_alone(
    two: tuple[Seat, Seat],
) -> None:
    usa, rus = two
    async with usa.desk("desk_officer") as ours, rus.desk("desk_officer") as theirs:
        await tabled(ours)
        await theirs.sync()
        mine, hints = VersionDraft(operations=changing("Mine.")), []
        for _ in range(3):
            await theirs.comment("One moment.")
            with pytest.raises(RefusedError) as caught:
                await ours.send_version(mine, exclusive=True)
            hints.append("--no-exclusive" in caught.value.hint)
        assert hints == [False, False, True]
        await theirs.comment("And one more.")
        assert (await ours.send_version(mine)).is_logged


async def test_the_parent_must_be_the_head(two: tuple[Seat, Seat]) -> None:
    usa, rus = two
    async with usa.desk("desk_officer") as ours, rus.desk("desk_officer") as theirs:
        first = await tabled(ours)
        await theirs.sync()
        await theirs.send_version(VersionDraft(operations=changing("Theirs.")))
        await ours.sync()
        size = ours.replica.size
        with pytest.raises(OutOfTurnError) as caught:
            await ours.send_version(VersionDraft(operations=changing("Ours."), parents=(first,)))
        assert caught.value.code == "parent-not-head"
        await ours.sync()
        assert ours.replica.size == size
        assert not ours.outbox.pending()


async def test_a_role_says_only_what_its_table_allows(two: tuple[Seat, Seat]) -> None:
    usa, _ = two
    async with usa.desk("desk_officer") as ours:
        await tabled(ours)
    async with usa.desk("linguist") as linguist:
        await linguist.sync()
        for attempt in (
            linguist.send_version(VersionDraft(operations=changing("No."))),
            linguist.dispatch(DispatchDraft()),
            linguist.heartbeat(),
            linguist.open_negotiation(TITLES),
        ):
            with pytest.raises(RefusedError) as caught:
                await attempt
            assert caught.value.code == "role"
        assert (await linguist.comment("A word.", kind="translation")).is_logged
        assert not linguist.outbox.pending()
    async with usa.desk("bot") as bot:
        await bot.sync()
        with pytest.raises(RefusedError, match="a bot may not comment"):
            await bot.comment("I agree.")


async def test_several_keys_need_a_role(two: tuple[Seat, Seat]) -> None:
    usa, _ = two
    async with usa.desk(offline=True) as desk:
        assert desk.role == "desk_officer"  # who sends a party's texts, unless another is named
    usa.vault.update(
        dataclasses.replace(
            usa.vault.content,
            keys=tuple(each for each in usa.vault.content.keys if each.role != "desk_officer"),
        )
    )
    made = members.new_key(usa.vault, usa.folder.channel, "signatory", now=START)
    members.set_state(usa.vault, made, "enrolled")
    with pytest.raises(InputError, match="this home has linguist, signatory"):
        usa.desk()
    with pytest.raises(InputError, match="expected a key of a registrar"):
        usa.desk("registrar")


async def test_a_key_that_is_only_asked_for_says_nothing(two: tuple[Seat, Seat]) -> None:
    usa, _ = two
    members.new_key(usa.vault, usa.folder.channel, "signatory", now=START)
    async with usa.desk("signatory", offline=True) as desk:
        desk.read()
        with pytest.raises(RefusedError) as caught:
            await desk.comment("Hello.", negotiation=bytes(16))
        assert caught.value.code == "not-enrolled"


async def test_a_revoked_key_says_nothing_more(two: tuple[Seat, Seat]) -> None:
    usa, _ = two
    async with usa.desk("desk_officer") as ours:
        await tabled(ours)
        document = documents.countersign(
            documents.draft(
                documents.Revocation(
                    channel=usa.folder.channel,
                    party="USA",
                    key=ours.member.id,
                    reason="lost",
                    compromised_since=0,
                )
            ),
            documents.Revocation,
            usa.vault.content.root_signers,
        )
        root = Outbox(ours.replica, usa.vault.content.root_signers[0])
        root.prepare_clear(RevokeEntry(document=document))
        await root.send(await ours.relay())
        with pytest.raises(RefusedError, match="the key was revoked by entry") as caught:
            await ours.comment("Still here?")
        assert caught.value.code == "key-ended"
        assert caught.value.hint
        assert not ours.outbox.pending()


async def test_who_came_later_reads_up_to_what_was_not_sealed_to_them(
    two: tuple[Seat, Seat],
) -> None:
    usa, _ = two
    async with usa.desk("desk_officer") as ours:
        await tabled(ours)
        index = ours.replica.size - 2
    late = await usa.newcomer("late")
    async with late.desk() as desk:
        await desk.sync()
        assert late.vault.content.keys[0].state == "enrolled"
        assert desk.member.id == late.vault.content.keys[0].id
        assert desk.reader.halt is not None
        assert (desk.reader.halt.index, desk.reader.halt.code) == (index, "not-recipient")
        rows = list(views.log(desk))
        assert [row.state for row in rows[index:]][:2] == ["unopened", "unopened"]
        assert rows[index].summary.startswith(f"state up to {index}")


async def test_an_internal_note_stands_in_the_internal_channel_only(
    two: tuple[Seat, Seat],
) -> None:
    usa, _ = two
    file = founding.propose(
        (founding.own_card(usa.home),), usa.front.card, founding.Terms(exercise=True)
    )
    file = founding.countersign(file, usa.home, usa.vault.content)
    file = await joining.found(usa.front, founding.complete(file, usa.vault.content, START))
    folder = joining.join(usa.home, file)
    await joining.enrol_own(usa.vault, folder, usa.front, ("desk_officer", "bot"), now=START)
    inner = Seat(usa.home, usa.vault, folder, usa.front)
    await inner.heartbeat()
    async with usa.desk("desk_officer") as ours, inner.desk("desk_officer") as notes:
        await tabled(ours)
        await notes.sync()
        talks = ours.negotiation().identity
        with pytest.raises(RefusedError) as caught:
            await ours.comment("Our floor is five.", kind="fallback")
        assert caught.value.code == "internal-only"
        sent = await notes.comment("Our floor is five.", kind="fallback", negotiation=talks)
        assert sent.is_logged
        assert notes.others == ("USA",)
        await ours.sync()
        assert ours.negotiation().comments_counted == 0


async def test_a_text_that_is_too_large_is_refused_before_it_is_sealed(
    two: tuple[Seat, Seat],
) -> None:
    usa, _ = two
    async with usa.desk("desk_officer") as ours:
        await tabled(ours)
        with pytest.raises(RefusedError) as caught:
            await ours.comment("x" * 100_001)
        assert caught.value.code == "oversize"
        assert not ours.outbox.pending()
