"""The relay is blind: twenty words that desks exchange, and none of them anywhere in it (SPEC 4.4).

Promise 1 of the design, looked at from outside: two desks talk through the real relay process, and
then its database, its write-ahead log, its blobs, its log lines and the whole memory of the process
are searched for every word, as UTF-8, as UTF-16 and inside base64.

Controls: the other desk did read every one of them; the same search finds a word that is clear by
design (the name in a manifest); and it finds a word in a body that somebody did not seal.
"""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import os
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from paraph.client.backoff import Backoff
from paraph.client.keys.home import Home
from paraph.client.keys.vault import Vault
from paraph.client.log.replica import Replica
from paraph.client.reading.opened import Reader
from paraph.client.sending.outbox import Outbox
from paraph.client.sending.staging import open_attachment, seal_attachment
from paraph.client.transport import Transport, TransportChannel
from paraph.protocol import signed
from paraph.protocol.names import ZERO
from paraph.protocol.negotiation import text as texts
from paraph.protocol.statements.content import Content
from paraph.protocol.statements.envelope import SealedContent
from paraph.protocol.statements.exchanges import Anchor
from paraph.protocol.statements.header import to_wordings
from paraph.protocol.statements.versions import NO_NOTES, Clause, Marking, Replace
from paraph.protocol.wire import RelayCard
from tests.faults.conftest import not_run
from tests.faults.relay_process import RelayProcess, make_home
from tests.faults.scan import find, forms, in_file, in_memory
from tests.support.channel import ORIGIN_PREFIX, Channel, make_channel
from tests.support.clock import at_once
from tests.support.founding import found_over
from tests.support.negotiating import (
    LANGUAGES,
    child,
    comment,
    dispatch,
    header,
    opened,
    receipt,
    tabled,
)
from tests.support.parties import Party, Person, make_party

FIELDS = (
    "title", "title ru", "banner", "classification", "instrument", "clause", "clause ru",
    "heading", "clause handling", "operation", "comment", "quote", "words before",
    "words after", "dispatch", "dispatch reference", "handling", "reason", "attachment name",
    "attachment", "internal comment", "passphrase",
)  # fmt: skip
CLEAR = "Ministry RUS"
"""The name in RUS's manifest: clear by design, as the README says."""


@pytest.fixture(scope="module")
def words() -> dict[str, str]:
    """A word for each field, which stands nowhere else in the world."""
    return {
        name: ("Канарейка" if name.endswith("ru") else "Canary") + secrets.token_hex(12)
        for name in FIELDS
    }


class Desk:
    """One officer: verified log, outbox, and the way to the relay."""

    def __init__(self, channel: Channel, person: Person, folder: Path) -> None:
        self.channel = channel
        self.person = person
        self.replica = Replica.create(Home(folder).channel(channel.id), channel.founding)
        self.outbox = Outbox(self.replica, person.signing, backoff=Backoff(sleep=at_once))
        self.reader = Reader(self.replica, [person.sealing])
        self.way: TransportChannel | None = None

    async def connect(self, transport: Transport) -> None:
        self.way = await transport.open(self.channel.id, ORIGIN_PREFIX, self.person.signing)
        await self.replica.sync(self.way)

    async def say(self, content: Content, **options: object) -> bytes:
        assert self.way is not None
        row = self.outbox.prepare_sealed(content, **options)  # type: ignore[arg-type]
        await self.outbox.send(self.way)
        now = self.outbox.row(row.id)
        assert now is not None
        assert now.index >= 0, now
        return row.id

    async def read(self) -> list[Content]:
        assert self.way is not None
        await self.replica.sync(self.way)
        await self.replica.fetch_bodies(self.way)
        return [each.content for each in self.reader.advance() if each.content is not None]


@dataclasses.dataclass
class Table:
    """A relay process and the channels on it."""

    process: RelayProcess
    transport: Transport
    shared: Channel
    internal: Channel
    folder: Path

    def leaks(self, words: dict[str, str]) -> dict[str, set[str]]:
        """Search everything that the relay has, and return what was found where."""
        found = {
            str(path.relative_to(self.folder)): find(words, in_file(path))
            for path in [*files_below(self.process.home), self.process.log]
        }
        try:
            found["memory"] = find(words, in_memory(self.process.pid))
        except PermissionError:
            not_run("the memory of a process may not be read here")
        return {place: names for place, names in found.items() if names}


def files_below(folder: Path) -> list[Path]:
    return [each for each in sorted(folder.rglob("*")) if each.is_file()]


@pytest.fixture
async def table(tmp_path: Path) -> AsyncIterator[Table]:
    ours = make_party("RUS")
    shared = make_channel(parties=(ours, make_party("USA")))
    internal = make_channel(parties=(once_more(ours),), log_secret=shared.log_secret)
    codes = await make_home(tmp_path / "relay", shared.log_secret, ("RUS", "USA"))
    process = RelayProcess(tmp_path / "relay")
    try:
        card: RelayCard = await process.start()
        async with Transport(card, timeout_s=20, sleep=at_once) as transport:
            await found_over(transport, shared, (codes[each.code] for each in shared.parties))
            await found_over(transport, internal, [codes["RUS"]])
            yield Table(process, transport, shared, internal, tmp_path)
        assert await process.stop() == 0
    finally:
        await process.kill()


def once_more(party: Party) -> Party:
    """Return the same party for a second channel, with nobody enrolled in it yet."""
    carrier = dataclasses.replace(party.carrier, sequence=0, previous=ZERO)
    return dataclasses.replace(party, people=[], carrier=carrier)


async def test_no_word_of_what_desks_exchange_is_anywhere_in_the_relay(
    table: Table, words: dict[str, str], tmp_path: Path
) -> None:
    vault = tmp_path / "vault"
    Vault.create(vault, words["passphrase"].encode(), cheap=True)
    rus = Desk(table.shared, table.shared.party("RUS").person("desk_officer"), tmp_path / "rus")
    usa = Desk(table.shared, table.shared.party("USA").person("desk_officer"), tmp_path / "usa")
    own = Desk(table.internal, table.internal.party("RUS").person("desk_officer"), tmp_path / "own")
    for desk in (rus, usa, own):
        await desk.connect(table.transport)
    await talk(rus, words, tmp_path)
    await own.say(comment(comment_kind="instruction", body=words["internal comment"]))
    read = await usa.read()
    await usa.say(
        receipt(
            rus.outbox.rows()[0].id, rung="displayed", outcome="not_taken", reason=words["reason"]
        )
    )
    answers = await rus.read()
    inside = await own.read()
    # What the desks have read holds every word but the passphrase, or the search shows nothing.
    seen = repr((read, answers, inside)) + opened_attachment(usa, read, tmp_path)
    assert [name for name in FIELDS if words[name] not in seen] == ["passphrase"]
    assert words["internal comment"] not in repr(read)
    assert table.leaks(words) == {}
    places = table.leaks({"name": CLEAR})
    assert "memory" in places, "the control: the same search finds what is clear by design"
    assert {"relay/relay.db", "relay/relay.db-wal"} & set(places)
    for desk in (rus, usa, own):
        desk.replica.close()
    await table.process.stop()
    left = {str(each): find(words, in_file(each)) for each in files_below(table.process.home)}
    assert {place: names for place, names in left.items() if names} == {}


async def talk(desk: Desk, words: dict[str, str], folder: Path) -> None:
    """Say everything that has a word in it."""
    marking = Marking(
        banner=to_wordings({"en": words["banner"]}),
        classification=words["classification"],
        releasable_to=("RUS", "USA"),
    )
    titles = to_wordings({"en": words["title"], "ru": words["title ru"]})
    await desk.say(opened(titles=titles, marking=marking, instrument=words["instrument"]))
    clauses = (
        plain("title", "title", "Draft", "Проект"),
        dataclasses.replace(
            plain("c-one", "operative", f"We {words['clause']}.", f"Мы {words['clause ru']}."),
            headings=to_wordings({"en": words["heading"]}),
            handling=words["clause handling"],
        ),
        plain("end", "testimonium", "Done.", "Совершено."),
    )
    text = texts.from_clauses(clauses, LANGUAGES)
    base = await desk.say(tabled(text, clauses=clauses, author="RUS"))
    change = Replace(
        cid="c-one",
        texts=to_wordings({"en": f"We {words['operation']}."}),
        notes=NO_NOTES,
    )
    await desk.say(child(text, base, change, author="RUS"))
    quote = Anchor(
        version=base, cid="c-one", language="en", exact=words["quote"],
        prefix=words["words before"], suffix=words["words after"],
    )  # fmt: skip
    await desk.say(comment(body=words["comment"], anchor=quote))
    source = folder / words["attachment name"]
    source.write_bytes(words["attachment"].encode() * 1000)
    attachment, key = seal_attachment(desk.replica.bodies, desk.channel.id, desk.outbox.key, source)
    head = header(
        handling=words["handling"],
        dispatch_reference=words["dispatch reference"],
        attachments=(key,),
    )
    await desk.say(
        dispatch(header=head, author="RUS", body=words["dispatch"]), attachments=[attachment]
    )


def plain(cid: str, role: str, en: str, ru: str) -> Clause:
    return Clause(cid=cid, role=role, texts=to_wordings({"en": en, "ru": ru}), headings=(),
                  handling="")  # fmt: skip


def opened_attachment(desk: Desk, read: list[Content], folder: Path) -> str:
    """Open the one attachment that came, and return its beginning."""
    for entry in desk.replica.entries():
        statement = entry.statement
        if statement is None or not isinstance(statement.content, SealedContent):
            continue
        for listed in statement.content.attachments:
            keys = [key for each in read for key in each.header.attachments]
            (key,) = (each for each in keys if each.blob == listed.digest)
            assert entry.member is not None
            target = folder / "received"
            open_attachment(
                desk.replica.bodies, desk.channel.id, entry.member.id, listed, key, target
            )
            return target.read_text()[:200]
    raise AssertionError("no attachment came")


async def test_a_body_that_somebody_did_not_seal_is_found(table: Table) -> None:
    """The control that counts: content in the clear, through the same relay, is found in it.

    Nobody's software makes such a body; the relay checks its size and digest and cannot know.
    """
    word = {"leak": "Canary" + secrets.token_hex(12)}
    channel = table.shared
    author = channel.party("RUS").person("desk_officer")
    sound, body = channel.seal(author, b"x")
    statement = signed.read(sound).statement
    assert isinstance(statement.content, SealedContent)
    leaky = body[:-100] + word["leak"].encode() + body[-100 + len(word["leak"]) :]
    assert len(leaky) == len(body)
    content = dataclasses.replace(statement.content, body_digest=hashlib.sha256(leaky).digest())
    envelope = signed.sign(dataclasses.replace(statement, content=content), author.signing)
    way = await table.transport.open(channel.id, ORIGIN_PREFIX, author.signing)
    assert find(word, in_file(table.process.home / "relay.db-wal")) == set()
    await way.submit(envelope, leaky)
    places = table.leaks(word)
    assert "relay/relay.db-wal" in places
    assert "memory" in places


@pytest.mark.parametrize("before", range(7))
@pytest.mark.parametrize("word", ["Canary0123456789", "Канарейка"])
def test_the_search_finds_each_form_wherever_it_begins(
    word: str, before: int, tmp_path: Path
) -> None:
    file = tmp_path / "file"
    around = b"\1" * before
    for hidden in (
        around + word.encode() + b"\2",
        around + word.encode("utf-16-le"),
        base64.b64encode(around + word.encode() + b"\2\3"),
    ):
        file.write_bytes(b"\0" * 5000 + hidden + b"\0" * 5000)
        assert find({"it": word}, in_file(file)) == {"it"}
        halves = [file.read_bytes()[:5004], file.read_bytes()[5004:]]
        assert find({"it": word}, iter(halves)) == {"it"}, "across a border of two pieces"
    file.write_bytes(base64.b64encode(word[::-1].encode()))
    assert find({"it": word}, in_file(file)) == set()
    assert all(len(each) >= 8 for each in forms(word))


def test_the_search_finds_what_this_process_holds() -> None:
    word = "Canary" + secrets.token_hex(12)
    try:
        assert find({"it": word}, in_memory(os.getpid())) == {"it"}
    except PermissionError:
        not_run("the memory of a process may not be read here")
