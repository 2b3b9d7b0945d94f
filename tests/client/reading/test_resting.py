"""Acts that rest on what is held without naming the statement that said it are refused too."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest

from paraph.client.channel.desk import Desk
from paraph.client.reading.held import Held, Holding
from paraph.client.reading.opened import OpenedEntry, Reader
from paraph.client.writing import composing
from paraph.protocol import documents
from paraph.protocol.documents import Enrolment, EnrolmentRequest, Manifest
from paraph.protocol.errors import RefusedError
from paraph.protocol.keys import SecretKey
from paraph.protocol.negotiation.fold.silence import subject_digest
from paraph.protocol.negotiation.state import Negotiation, Version
from paraph.protocol.sealed import SealingKey
from paraph.protocol.statements.clear import EnrolEntry, ManifestEntry
from paraph.protocol.statements.conferences import Outcome, OutcomesRecorded
from paraph.protocol.statements.content import Content
from paraph.protocol.statements.header import ContentHeader
from paraph.protocol.statements.joint import AgreedTo
from paraph.protocol.statements.silence import SilenceBroken, SilenceClosed, SilenceOpened
from tests.support import conferences, strangers
from tests.support.commands import Person, write
from tests.support.desks import heartbeats, synced, vault_of
from tests.support.exchange import BASE, exchanging, send_base
from tests.support.strangers import CANARY, COUNTER

Making = Callable[[Desk, Negotiation, ContentHeader], Content]
HOUR_MS = 3_600_000


@pytest.fixture
def table(tmp_path: Path) -> tuple[Person, Person, Person]:
    """USA, RUS, and an officer of RUS whose key nobody at USA accepted."""
    usa, rus, _ = exchanging(tmp_path)
    send_base(usa)
    return usa, rus, strangers.stranger(usa, rus)


def say(person: Person, make: Making) -> bytes:
    """Say what *make* makes at the desk of *person*; return its id."""

    async def run() -> bytes:
        async with await synced(person) as desk:
            ((identity, talks),) = desk.folded.negotiations.items()
            sent = await desk.say(make(desk, talks, desk.header(identity)))
            assert sent.is_logged
            return sent.id

    return asyncio.run(run())


def announce(person: Person, name: str = "VC-2") -> bytes:
    """Announce a conference that is on no version."""
    return say(person, lambda _, __, header: conferences.scheduled(name, header=header))


def record(person: Person, name: str = "VC-2") -> bytes:
    """Say that a conference agreed ad referendum to the clause on distance."""

    def make(_desk: Desk, _talks: Negotiation, header: ContentHeader) -> Content:
        item = Outcome(cid="distance", proposal=(), understanding=(), result="agreed_ad_ref")
        return OutcomesRecorded(
            header=header, conference=name, held_at=conferences.AT, items=(item,)
        )

    return say(person, make)


def agree(person: Person, subject: bytes) -> bytes:
    """Agree to a joint statement."""
    return say(person, lambda _, __, header: AgreedTo(header=header, subject=subject))


def head(talks: Negotiation) -> Version:
    """Return the newest version as it was folded."""
    found = talks.versions.get(talks.heads[-1])
    assert found is not None
    return found


def counter(officer: Person) -> None:
    """Table a second version, under the key that is held."""
    officer.ok("send", write(officer, "counter.yaml", COUNTER))


def refused(act: Callable[[], object]) -> None:
    with pytest.raises(RefusedError) as told:
        act()
    assert told.value.code == "key-held"


def test_outcomes_without_a_basis_would_bind_us_to_the_newest_version(
    table: tuple[Person, Person, Person],
) -> None:
    usa, _, officer = table
    announce(usa)
    counter(officer)
    refused(lambda: record(usa))


def test_outcomes_that_an_accepted_key_recorded_are_about_a_version_too(
    table: tuple[Person, Person, Person],
) -> None:
    usa, rus, officer = table
    announce(usa)
    counter(officer)
    theirs = record(rus)
    refused(lambda: agree(usa, theirs))
    # Nor once a version of a known key follows: they stay about the one they were recorded on.
    rus.ok("send", write(rus, "third.yaml", COUNTER.replace(CANARY, "six")))
    refused(lambda: agree(usa, theirs))


def test_a_whole_text_beside_a_version_that_is_not_shown_is_a_second_line_by_accident(
    table: tuple[Person, Person, Person],
) -> None:
    usa, _, officer = table
    counter(officer)
    whole = write(usa, "whole.yaml", BASE[BASE.index("clauses:") :])
    assert "[key-held]" in usa.fails(7, "send", whole, "--yes", "--branch")


def test_nothing_is_recorded_or_set_by_a_conference_that_only_such_a_key_announced(
    table: tuple[Person, Person, Person],
) -> None:
    usa, _, officer = table
    announce(officer, "VC-9")
    refused(lambda: record(usa, "VC-9"))
    refused(
        lambda: say(usa, lambda _, __, header: conferences.action("joint", "VC-9", header=header))
    )
    refused(lambda: announce(usa, "VC-9"))  # it would ask to change what is not shown


def silence_on_the_newest(rus: Person) -> bytes:
    """Open a silence procedure of thirteen hours on the newest version."""

    def make(desk: Desk, talks: Negotiation, header: ContentHeader) -> Content:
        version = head(talks)
        return SilenceOpened(
            header=header,
            version=version.statement,
            cid="",
            digest=subject_digest(version, ""),
            expires=desk.replica.log.log_time + 13 * HOUR_MS,
        )

    return say(rus, make)


def closed(person: Person, silence: bytes) -> bytes:
    """Sign that nobody objected."""

    def make(desk: Desk, _: Negotiation, header: ContentHeader) -> Content:
        covered = desk.replica.head
        return SilenceClosed(header=header, silence=silence, size=covered.size, root=covered.root)

    return say(person, make)


def test_to_close_a_silence_procedure_is_to_adopt_its_version(
    table: tuple[Person, Person, Person],
) -> None:
    usa, rus, officer = table
    counter(officer)
    silence = silence_on_the_newest(rus)
    later = max(usa.tools.time, rus.tools.time) + 14 * HOUR_MS
    for dated in (later, later + 1):
        heartbeats(usa, rus, dated=dated)
    closed(rus, silence)
    refused(lambda: closed(usa, silence))


def test_an_acknowledgement_opens_nothing_and_asks_once_what_is_held(
    table: tuple[Person, Person, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    usa, _, officer = table
    counter(officer)
    asked: list[str] = []
    now, again = Holding.now, Reader.again

    def held(self: Holding) -> Held:
        asked.append("what is held")
        return now(self)

    def opened(self: Reader, index: int) -> OpenedEntry | None:
        asked.append(f"entry {index}")
        return again(self, index)

    async def run() -> None:
        async with await synced(usa) as desk:
            ((identity, talks),) = desk.folded.negotiations.items()
            versions = sorted((each for _, each in talks.versions.items()), key=lambda v: v.index)
            theirs = [each.statement for each in versions]
            monkeypatch.setattr(Holding, "now", held)
            monkeypatch.setattr(Reader, "again", opened)

            def acknowledge(*subjects: bytes) -> None:
                header = desk.header(identity)
                said = composing.acknowledged(
                    header, subjects, rung="displayed", outcome="ok", reason=""
                )
                desk.screen.require_shown(desk.folded, said)

            acknowledge(theirs[0])
            assert asked == ["what is held"]
            refused(lambda: acknowledge(*theirs))
            assert asked == ["what is held"] * 2

    asyncio.run(run())


def test_to_object_in_time_needs_nobody_who_accepts_a_key(
    table: tuple[Person, Person, Person],
) -> None:
    usa, rus, officer = table
    counter(officer)
    silence = silence_on_the_newest(rus)
    say(
        usa,
        lambda _, __, header: SilenceBroken(
            header=header, silence=silence, reason="We have not seen it.", amendment=()
        ),
    )


def test_new_roots_that_nobody_compared_let_go_of_nothing(
    table: tuple[Person, Person, Person],
) -> None:
    usa, rus, officer = table
    counter(officer)

    async def change_roots() -> str:
        async with await synced(rus) as desk:
            party, new = desk.replica.log.trust.parties["RUS"], SecretKey.generate()
            body = dataclasses.replace(
                party.manifest,
                number=party.manifest.number + 1,
                previous=party.manifest_ids[-1],
                channel=desk.channel,
                roots=(new.public.raw,),
                threshold=1,
            )
            signers = [*vault_of(rus).content.root_signers, new]
            made = documents.countersign(documents.draft(body), Manifest, signers)
            desk.outbox.prepare_clear(ManifestEntry(document=made))
            key = SecretKey.generate()
            request = EnrolmentRequest(
                channel=desk.channel,
                party="RUS",
                role="desk_officer",
                holder=bytes(range(16)),
                signing=key.public.raw,
                sealing=SealingKey.generate().public.raw,
                not_after=desk.member.not_after,
            )
            asked = documents.make_enrolment(request, key)
            enrolled = documents.countersign(asked, Enrolment, [new])
            desk.outbox.prepare_clear(EnrolEntry(document=enrolled))
            await desk.outbox.send(await desk.relay(), attempts=2)
            return key.public.id.hex()

    by_new_roots = asyncio.run(change_roots())
    usa.ok("sync")
    waiting = {each["key"] for each in usa.json("party", "accept")["waiting"]}
    assert by_new_roots in waiting  # which else is accepted at once, by our policy
    assert CANARY not in usa.ok("text", "show")
    assert "[key-held]" in usa.fails(7, "confirm", "v2")
