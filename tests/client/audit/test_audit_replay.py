"""The replay: an auditor with an archive's key comes to the state of both desks, or says why not.

What is shown at the command line stands in test_audit_replay_cli.py.
"""

from __future__ import annotations

import asyncio
import hashlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from paraph.client.audit import bundle, manifest, verify
from paraph.client.audit import record as records
from paraph.client.audit.export import export
from paraph.client.audit.replay import Replay, replay
from paraph.client.keys.home import Home
from paraph.client.log.replica import Replica
from paraph.client.reading.opened import Reader
from paraph.protocol import signed
from paraph.protocol.errors import ForgedError, InputError, MisuseError
from paraph.protocol.negotiation import fingerprint
from paraph.protocol.schema import Record
from paraph.protocol.sealed import SealingKey
from paraph.protocol.statements.clear import Unopened, Withdraw
from paraph.protocol.statements.content import Content
from paraph.protocol.statements.envelope import SealedContent
from paraph.protocol.tiles import ENTRIES, entry_bundle, tiles_of
from tests.support import negotiating
from tests.support.anchors import anchor_of
from tests.support.channel import Channel, make_channel
from tests.support.memory_relay import MemoryRelay
from tests.support.parties import Person


class Office:
    """A channel, both desks' replicas of it, and whoever audits it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.channel: Channel = make_channel()
        self.relay = MemoryRelay(self.channel)
        self.replicas = {
            code: Replica.create(
                Home(folder / code).channel(self.channel.id), self.channel.founding
            )
            for code in ("RUS", "USA")
        }

    def say(self, code: str, content: Content | bytes) -> int:
        author = self.channel.party(code).person("desk_officer")
        record = content if isinstance(content, bytes) else content.encode()
        envelope, body = self.channel.seal(author, record)
        return asyncio.run(self.relay.submit(envelope, body)).index

    def clear(self, author: Person, payload: Record) -> int:
        envelope = self.channel.clear(author, payload)
        return asyncio.run(self.relay.submit(envelope, b"")).index

    def sync(self) -> None:
        asyncio.run(self._sync())

    async def _sync(self) -> None:
        for replica in self.replicas.values():
            await replica.sync(self.relay)
            await replica.fetch_bodies(self.relay)

    def desk(self, code: str, size: int = 0) -> Reader:
        key = self.channel.party(code).person("desk_officer").sealing
        reader = Reader(self.replicas[code], [key], size or None)
        reader.advance()
        return reader

    def bundle(self, name: str = "bundle") -> Path:
        self.sync()
        export(self.replicas["USA"], self.folder / name)
        return self.folder / name

    def replay(self, folder: Path, keys: Sequence[SealingKey] = ()) -> Replay:
        own = (self.channel.party("USA").archive,)
        return replay(folder, anchor_of(self.channel.log), keys or own)

    def blob(self, folder: Path, index: int) -> Path:
        content = signed.read(self.channel.envelopes[index]).statement.content
        assert isinstance(content, SealedContent)
        return folder / bundle.blob_path(content.body_digest)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path)
    made.say("USA", negotiating.opened())
    made.say("USA", negotiating.base())
    made.say("RUS", negotiating.comment(body="Why three?"))
    yield made
    for replica in made.replicas.values():
        replica.close()


def relisted(folder: Path) -> Path:
    """Write MANIFEST anew, as somebody would who changes a bundle and knows its format."""
    lines = [
        manifest.line_of(path, hashlib.sha256((folder / path).read_bytes()).digest(), size)
        for path, size in bundle.list_files(folder).items()
    ]
    (folder / manifest.MANIFEST).write_text("".join(lines))
    return folder


def test_either_archive_comes_to_the_state_of_both_desks(office: Office) -> None:
    folder = office.bundle()
    desks = [office.desk(code) for code in ("RUS", "USA")]
    for found in [office.replay(folder, [each.archive]) for each in office.channel.parties]:
        assert (found.report.verdict, found.whole, found.halt) == ("intact", True, None)
        assert found.size == office.channel.log.size
        assert [each.state for each in desks] == [found.state] * 2
        assert found.fingerprint is not None
        assert {fingerprint.digest(each.state) for each in desks} == {found.fingerprint.state}
        assert found.fingerprint.root == office.replicas["RUS"].log.root


def test_every_version_is_counted(office: Office) -> None:
    found = office.replay(office.bundle())
    (talks,) = found.negotiations
    ((version, facts),) = talks.versions
    assert (talks.phase, found.not_applied) == ("tabled", ())
    assert facts.clauses == len(negotiating.base_clauses())
    assert facts.digests == {each: digest.hex() for each, digest in version.digests.items()}


def test_the_comparison_can_fail(office: Office) -> None:
    """The positive control: a statement more at a desk, and the auditor's state is another."""
    found = office.replay(office.bundle())
    office.say("RUS", negotiating.comment(body="And five?"))
    office.sync()
    assert found.fingerprint is not None
    assert fingerprint.digest(office.desk("USA").state) != found.fingerprint.state
    again = office.desk("USA", size=found.size)  # the desk at the size of the bundle
    assert fingerprint.digest(again.state) == found.fingerprint.state


def test_what_was_not_applied_is_named_with_its_reason(office: Office) -> None:
    twice = office.say("RUS", negotiating.opened())
    rubbish = office.say("RUS", b"not a record")
    found = office.replay(office.bundle())
    assert [(each.index, each.party, each.kind, each.code) for each in found.not_applied] == [
        (twice, "RUS", "negotiation-opened", "negotiation-exists"),
        (rubbish, "RUS", "", "malformed"),
    ]
    assert all(each.message for each in found.not_applied)
    assert found.whole
    assert found.state == office.desk("RUS").state


def test_a_withdrawal_that_came_too_late_is_named(office: Office) -> None:
    """Everybody read it, and the other side built on it."""
    author = office.channel.party("RUS").person("desk_officer")
    asked = office.say("RUS", negotiating.comment(body="When?"))
    question = signed.read(office.channel.envelopes[asked]).id
    office.say("USA", negotiating.comment(body="Now.", in_reply_to=question))
    late = office.clear(author, Withdraw(entry=asked))
    found = office.replay(office.bundle())
    assert [(each.index, each.kind) for each in found.not_applied] == [(late, "withdraw")]
    assert found.state == office.desk("USA").state


def test_the_state_before_what_does_not_open_counts_no_withdrawal_after_it(
    office: Office,
) -> None:
    author = office.channel.party("RUS").person("desk_officer")
    first = office.say("RUS", negotiating.comment(body="taken back later"))
    second = office.say("USA", negotiating.comment(body="its body is lost"))
    office.clear(office.channel.party("USA").person("bot"), Unopened(entry=first, reason="wrap"))
    office.clear(author, Withdraw(entry=first))
    folder = office.bundle()
    whole = office.replay(folder)
    assert whole.whole
    assert whole.state == office.desk("USA").state
    office.blob(folder, first).unlink()
    relisted(folder)
    assert office.replay(folder).state == whole.state  # what is withdrawn is not opened
    office.blob(folder, second).unlink()
    found = office.replay(relisted(folder))
    assert found.halt is not None
    assert (found.size, found.halt.index) == (first, first)
    assert found.state == office.desk("USA", size=first).state


def test_a_void_entry_breaks_the_verdict_and_not_the_state(office: Office) -> None:
    author = office.channel.party("RUS").person("desk_officer")
    envelope, _ = office.channel.seal(author, negotiating.comment().encode())
    entry = office.channel.log.append(envelope[:-1] + bytes([envelope[-1] ^ 1]))
    office.channel.envelopes.append(entry.envelope)
    found = office.replay(office.bundle())
    assert [each.code for each in found.report.problems] == ["void-forged"]
    assert found.whole
    assert found.state == office.desk("RUS").state == office.desk("USA").state


def test_a_body_that_is_not_there_is_told_with_the_state_before_it(office: Office) -> None:
    missing = office.say("USA", negotiating.comment(body="a body that is thrown away"))
    office.say("USA", negotiating.comment(body="later"))
    folder = office.bundle()
    office.blob(folder, missing).unlink()
    found = office.replay(relisted(folder))
    assert (found.report.verdict, found.report.absent) == ("intact", 1)
    assert found.halt is not None
    assert (found.halt.index, found.halt.code) == (missing, "body-missing")
    assert found.halt.detail == "its body is not in the bundle"
    assert (found.size, found.whole) == (missing, False)
    assert found.state == office.desk("USA", size=missing).state


def test_a_bundle_of_hashes_alone_is_told(office: Office) -> None:
    folder = office.bundle()
    shutil.rmtree(folder / bundle.BLOBS)
    found = office.replay(relisted(folder))
    assert found.report.verdict == "intact"
    assert found.halt is not None
    assert found.halt.code == "body-missing"
    assert found.negotiations == ()
    assert found.fingerprint is not None


@pytest.mark.parametrize("listed", [False, True])
def test_a_body_flipped_is_named_and_never_opened(office: Office, listed: bool) -> None:
    flipped = office.channel.log.size - 1
    folder = office.bundle()
    blob = office.blob(folder, flipped)
    data = bytearray(blob.read_bytes())
    data[-1] ^= 1
    blob.write_bytes(data)
    found = office.replay(relisted(folder) if listed else folder)
    assert found.report.verdict == "broken"
    assert bundle.blob_path(bytes.fromhex(blob.name)) in {
        each.where for each in found.report.problems
    }
    assert found.halt is not None
    assert (found.halt.index, found.size) == (flipped, flipped)
    assert found.halt.detail == "its body in the bundle is not the one that was signed"


def test_a_strangers_archive_is_told(office: Office) -> None:
    found = office.replay(office.bundle(), [SealingKey.generate()])
    assert found.report.verdict == "intact"
    assert found.halt is not None
    assert found.halt.code == "not-recipient"
    assert "other keys than those of this archive" in found.halt.detail
    assert not found.whole


def test_without_trust_the_state_is_told_and_the_verdict_stays_untrusted(office: Office) -> None:
    found = replay(office.bundle(), None, [office.channel.party("RUS").archive])
    assert (found.report.verdict, found.whole) == ("untrusted", True)
    assert found.state == office.desk("RUS").state


def test_what_no_checkpoint_covers_is_not_folded(office: Office) -> None:
    folder = office.bundle()
    size = office.channel.log.size
    office.say("RUS", negotiating.comment(body="after the last note"))
    for tile in tiles_of(size):
        (folder / tile.path).unlink()
    entries = iter(office.channel.envelopes)
    for tile in tiles_of(office.channel.log.size):
        if tile.level == ENTRIES:
            path = folder / tile.path
            path.write_bytes(entry_bundle([next(entries) for _ in range(tile.width)]))
    found = office.replay(relisted(folder))
    assert "uncovered" in {each.code for each in found.report.problems}
    assert (found.size, found.halt, found.whole) == (size, None, False)
    assert found.state == office.desk("USA", size=size).state


@pytest.mark.parametrize("gone", [bundle.JOURNAL, "tile"])
def test_a_bundle_that_proves_nothing_has_no_state(office: Office, gone: str) -> None:
    folder = office.bundle()
    shutil.rmtree(folder / gone)
    found = office.replay(relisted(folder))
    assert found.report.verdict == "broken"
    assert (found.state, found.fingerprint, found.whole) == (None, None, False)


def test_there_must_be_a_bundle(office: Office, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        office.replay(tmp_path / "none")


def test_every_file_cut_or_flipped_leads_to_a_report(office: Office) -> None:
    """Whatever the bytes: a report or an error of ours, and never a whole replay but one state."""
    folder = office.bundle()
    good = office.replay(folder).state
    bends: tuple[Callable[[bytes], bytes], ...] = (
        lambda data: data[: len(data) // 2],
        lambda data: data[: len(data) // 2] + bytes([data[len(data) // 2] ^ 1])
        + data[len(data) // 2 + 1 :],
        lambda _: b"",
    )  # fmt: skip
    for path in bundle.list_files(folder):
        target = folder / path
        data = target.read_bytes()
        for bend in bends:
            target.write_bytes(bend(data))
            found = office.replay(relisted(folder))
            assert found.report.verdict == "broken", path
            assert not found.whole or found.state == good, path
        target.write_bytes(data)


# ------------------------------------------------------------------ the record


def record_of(office: Office, folder: Path) -> records.Record:
    found = verify.examine(folder, anchor_of(office.channel.log))[1]
    assert found is not None
    return found


def test_a_record_reads_as_a_replica_does(office: Office) -> None:
    office.say("USA", negotiating.comment())
    record = record_of(office, office.bundle())
    replica = office.replicas["USA"]
    assert list(record.entries()) == list(replica.entries())
    assert list(record.entries(3, 5)) == list(replica.entries(3, 5))
    assert record.entry(4) == replica.entry(4)
    assert (record.size, list(record.afterwards)) == (replica.size, list(replica.afterwards))
    with pytest.raises(MisuseError):
        list(record.entries(0, record.size + 1))


def test_a_bundle_that_changes_while_it_is_read_is_not_believed(office: Office) -> None:
    folder = office.bundle()
    record = record_of(office, folder)
    path = next(tile.path for tile in tiles_of(record.size) if tile.level == ENTRIES)
    data = bytearray((folder / path).read_bytes())
    data[-1] ^= 1
    (folder / path).write_bytes(data)
    with pytest.raises(ForgedError) as refused:
        list(Reader(record, [office.channel.party("USA").archive]).advance())
    assert refused.value.code == "changed"


def test_a_file_larger_than_any_that_is_read_whole_is_refused(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = office.bundle()
    monkeypatch.setattr(bundle, "MOST_READ", 100)
    assert office.replay(folder).report.verdict == "broken"
