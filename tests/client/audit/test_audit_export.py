"""A bundle from a desk's own disk passes the audit, and says what it lacks."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from paraph.client.audit import bundle, verify
from paraph.client.audit.export import export
from paraph.client.keys.home import Home
from paraph.client.log.replica import Replica
from paraph.protocol.errors import InputError
from paraph.protocol.note import parse_head, parse_note
from paraph.protocol.wire import Entries
from tests.support.anchors import anchor_of
from tests.support.channel import Channel, make_channel
from tests.support.memory_relay import MemoryRelay


class Made:
    """A channel in which something was said, and one desk's replica of it."""

    def __init__(self, folder: Path, channel: Channel) -> None:
        self.channel = channel
        self.relay = MemoryRelay(channel)
        self.replica = Replica.create(Home(folder).channel(channel.id), channel.founding)

    async def say(self, count: int = 1) -> None:
        for _ in range(count):
            author = self.channel.parties[self.channel.log.size % len(self.channel.parties)]
            await self.relay.submit(*self.channel.seal(author.person("desk_officer"), b"a record"))

    def sync(self, *, bodies: bool = True) -> None:
        asyncio.run(self._sync(bodies=bodies))

    async def _sync(self, *, bodies: bool) -> None:
        await self.replica.sync(self.relay)
        if bodies:
            await self.replica.fetch_bodies(self.relay)

    def verify(self, folder: Path) -> verify.Report:
        return verify.verify(folder, anchor_of(self.channel.log))


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Made]:
    found = Made(tmp_path / "home", make_channel())
    asyncio.run(found.say(3))
    yield found
    found.replica.close()


def test_a_desks_bundle_is_intact(made: Made, tmp_path: Path) -> None:
    made.sync()
    exported = export(made.replica, tmp_path / "bundle")
    report = made.verify(tmp_path / "bundle")
    assert (report.verdict, report.problems) == ("intact", [])
    assert (exported.entries, exported.bodies, exported.absent) == (made.channel.log.size, 3, 0)
    assert (report.entries, report.bodies, report.absent) == (made.channel.log.size, 3, 0)
    assert report.notes == exported.notes == 1


def test_bodies_that_are_not_at_hand_are_counted_and_told(made: Made, tmp_path: Path) -> None:
    made.sync(bodies=False)
    exported = export(made.replica, tmp_path / "bundle")
    assert (exported.bodies, exported.absent) == (0, 3)
    report = made.verify(tmp_path / "bundle")
    assert (report.verdict, report.absent) == ("intact", 3)
    assert any("3 sealed bodies" in each for each in report.not_checked)


def test_the_same_disk_gives_the_same_bundle(made: Made, tmp_path: Path) -> None:
    made.sync()
    for name in ("one", "two"):
        export(made.replica, tmp_path / name)
    one, two = bundle.list_files(tmp_path / "one"), bundle.list_files(tmp_path / "two")
    assert one == two
    for path in ["MANIFEST", *one]:
        assert (tmp_path / "one" / path).read_bytes() == (tmp_path / "two" / path).read_bytes()


def test_every_note_known_goes_along_and_sizes_never_shrink(made: Made, tmp_path: Path) -> None:
    made.sync()
    for _ in range(3):
        asyncio.run(made.say())
        made.sync()
        with made.replica.store.transaction():
            made.replica.store.name_note(made.replica.head.id)  # as if a statement had seen it
    exported = export(made.replica, tmp_path / "bundle")
    sizes = [
        parse_head(parse_note((tmp_path / "bundle" / path).read_bytes()).text).size
        for path in bundle.list_files(tmp_path / "bundle")
        if path.startswith("journal/")
    ]
    assert len(sizes) == exported.notes == 3  # the first was dropped when the second came
    assert sizes == sorted(sizes)
    assert sizes[-1] == made.channel.log.size
    assert made.verify(tmp_path / "bundle").verdict == "intact"


def test_a_void_entry_is_in_the_bundle_and_named_by_the_audit(made: Made, tmp_path: Path) -> None:
    envelope, _ = made.channel.seal(made.channel.party("RUS").person("desk_officer"), b"x")
    entry = made.channel.log.append(envelope[:-1] + bytes([envelope[-1] ^ 1]))
    made.channel.envelopes.append(entry.envelope)
    made.sync()
    export(made.replica, tmp_path / "bundle")
    report = made.verify(tmp_path / "bundle")
    assert [(each.where, each.code) for each in report.problems] == [
        (f"entry {entry.index}", "void-forged")
    ]
    assert report.intact_below == entry.index


def test_a_large_log_is_read_as_it_is_written(tmp_path: Path) -> None:
    made = Made(tmp_path / "home", make_channel())
    asyncio.run(made.say(300))
    made.sync()
    seen: list[tuple[int, int]] = []
    export(made.replica, tmp_path / "bundle", lambda done, total: seen.append((done, total)))
    size = made.channel.log.size
    assert seen == [(256, size), (size, size)]
    assert made.verify(tmp_path / "bundle").verdict == "intact"
    made.replica.close()


def test_there_is_nothing_to_export_before_the_first_head(made: Made, tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        export(made.replica, tmp_path / "bundle")
    assert refused.value.code == "empty"
    assert not (tmp_path / "bundle").exists()


def test_entries_without_a_head_are_not_exported(made: Made, tmp_path: Path) -> None:
    made.sync()
    asyncio.run(made.say())
    start = made.replica.size
    later = tuple(made.channel.envelopes[start:])
    made.replica.feed(Entries(request=0, start=start, envelopes=later, bodies=(), note=b""))
    with pytest.raises(InputError, match="covers every entry"):
        export(made.replica, tmp_path / "bundle")


def test_a_folder_that_is_there_is_left_alone(made: Made, tmp_path: Path) -> None:
    made.sync()
    (tmp_path / "bundle").mkdir()
    with pytest.raises(InputError, match="exists already"):
        export(made.replica, tmp_path / "bundle")
    assert list((tmp_path / "bundle").iterdir()) == []
