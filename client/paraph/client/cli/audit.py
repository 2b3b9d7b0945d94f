"""`paraph audit`: write a bundle, check one offline, check evidence.

`replay`, which needs a key, joins the group in :mod:`paraph.client.cli.audit_replay`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from paraph.client.cli import exits
from paraph.client.cli.context import Seat, example, seated
from paraph.client.cli.output import emit, note, progress
from paraph.client.clock import when
from paraph.protocol.errors import PeerError, RefusedError

if TYPE_CHECKING:
    from paraph.client.audit.verify import Report

FOLDER = click.Path(path_type=Path)


@click.group(
    epilog=example("paraph audit export -o record", "paraph audit verify record --trust trust.json")
)
def audit() -> None:
    """Prove what was said, by whom and in what order: offline.

    Only `replay` takes a private key: that of an archive.
    """


@audit.command(epilog=example("paraph audit export --channel 3f0c -o record"))
@click.option("--channel", default="", help="Start of its id, or `internal`.")
@click.option("-o", "--output", required=True, type=FOLDER, help="A folder that is not there yet.")
@seated
def export(seat: Seat, *, channel: str, output: Path) -> None:
    """Write a bundle of everything that this home has verified: no network, no passphrase."""
    from paraph.client.audit import export as exporting
    from paraph.client.channel.joining import TRUST_NAME
    from paraph.client.log.replica import Replica

    folder = seat.channel(channel)
    replica = Replica.load(folder, accused=True)
    try:
        with progress("exporting", quiet=seat.as_json) as tick:
            made = exporting.export(replica, output, tick)
    finally:
        replica.close()
    trust = folder.path / TRUST_NAME
    emit(
        seat.as_json,
        {
            "bundle": str(made.folder),
            "channel": folder.channel,
            "entries": made.entries,
            "checkpoints": made.notes,
            "bodies": made.bodies,
            "bodies_absent": made.absent,
            "trust": str(trust),
        },
        [
            f"bundle       {made.folder}",
            f"entries      {made.entries}",
            f"checkpoints  {made.notes}",
            f"bodies       {made.bodies}" + (f", {made.absent} absent" if made.absent else ""),
            f"check it     paraph audit verify {made.folder} --trust {trust}",
        ],
    )


@audit.command(epilog=example("paraph audit verify record --trust trust.json"))
@click.argument("folder", type=FOLDER)
@click.option("--trust", type=FOLDER, help="The trust file that was written at the founding.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def verify(folder: Path, trust: Path | None, as_json: bool) -> int:
    """Check a bundle: every byte, signature, number and checkpoint.

    Exit code 0 only with a trust file and without a problem; 3 otherwise; 2 if there is no bundle
    or no trust file to read. The same bundle gives the same output.
    """
    from paraph.client.audit import verify as verifying
    from paraph.client.keys.trust import load_trust

    anchor = load_trust(trust) if trust is not None else None
    with progress("verifying", quiet=as_json) as tick:
        report = verifying.verify(folder, anchor, tick)
    emit(as_json, _as_value(report), _lines(report))
    return exits.OK if report.verdict == "intact" else exits.VERIFICATION


_VERDICT = {
    "intact": "INTACT: every entry is proven by the trusted keys",
    "untrusted": "UNTRUSTED: consistent in itself, but no trust file says whose record it is",
    "broken": "BROKEN: something is not as it must be",
}


def _as_value(report: Report) -> dict[str, object]:
    return {
        "format": "paraph-audit/1",
        "verdict": report.verdict,
        "first_break": report.problems[0] if report.problems else None,
        "intact_below": report.intact_below,
        "entries": report.entries,
        "origin": report.origin,
        "root": report.root,
        "checkpoints": report.notes,
        "log_time": when(report.log_time),
        "placed": dict(sorted(report.placed.items())),
        "parties": dict(sorted(report.parties.items())),
        "withdrawn": report.withdrawn,
        "disputed": report.disputed,
        "bodies": report.bodies,
        "bodies_absent": report.absent,
        "problems": report.problems,
        "not_checked": report.not_checked,
    }


_MOST_SHOWN = 20


def verdict_of(report: Report) -> list[str]:
    """Return the verdict for people: it, the first break, what stays valid."""
    lines = [f"verdict      {_VERDICT[report.verdict]}"]
    if report.problems:
        first = report.problems[0]
        lines.append(f"first break  {first.where}: {first.message} ({first.code})")
    return [*lines, f"still valid  {_still_valid(report)}"]


def _lines(report: Report) -> list[str]:
    lines = verdict_of(report)
    if report.entries:
        placed = ", ".join(f"{count} {kind}" for kind, count in sorted(report.placed.items()))
        lines += [
            f"log          {report.origin}",
            f"root         {report.root}",
            f"entries      {report.entries}: {placed}",
            f"checkpoints  {report.notes}",
            f"log time     {when(report.log_time) or 'not begun'}",
            f"bodies       {report.bodies} checked, {report.absent} absent",
        ]
        lines += [
            f"party {code:<6} verified below {known['verified']}, holds below {known['held']}"
            for code, known in sorted(report.parties.items())
        ]
    lines += [
        f"withdrawn    entry {index}, by its author, not opened by its receiver"
        for index in report.withdrawn
    ]
    lines += [
        f"disputed     entry {index}, not opened by its receiver" for index in report.disputed
    ]
    for each in report.problems[1 : 1 + _MOST_SHOWN]:
        lines.append(f"also         {each.where}: {each.message} ({each.code})")
    if len(report.problems) > 1 + _MOST_SHOWN:
        lines.append(
            f"also         {len(report.problems) - 1 - _MOST_SHOWN} more; --json lists all"
        )
    lines += [f"not checked  {each}" for each in report.not_checked]
    return lines


def _still_valid(report: Report) -> str:
    if not report.intact_below:
        return "nothing is proven"
    return f"entries below {report.intact_below}"


@audit.command(epilog=example("paraph audit evidence double.evidence --trust trust.json"))
@click.argument("file", type=FOLDER)
@click.option("--trust", required=True, type=FOLDER, help="The trust file of the channel.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def evidence(file: Path, trust: Path, as_json: bool) -> int:
    """Check a file that accuses a relay or a key, with the trust file alone.

    Says what is proven and ends with 0, or says that nothing is and ends with 3. FILE may also be
    the evidence folder of a channel whose relay showed two histories.
    """
    from paraph.client.audit.evidence import load_evidence
    from paraph.client.keys.trust import load_trust

    anchor = load_trust(trust)
    try:
        found = load_evidence(file)
        proven = found.verify(anchor)
    except (PeerError, RefusedError) as error:
        emit(
            as_json,
            {"proven": False, "code": error.code, "message": str(error)},
            [f"proven       nothing: {error} ({error.code})"],
        )
        return exits.VERIFICATION
    emit(
        as_json,
        {"proven": True, "kind": found.KIND, "message": proven},
        [f"proven       {proven}", f"by           {found.KIND}"],
    )
    if not as_json:
        note("keep the file as it is: anybody with the trust file can check it again")
    return exits.OK
