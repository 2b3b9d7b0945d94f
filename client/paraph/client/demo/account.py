"""What the demo shows at its end: who sent what, where it stands, and that it is proven.

:func:`to_json` is documented in docs/reference/demo-json.md.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from paraph.client.audit.replay import Replay
from paraph.client.cli.output import table
from paraph.client.clock import when
from paraph.client.demo.outcome import Outcome
from paraph.client.demo.play import Played
from paraph.client.negotiating.facts import columns, row_of, value_of
from paraph.client.negotiating.fingerprint import Fingerprint

FORMAT: Final = "paraph-demo/2"


@dataclasses.dataclass(frozen=True, slots=True)
class Standing:
    """One party's verified copy of the log.

    Attributes:
        party: Party code.
        words: Words of its roots, by language.
        size: Entries verified.
        root: Root over them.
        outcome: What the negotiation came to, as this party folded it.
        fingerprint: Of its state, with the words that the chairs read out.
    """

    party: str
    words: Mapping[str, str]
    size: int
    root: bytes
    outcome: Outcome
    fingerprint: Fingerprint


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
    """Everything that the demo has to show.

    Attributes:
        scenario: Its id.
        banner: Marking by language.
        folder: Where everything stands.
        address: Of the relay while it ran.
        channel: Id of the channel of both parties.
        standings: Of each party.
        lines: Every act.
        log_time: At the end.
        replayed: What the bundle came to, with the archive key of the first party.
        audited: The same by the names of the scenario; ``None`` if not all of it was read.
        bundle: The audit bundle.
        trust: The trust file.
        program: How this command was called.
    """

    scenario: str
    banner: Mapping[str, str]
    folder: Path
    address: str
    channel: bytes
    standings: Sequence[Standing]
    lines: Sequence[Line]
    log_time: int
    replayed: Replay
    audited: Outcome | None
    bundle: Path
    trust: Path
    program: str = "paraph"

    @property
    def equal(self) -> bool:
        """Whether both replicas hold the same root at the same size."""
        return len({(each.size, each.root) for each in self.standings}) == 1

    @property
    def agrees(self) -> bool:
        """Whether both sides and the audit computed one state, and one of all shown here."""
        found = [each.fingerprint for each in self.standings] + [self.replayed.fingerprint]
        outcomes = [*(each.outcome for each in self.standings), self.audited]
        states = {each.digest if each is not None else None for each in found}
        return len(states) == 1 and all(each == self.outcome for each in outcomes)

    @property
    def outcome(self) -> Outcome:
        """What the negotiation came to."""
        return self.standings[0].outcome

    @property
    def passed(self) -> bool:
        """Whether the demo showed what it promises."""
        return self.equal and self.agrees and self.replayed.report.verdict == "intact"


def to_json(account: Account) -> dict[str, object]:
    """Return the account as one object."""
    return {
        "format": FORMAT,
        "scenario": account.scenario,
        "exercise": True,
        "relay": account.address,
        "channel": account.channel.hex(),
        "parties": {
            each.party: {
                "roots": dict(each.words),
                "size": each.size,
                "root": each.root.hex(),
                "state": each.fingerprint.state.hex(),
                "state_words": {
                    language: " ".join(words) for language, words in each.fingerprint.words.items()
                },
            }
            for each in account.standings
        },
        "replicas_equal": account.equal,
        "states_equal": account.agrees,
        "log_time": when(account.log_time),
        "statements": [
            {
                "where": line.where,
                "index": line.played.sent.index,
                "statement": line.played.sent.id.hex(),
                "party": line.played.party,
                "role": line.played.role,
                "kind": line.played.act.kind,
                "name": line.played.act.name,
                "dated": when(line.played.dated),
                "accepted_at": when(line.played.accepted_at),
                "rung": line.rung,
            }
            for line in account.lines
        ],
        **_outcome(account.outcome),
        "audit": _audit_value(account),
        "folder": str(account.folder),
    }


def _audit_value(account: Account) -> dict[str, object]:
    replayed, audited = account.replayed, account.audited
    report, state = replayed.report, replayed.fingerprint
    return {
        "verdict": report.verdict,
        "entries": report.entries,
        "root": report.root,
        "placed": report.placed,
        "problems": [dataclasses.asdict(each) for each in report.problems],
        "not_checked": report.not_checked,
        "state": state.state.hex() if state is not None else None,
        "versions": [value_of(each) for each in audited.versions] if audited is not None else [],
        "not_applied": [dataclasses.asdict(each) for each in replayed.not_applied],
        "bundle": str(account.bundle),
        "trust": str(account.trust),
    }


def _outcome(outcome: Outcome) -> dict[str, object]:
    by_conference: dict[str, list[object]] = {}
    dated: list[object] = []
    for name, owner, due, word in outcome.actions:
        row = {"id": name, "owner": owner, "due": due, "state": word}
        (dated if due[:1].isdigit() else by_conference.setdefault(due, [])).append(row)
    return {
        "versions": [value_of(each) for each in outcome.versions],
        "dispatches": dict(outcome.dispatches),
        "actions": {"by_conference": by_conference, "dated": dated},
        "final": {
            "phase": outcome.phase,
            "proposals": dict(outcome.proposals),
            "silence": dict(outcome.silences),
            "documents": dict(outcome.documents),
            "findings": dict(outcome.findings),
            "threads": dict(outcome.threads),
        },
        "originals": {code: dict(digests) for code, digests in outcome.originals.items()},
    }


def to_lines(account: Account, *, goes_on: bool = False) -> Iterator[str]:
    """Yield the account for people.

    Args:
        account: What happened.
        goes_on: The relay still runs, and the desks are offered next.
    """
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
                line.played.act.kind,
                line.played.act.name,
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
    yield from _came_to(account)
    yield ""
    yield from _audit(account)
    yield ""
    yield from _told()
    if not goes_on:
        yield from _next(account)


def _audit(account: Account) -> Iterator[str]:
    replayed, report = account.replayed, account.replayed.report
    yield f"Audit, offline, with the trust file alone: {report.verdict.upper()}"
    placed = ", ".join(f"{count} {kind}" for kind, count in report.placed.items())
    yield f"  {report.entries} entries ({placed}), {report.bodies} sealed bodies"
    for problem in report.problems:
        yield f"  {problem.where}: {problem.message} [{problem.code}]"
    for line in report.not_checked:
        yield f"  not checked: {line}"
    whose = account.standings[0].party
    yield f"Replayed with the archive key of {whose}: {replayed.size} of {report.entries} entries"
    if replayed.halt is not None:
        yield f"  entry {replayed.halt.index} does not open: {replayed.halt.detail}"
    if replayed.fingerprint is not None:
        yield f"  state {replayed.fingerprint.state.hex()}"
    yield (
        "Both sides and the audit computed the same state and the same table."
        if account.agrees
        else "THE STATES DIFFER."
    )


def _told() -> Iterator[str]:
    yield "Made by this script, where people do it by voice and by hand or where the scenario is"
    yield "silent: comparing root words, enrolling keys, confirmations without a time, agreement to"
    yield "what both own, closings of silence, words of minutes, scrubs and full powers."
    yield ""


def _came_to(account: Account) -> Iterator[str]:
    outcome = account.outcome
    languages = list(outcome.versions[0].digests)
    yield from table(columns(languages), [row_of(each, languages) for each in outcome.versions])
    yield ""
    yield f"Phase        {outcome.phase}"
    yield f"Proposals    {_listed(outcome.proposals)}"
    yield f"Silence      {_listed(outcome.silences)}"
    yield f"Documents    {_listed(outcome.documents)}"
    dispatched = ", ".join(f"{code} {count}" for code, count in outcome.dispatches.items())
    yield f"Dispatches   {dispatched}"
    late = ", ".join(name for name, _, _, word in outcome.actions if word == "late")
    yield f"Actions      {len(outcome.actions)}" + (f", late: {late}" if late else "")
    yield f"Threads      {', '.join(f'{n} {word}' for word, n in outcome.threads.items())}"
    for each in account.standings:
        words = " ".join(each.fingerprint.words["en"])
        yield f"{each.party:<12} reads out: {words}"


def _listed(standings: Mapping[str, str]) -> str:
    by_word: dict[str, list[str]] = {}
    for name, word in standings.items():
        by_word.setdefault(word, []).append(name)
    return "; ".join(f"{word}: {', '.join(names)}" for word, names in by_word.items()) or "none"


def _next(account: Account) -> Iterator[str]:
    folder, (first, second) = account.folder, [each.party for each in account.standings]
    secret = f"--passphrase-file {folder}/passphrase"
    paraph = account.program
    yield "Try next (the relay has ended: what you read is what was verified):"
    yield f"  {paraph} log --offline --home {folder}/{first} {secret}"
    version = next(
        each.played for each in account.lines if each.played.act.kind.startswith("version")
    )
    yield f"  {paraph} show {version.sent.index} --offline --home {folder}/{second} {secret}"
    yield f"  {paraph} audit verify {account.bundle} --trust {account.trust}"
    yield f"  {paraph} audit replay {account.bundle} --trust {account.trust} \\"
    yield f"    --home {folder}/{first} {secret}"
    yield f"  {paraph}-relay serve {folder}/relay      # the relay again, in a second terminal"
    yield f"  {paraph} comment 'Is this final?' --home {folder}/{first} {secret} \\"
    yield f"    --channel {account.channel.hex()[:16]}"
