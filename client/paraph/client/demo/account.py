"""What the demo shows at its end: who sent what, where it stands, and that it is proven.

:func:`to_json` is documented in docs/reference/demo-json.md; for people it is laid out by
paraph.client.cli.demo_account.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from paraph.client.audit.replay import Replay
from paraph.client.clock import when
from paraph.client.demo.outcome import Outcome
from paraph.client.demo.play import Played
from paraph.client.negotiating.facts import value_of
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
