"""What the demo shows at its end: who sent what, where it stands, and that it is proven.

:func:`to_json` is documented in docs/reference/demo-json.md.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from paraph.client.audit.verify import Report
from paraph.client.cli.output import table
from paraph.client.clock import when
from paraph.client.demo.play import Played
from paraph.client.demo.script import Table
from paraph.protocol.negotiation.marks import tally
from paraph.protocol.negotiation.text import Text, digests

FORMAT: Final = "paraph-demo/1"
NOT_PLAYED: Final = (
    "proposals and positions",
    "conferences, minutes, actions and silence procedures",
    "findings, side documents and the closing of threads",
    "initialling and signature",
)
"""What a scenario tells and this version of the rules does not play yet."""


@dataclasses.dataclass(frozen=True, slots=True)
class Standing:
    """One party's verified copy of the log.

    Attributes:
        party: Party code.
        words: Words of its roots, by language.
        size: Entries verified.
        root: Root over them.
    """

    party: str
    words: Mapping[str, str]
    size: int
    root: bytes


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """One act as placed, and how far it has come.

    Attributes:
        played: The act.
        where: ``shared``, or ``internal`` and the party.
        rung: logged, held, or the rung of the receipt.
    """

    played: Played
    where: str
    rung: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Everything that the demo has to show."""

    scenario: str
    banner: Mapping[str, str]
    folder: Path
    address: str
    channel: bytes
    standings: Sequence[Standing]
    lines: Sequence[Line]
    versions: Mapping[str, Text]
    codes: tuple[str, ...]
    named: Sequence[str]
    log_time: int
    report: Report
    bundle: Path
    trust: Path
    program: str = "paraph"

    @property
    def equal(self) -> bool:
        """Whether both replicas hold the same root at the same size."""
        return len({(each.size, each.root) for each in self.standings}) == 1

    @property
    def passed(self) -> bool:
        """Whether the demo showed what it promises."""
        return self.equal and self.report.verdict == "intact"


def to_json(account: Account) -> dict[str, object]:
    """Return the account as one object."""
    return {
        "format": FORMAT,
        "scenario": account.scenario,
        "exercise": True,
        "relay": account.address,
        "channel": account.channel.hex(),
        "parties": {
            each.party: {"roots": dict(each.words), "size": each.size, "root": each.root.hex()}
            for each in account.standings
        },
        "replicas_equal": account.equal,
        "log_time": when(account.log_time),
        "statements": [
            {
                "where": line.where,
                "index": line.played.sent.index,
                "statement": line.played.sent.id.hex(),
                "party": line.played.party,
                "role": line.played.role,
                "kind": line.played.kind,
                "name": line.played.name,
                "dated": when(line.played.dated),
                "accepted_at": when(line.played.accepted_at),
                "rung": line.rung,
            }
            for line in account.lines
        ],
        "versions": [
            _version(name, text, account.codes) for name, text in account.versions.items()
        ],
        "named_references": list(account.named),
        "not_played": list(NOT_PLAYED),
        "audit": {
            "verdict": account.report.verdict,
            "entries": account.report.entries,
            "root": account.report.root,
            "placed": account.report.placed,
            "problems": [dataclasses.asdict(each) for each in account.report.problems],
            "not_checked": account.report.not_checked,
            "bundle": str(account.bundle),
            "trust": str(account.trust),
        },
        "folder": str(account.folder),
    }


def _version(name: str, text: Text, codes: tuple[str, ...]) -> dict[str, object]:
    counts = {
        language: tally([part.words.get(language, "") for part in text.parts], codes)
        for language in text.languages
    }
    return {
        "id": name,
        "clauses": len(text.parts),
        "numbered": sum(number != "" for number in text.numbers().values()),
        "brackets": {language: count.brackets for language, count in counts.items()},
        "placeholders": {language: count.placeholders for language, count in counts.items()},
        "digests": {language: digest.hex() for language, digest in digests(text).items()},
    }


def to_lines(account: Account) -> Iterator[str]:
    """Yield the account for people."""
    yield from account.banner.values()
    yield ""
    yield f"EXERCISE · channel {account.channel.hex()[:16]} · relay {account.address}"
    yield ""
    yield from table(
        ("where", "index", "party", "role", "what", "name", "dated", "accepted", "rung"),
        [
            (
                line.where,
                str(line.played.sent.index),
                line.played.party,
                line.played.role,
                line.played.kind,
                line.played.name,
                when(line.played.dated),
                when(line.played.accepted_at),
                line.rung,
            )
            for line in account.lines
        ],
    )
    yield ""
    for each in account.standings:
        yield f"{each.party}: {each.size} entries verified, root {each.root.hex()}"
    yield "Both replicas hold the same root." if account.equal else "THE REPLICAS DIFFER."
    yield ""
    yield from _audit(account)
    yield ""
    yield from _told(account)
    yield from _next(account)


def _audit(account: Account) -> Iterator[str]:
    report = account.report
    yield f"Audit, offline, with the trust file alone: {report.verdict.upper()}"
    placed = ", ".join(f"{count} {kind}" for kind, count in report.placed.items())
    yield f"  {report.entries} entries ({placed}), {report.bodies} sealed bodies"
    for problem in report.problems:
        yield f"  {problem.where}: {problem.message} [{problem.code}]"
    for line in report.not_checked:
        yield f"  not checked: {line}"


def _told(account: Account) -> Iterator[str]:
    if account.named:
        yield f"Carried by name only, for their statements come later: {', '.join(account.named)}"
    yield f"Told by the scenario, not played yet: {'; '.join(NOT_PLAYED)}"
    yield "Root words were compared, confirmations without a time given, and keys enrolled by this"
    yield "script; people do that by voice and by hand."
    yield ""


def _next(account: Account) -> Iterator[str]:
    folder, (first, second) = account.folder, [each.party for each in account.standings]
    secret = f"--passphrase-file {folder}/passphrase"
    paraph = account.program
    yield "Try next (the relay has ended: what you read is what was verified):"
    yield f"  {paraph} log --offline --home {folder}/{first} {secret}"
    version = next(each.played for each in account.lines if isinstance(each.played.act, Table))
    yield f"  {paraph} show {version.sent.index} --offline --home {folder}/{second} {secret}"
    yield f"  {paraph} audit verify {account.bundle} --trust {account.trust}"
    yield f"  {paraph}-relay serve {folder}/relay      # the relay again, in a second terminal"
    yield f"  {paraph} comment 'Is this final?' --home {folder}/{first} {secret} \\"
    yield f"    --channel {account.channel.hex()[:16]}"
