"""`paraph audit replay`: what a bundle comes to, opened with the key of an archive."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from paraph.client.cli import exits
from paraph.client.cli.audit import FOLDER, audit, verdict_of
from paraph.client.cli.context import Seat, example, seated
from paraph.client.cli.output import emit, progress, table
from paraph.protocol.errors import InputError

if TYPE_CHECKING:
    from paraph.client.audit.replay import Folded, NotApplied, Replay
    from paraph.client.negotiating.facts import VersionFacts
    from paraph.client.negotiating.fingerprint import Fingerprint
    from paraph.protocol.negotiation.state import Version

_NOT_APPLIED: Final = ("entry", "party", "role", "what", "why it changed nothing")


@audit.command(epilog=example("paraph audit replay record --trust trust.json --home usa"))
@click.argument("folder", type=FOLDER)
@click.option("--trust", type=FOLDER, help="The trust file that was written at the founding.")
@seated
def replay(seat: Seat, *, folder: Path, trust: Path | None) -> int:
    """Check a bundle, open it with the archive key of this home, and compute its state again.

    No network; nothing is written. Both desks compute the same state and read out the same words
    at the same size (`paraph vc fingerprint --size N`).

    Exit code 0 only if the verdict is INTACT and every entry was read; 3 if the verdict is another;
    1 if the record is intact and something in it does not open; 2 if there is no bundle, no trust
    file or no archive key to read.
    """
    from paraph.client.audit import replay as replaying
    from paraph.client.keys.trust import load_trust

    anchor = load_trust(trust) if trust is not None else None
    keys = seat.vault.content.archive_openers
    if not keys:
        raise InputError(
            "expected the key of an archive in this home",
            code="no-archive",
            hint="name the home in which the party was made: paraph party init left it there",
        )
    with progress("verifying", quiet=seat.as_json) as tick:
        found = replaying.replay(folder, anchor, keys, tick)
    emit(seat.as_json, _value(found), _lines(found))
    if found.report.verdict != "intact":
        return exits.VERIFICATION
    return exits.OK if found.whole else exits.FAILED


def _value(found: Replay) -> dict[str, object]:
    report, state = found.report, found.fingerprint
    return {
        "format": "paraph-replay/1",
        "verdict": report.verdict,
        "first_break": report.problems[0] if report.problems else None,
        "intact_below": report.intact_below,
        "entries": report.entries,
        "origin": report.origin,
        "exercise": found.state.exercise if found.state is not None else None,
        "size": found.size,
        "whole": found.whole,
        "halt": found.halt,
        "root": state.root if state else None,
        "state": state.state if state else None,
        "words": {each: list(said) for each, said in state.words.items()} if state else {},
        "negotiations": [_negotiation(each) for each in found.negotiations],
        "not_applied": list(found.not_applied),
        "problems": report.problems,
        "not_checked": found.not_checked,
    }


def _negotiation(folded: Folded) -> dict[str, object]:
    opened = folded.talks.opened
    return {
        "negotiation": folded.talks.identity,
        "titles": {each.language: each.words for each in opened.titles} if opened else {},
        "banner": {each.language: each.words for each in opened.marking.banner} if opened else {},
        "classification": opened.marking.classification if opened else "",
        "phase": folded.phase,
        "versions": [_version(version, facts) for version, facts in folded.versions],
    }


def _version(version: Version, facts: VersionFacts) -> dict[str, object]:
    from paraph.client.negotiating.facts import value_of
    from paraph.protocol.names import ZERO

    return {
        **value_of(facts),
        "id": version.statement,
        "index": version.index,
        "number": version.number,
        "kind": version.content.version_kind,
        "author": version.content.author,
        "document": None if version.document == ZERO else version.document,
    }


def _lines(found: Replay) -> Iterator[str]:
    yield from verdict_of(found.report)
    yield f"read         {_read(found)}"
    if found.fingerprint is not None:
        yield from _state(found, found.fingerprint)
    if found.not_applied:
        yield from table(_NOT_APPLIED, [_row(each) for each in found.not_applied])
    yield from (f"not checked  {each}" for each in found.not_checked)


def _state(found: Replay, state: Fingerprint) -> Iterator[str]:
    if found.state is not None and found.state.exercise:
        yield "EXERCISE"
    yield f"root         {state.root.hex()}"
    yield f"state        {state.state.hex()}"
    yield from (f"words {each}     {' '.join(said)}" for each, said in state.words.items())
    for folded in found.negotiations:
        yield ""
        yield from _folded(folded)
    yield ""


def _read(found: Replay) -> str:
    if found.whole:
        return f"all {found.size} entries"
    if found.halt is not None:
        why = f"entry {found.halt.index} does not open: {found.halt.detail} ({found.halt.code})"
    else:
        why = "no checkpoint covers more" if found.state is not None else "nothing is proven"
    return f"state up to {found.size} of {found.report.entries} entries: {why}"


def _folded(folded: Folded) -> Iterator[str]:
    from paraph.client.negotiating.facts import columns, row_of

    opened = folded.talks.opened
    if opened is not None:
        yield from (each.words for each in opened.marking.banner)
        yield from filter(None, [opened.marking.classification])
    title = opened.titles[0].words if opened is not None else ""
    yield f"negotiation  {folded.talks.identity.hex()} {title}".rstrip()
    yield f"phase        {folded.phase}"
    languages = tuple(dict.fromkeys(each for _, facts in folded.versions for each in facts.digests))
    rows = [(_kind(version), *row_of(facts, languages)) for version, facts in folded.versions]
    if rows:
        yield from table(("kind", *columns(languages)), rows)


def _kind(version: Version) -> str:
    from paraph.protocol.names import ZERO

    kind = version.content.version_kind
    return kind if version.document == ZERO else f"{kind}, side document"


def _row(each: NotApplied) -> tuple[str, ...]:
    return (
        str(each.index),
        each.party,
        each.role,
        each.kind or "no record",
        f"{each.message} ({each.code})",
    )
