"""The audit: intact only when every byte is, and the first break named."""

from __future__ import annotations

import dataclasses
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from paraph.client.audit import bundle, manifest, verify
from paraph.client.keys.trust import dump_trust, load_trust
from paraph.protocol import documents
from paraph.protocol.checkpoint import CosignerSecret, verify_checkpoint
from paraph.protocol.errors import InputError
from paraph.protocol.evidence import TrustAnchor
from paraph.protocol.log import ChannelLog
from paraph.protocol.statements.clear import ManifestEntry, Unopened, Withdraw
from paraph.protocol.statements.envelope import Attachment
from tests.client.audit.made import Made, digest, make
from tests.support.anchors import anchor_of
from tests.support.channel import make_channel


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return make(tmp_path_factory.mktemp("audit") / "bundle")


@pytest.fixture
def copy(made: Made, tmp_path: Path) -> Made:
    folder = tmp_path / "bundle"
    shutil.copytree(made.folder, folder)
    return Made(folder, made.channel, made.bodies)


def test_a_bundle_is_intact_with_trust_and_never_without(made: Made) -> None:
    report = made.verify()
    assert (report.problems, report.verdict, report.intact_below) == ([], "intact", 30)
    assert report.bodies == len(made.bodies)
    assert report.absent == 0
    assert report.root == made.channel.log.root.hex()
    without = verify.verify(made.folder, None)
    assert (without.problems, without.verdict) == ([], "untrusted")
    assert "no trust file" in without.not_checked[0]


def test_the_same_log_gives_the_same_bundle_and_the_same_report(made: Made, tmp_path: Path) -> None:
    again = tmp_path / "again"
    notes = [
        (made.folder / path).read_bytes()
        for path in bundle.list_files(made.folder)
        if path.startswith("journal/")
    ]
    bundle.write_bundle(again, made.channel.log, made.channel.envelopes, notes, made.bodies.items())
    for path in bundle.list_files(made.folder):
        assert (again / path).read_bytes() == (made.folder / path).read_bytes()
    assert verify.verify(again, made.anchor) == made.verify()


def test_every_byte_of_a_bundle_flipped_is_refused(copy: Made) -> None:
    """Every byte (in the short form every 17th of the large files) of a bundle of 30 entries.

    The comparison with MANIFEST, the audit's first step, sees it; the test below shows that the
    audit refuses what that step names, and the one after it what it would not have seen.
    """
    files = bundle.list_files(copy.folder)
    for path in ["MANIFEST", *_one_of_each(copy.folder)]:
        target = copy.folder / path
        good = target.read_bytes()
        stride = 1 if os.environ.get("PARAPH_LONG") or len(good) < 4_000 else 17
        changed = bytearray(good)
        for at in range(0, len(good), stride):
            changed[at] ^= 1 << (at % 8)
            target.write_bytes(changed)
            # one file at a time is compared, but for MANIFEST itself, which is compared with all
            seen = files if path == manifest.MANIFEST else {path: files[path]}
            named = manifest.compare(copy.folder, seen)[1]
            assert path in named if path in seen else named, (path, at)
            changed[at] = good[at]
        target.write_bytes(good)
    assert not manifest.compare(copy.folder, files)[1]


def test_what_the_manifest_does_not_list_is_refused_by_the_audit(copy: Made) -> None:
    for path in ["MANIFEST", *_one_of_each(copy.folder)]:
        target = copy.folder / path
        good = target.read_bytes()
        for at in (0, len(good) // 2, len(good) - 1):
            changed = bytearray(good)
            changed[at] ^= 1 << (at % 8)
            target.write_bytes(bytes(changed))
            assert copy.verify().verdict == "broken", (path, at)
        target.write_bytes(good)
    assert copy.verify().verdict == "intact"


def _one_of_each(folder: Path) -> list[str]:
    """Every file, but of notes and bodies, which are many and alike, the first and the last."""
    files = list(bundle.list_files(folder))
    journal = [path for path in files if path.startswith("journal/")]
    blobs = [path for path in files if path.startswith("blobs/")]
    rest = [path for path in files if path not in journal + blobs]
    return [*rest, journal[0], journal[-1], blobs[0]]


def _remanifest(folder: Path) -> None:
    """What a forger would do: list the changed bytes as if they had always been so."""
    files = bundle.list_files(folder)
    lines = []
    for path, size in files.items():
        lines.append(manifest.line_of(path, digest((folder / path).read_bytes()), size))
    (folder / manifest.MANIFEST).write_text("".join(lines))


def test_a_flip_is_seen_without_the_manifest_too(copy: Made) -> None:
    """With MANIFEST forged along, each kind of file is still caught by what it must say."""
    for path in _one_of_each(copy.folder):
        target = copy.folder / path
        good = target.read_bytes()
        for at in range(0, len(good), max(1, len(good) // 15)):
            changed = bytearray(good)
            changed[at] ^= 1 << (at % 8)
            target.write_bytes(bytes(changed))
            _remanifest(copy.folder)
            report = copy.verify()
            assert report.verdict == "broken", (path, at)
            assert all(problem.code != "manifest" for problem in report.problems)
        target.write_bytes(good)


def test_a_file_too_many_or_too_few_is_named(copy: Made) -> None:
    extra = copy.folder / "blobs" / "00"
    extra.write_bytes(b"x")
    assert [p.where for p in copy.verify().problems] == ["blobs/00", "blobs/00"]
    extra.unlink()
    victim = copy.folder / "journal" / "000003"
    data = victim.read_bytes()
    victim.unlink()
    assert copy.verify().verdict == "broken"
    victim.write_bytes(data)
    (copy.folder / "link").symlink_to("policy")
    assert "plain files" in copy.verify().problems[0].message


@pytest.mark.parametrize(
    "name", ["entry x", "a\nverdict      INTACT", "\x1b]0;x\x07", os.fsdecode(b"\xff")]
)
def test_a_name_that_could_pass_for_a_line_of_the_report_is_refused(copy: Made, name: str) -> None:
    (copy.folder / name).write_bytes(b"")
    report = copy.verify()
    assert (report.verdict, len(report.problems)) == ("broken", 1)
    assert "visible ASCII" in report.problems[0].message


@pytest.mark.parametrize("path", ["journal/000001", "tile/0/000.p/30", "policy"])
def test_a_giant_file_is_not_read_whole(copy: Made, path: str) -> None:
    os.truncate(copy.folder / path, bundle.MOST_READ + 1)
    problems = copy.verify().problems
    assert any("to have at most" in each.message for each in problems)


def test_a_cosigner_may_come_again_with_other_keys(tmp_path: Path) -> None:
    """What the former keys cosigned stays valid."""
    channel = make_channel(quorum="all", roles=())
    rus, head = channel.party("RUS"), verify_checkpoint(channel.note(), channel.log_keys)
    now = channel.log.trust.parties["RUS"]
    before = now.manifest.cosigners[0]
    assert rus.cosigner is not None
    cosigned = head.note + rus.cosigner.cosign(before.name, head, 1)
    ed25519, mldsa44 = CosignerSecret.generate().public
    after = dataclasses.replace(before, ed25519=ed25519, mldsa44=mldsa44)
    manifest = dataclasses.replace(
        now.manifest,
        number=2,
        channel=channel.id,
        previous=now.manifest_ids[-1],
        cosigners=(after,),
    )
    document = documents.countersign(documents.draft(manifest), documents.Manifest, rus.roots)
    channel.place(channel.clear(rus.carrier, ManifestEntry(document=document)))
    folder = tmp_path / "bundle"
    bundle.write_bundle(folder, channel.log, channel.envelopes, [cosigned, channel.note()], ())
    assert verify.verify(folder, anchor_of(channel.log)).verdict == "intact"


def test_bodies_that_were_deleted_are_said_and_break_nothing(copy: Made) -> None:
    gone = next(path for path in bundle.list_files(copy.folder) if path.startswith("blobs/"))
    (copy.folder / gone).unlink()
    _remanifest(copy.folder)
    report = copy.verify()
    assert (report.verdict, report.absent) == ("intact", 1)
    assert any("not in the bundle" in line for line in report.not_checked)


def test_attachments_are_checked_by_digest_and_size(tmp_path: Path) -> None:
    channel = make_channel()
    blob = bytes(5_000)
    listed = Attachment(digest=digest(blob), size=len(blob))
    author = channel.party("RUS").person("desk_officer")
    channel.place(channel.seal(author, b"x", attachments=(listed,))[0])
    for name, data, verdict in (("good", blob, "intact"), ("bad", blob[:-1], "broken")):
        folder = tmp_path / name
        bodies = [(listed.digest, data)]
        bundle.write_bundle(folder, channel.log, channel.envelopes, [channel.note()], bodies)
        assert verify.verify(folder, anchor_of(channel.log)).verdict == verdict


def test_another_partys_trust_refuses_the_bundle(made: Made) -> None:
    other = anchor_of(make_channel(roles=()).log)
    assert verify.verify(made.folder, other).verdict == "broken"
    roots = TrustAnchor(made.anchor.log, {**made.anchor.roots, "RUS": made.anchor.roots["USA"]})
    assert verify.verify(made.folder, roots).verdict == "broken"


def test_an_entry_against_the_rules_is_named_and_what_stands_below_it_is_valid(
    tmp_path: Path,
) -> None:
    channel = make_channel()
    author = channel.party("RUS").person("desk_officer")
    channel.seal(author, b"dropped")
    gapped, _ = channel.seal(author, b"placed after a gap")
    channel.log.append(gapped)
    envelopes = [*channel.envelopes, gapped]
    folder = tmp_path / "bundle"
    bundle.write_bundle(folder, channel.log, envelopes, [channel.note()], ())
    report = verify.verify(folder, anchor_of(channel.log))
    assert [(p.where, p.code) for p in report.problems] == [
        (f"entry {len(envelopes) - 1}", "void-gap")
    ]
    assert report.intact_below == len(envelopes) - 1


def test_an_uncovered_tail_and_a_fork_in_the_journal_are_problems(tmp_path: Path) -> None:
    channel = make_channel()
    early = channel.note()
    channel.place(channel.heartbeat(channel.party("RUS").person("bot")))
    forged = channel.log_secret.sign(channel.log.origin, 4, bytes(32))
    folder = tmp_path / "bundle"
    bundle.write_bundle(folder, channel.log, channel.envelopes, [forged, early], ())
    codes = [problem.code for problem in verify.verify(folder, anchor_of(channel.log)).problems]
    assert codes == ["equivocation", "uncovered"]


def test_notes_stand_in_the_order_of_their_sizes(tmp_path: Path) -> None:
    channel = make_channel()
    early = channel.note()
    channel.place(channel.heartbeat(channel.party("RUS").person("bot")))
    folder = tmp_path / "bundle"
    bundle.write_bundle(folder, channel.log, channel.envelopes, [channel.note(), early], ())
    codes = [problem.code for problem in verify.verify(folder, anchor_of(channel.log)).problems]
    assert codes == ["journal"]


def test_an_anchor_is_a_journalled_note_no_larger_than_seen(tmp_path: Path) -> None:
    channel = make_channel()
    author = channel.party("RUS").person("desk_officer")
    note = channel.note()
    good = verify_checkpoint(note, channel.log_keys).id
    channel.place(channel.seal(author, b"x", anchor=good)[0])
    channel.place(channel.seal(author, b"x", anchor=bytes([1]) * 32)[0])
    folder = tmp_path / "bundle"
    bundle.write_bundle(folder, channel.log, channel.envelopes, [note, channel.note()], ())
    problems = verify.verify(folder, anchor_of(channel.log)).problems
    assert [(p.where, p.code) for p in problems] == [(f"entry {channel.log.size - 1}", "anchor")]


def test_receipts_disputes_and_withdrawals_are_told(tmp_path: Path) -> None:
    channel = make_channel()
    author = channel.party("RUS").person("desk_officer")
    first = channel.place(channel.seal(author, b"x")[0]).index
    second, third = (channel.place(channel.seal(author, b"x")[0]).index for _ in range(2))
    bot = channel.party("USA").person("bot")
    for each in (first, second):
        channel.place(channel.clear(bot, Unopened(entry=each, reason="wrap")))
    for each in (second, third):
        channel.place(channel.clear(author, Withdraw(entry=each)))
    channel.place(channel.heartbeat(bot, held=second))
    folder = tmp_path / "bundle"
    bundle.write_bundle(folder, channel.log, channel.envelopes, [channel.note()], ())
    report = verify.verify(folder, anchor_of(channel.log))
    assert report.verdict == "intact"
    assert (report.disputed, report.withdrawn) == ([first], [second])
    assert report.parties["USA"]["held"] == second
    assert report.absent == 3


@pytest.mark.parametrize("options", [{"codes": ("RUS",)}, {"quorum": "all"}])
def test_internal_and_cosigned_channels_have_bundles_too(
    tmp_path: Path, options: dict[str, Any]
) -> None:
    made = make(tmp_path / "bundle", size=10, **options)
    assert made.verify().verdict == "intact"
    assert verify.verify(made.folder, None).verdict == "untrusted"
    policy = (made.folder / "policy").read_text()
    assert ("quorum parties" in policy) == ("quorum" in options)


def test_a_log_of_more_than_one_bundle(tmp_path: Path) -> None:
    channel = make_channel()
    bots = [party.person("bot") for party in channel.parties]
    while channel.log.size < 260:
        channel.place(channel.heartbeat(bots[channel.log.size % 2]))
    folder = tmp_path / "bundle"
    bundle.write_bundle(folder, channel.log, channel.envelopes, [channel.note()], ())
    seen: list[tuple[int, int]] = []
    report = verify.verify(folder, anchor_of(channel.log), lambda done, of: seen.append((done, of)))
    assert report.verdict == "intact"
    assert seen == [(256, 260), (260, 260)]
    assert isinstance(ChannelLog(channel.founding), ChannelLog)


def test_a_trust_file_says_what_it_says_and_no_more(made: Made, tmp_path: Path) -> None:
    path = tmp_path / "trust.json"
    path.write_bytes(dump_trust(made.anchor))
    assert load_trust(path) == made.anchor
    good = path.read_text()
    for bad in (
        "",
        "[]",
        good.replace("paraph-trust/1", "paraph-trust/2"),
        good.replace('"roots"', '"root"'),
        good.replace(made.anchor.log.origin, "other.example/log"),
        good.replace(made.anchor.roots["RUS"].hex(), "00"),
        good.replace(made.anchor.roots["RUS"].hex(), "zz" * 32),
        '{"format": "paraph-trust/1", "origin": "o", "log": [1, 2], "roots": {}}',
        '{"format": "paraph-trust/1", "origin": "o", "log": ["a", "b"], "roots": {}}',
        " " * 70_000,
    ):
        path.write_text(bad)
        with pytest.raises(InputError):
            load_trust(path)
    with pytest.raises(InputError, match="cannot read"):
        load_trust(tmp_path / "nothing")


def test_what_is_no_bundle_is_told_apart_from_a_broken_one(made: Made, tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(InputError, match="not a bundle"):
            verify.verify(folder, made.anchor)
    (tmp_path / "MANIFEST").write_text("")
    assert verify.verify(tmp_path, made.anchor).verdict == "broken"
    with pytest.raises(InputError, match="exists already"):
        bundle.write_bundle(made.folder, made.channel.log, [], [b"n"], ())
    with pytest.raises(InputError, match="checkpoint"):
        bundle.write_bundle(tmp_path / "x", made.channel.log, [], [], ())
    with pytest.raises(InputError):
        bundle.list_files(tmp_path / "none")
