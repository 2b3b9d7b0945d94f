"""What the demo shows at its end can say no: of the desks, and of the auditor."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from paraph.client.audit.replay import Replay
from paraph.client.audit.verify import Report
from paraph.client.cli.demo import demo
from paraph.client.demo import stage
from paraph.client.demo.account import Account, Standing, to_json
from paraph.client.demo.outcome import Outcome
from paraph.client.negotiating.facts import VersionFacts
from paraph.client.negotiating.fingerprint import Fingerprint
from paraph.client.reading.opened import Halt
from paraph.protocol.names import Digest

ONE, OTHER = Digest(bytes(32)), Digest(b"\x01" * 32)
VERSION = VersionFacts(
    name="v1.0",
    clauses=2,
    numbered=1,
    brackets={"en": 1, "ru": 2},
    placeholders={"en": 0, "ru": 0},
    digests={"en": "ab" * 32, "ru": "cd" * 32},
    findings=(("bracket-structure", "c-one"),),
)
OUTCOME = Outcome(
    phase="tabled",
    versions=(VERSION,),
    dispatches={},
    actions=(),
    proposals={},
    silences={},
    documents={},
    findings={},
    threads={},
    originals={},
)


def fingerprint(digest: Digest) -> Fingerprint:
    return Fingerprint(7, False, ONE, digest, digest, {"en": ("a",), "ru": ("b",)})


def standing(party: str) -> Standing:
    return Standing(party, {}, 7, ONE, OUTCOME, fingerprint(ONE))


def account() -> Account:
    return Account(
        scenario="s",
        banner={},
        folder=Path("demo"),
        address="https://relay",
        channel=ONE,
        standings=[standing("RUS"), standing("USA")],
        lines=[],
        log_time=0,
        replayed=Replay(
            report=Report(trusted=True, entries=7), size=7, fingerprint=fingerprint(ONE)
        ),
        audited=OUTCOME,
        bundle=Path("bundle"),
        trust=Path("trust"),
    )


def test_desks_and_audit_agree() -> None:
    shown = account()
    assert (shown.equal, shown.agrees, shown.passed) == (True, True, True)
    audit = to_json(shown)["audit"]
    assert isinstance(audit, dict)
    assert audit["state"] == ONE.hex()
    assert audit["versions"] == to_json(shown)["versions"]


def test_an_auditor_with_another_state_is_seen() -> None:
    shown = account()
    replayed = dataclasses.replace(shown.replayed, fingerprint=fingerprint(OTHER))
    assert not dataclasses.replace(shown, replayed=replayed).agrees


def test_an_auditor_with_another_table_is_seen() -> None:
    other = dataclasses.replace(OUTCOME, versions=(dataclasses.replace(VERSION, numbered=2),))
    assert not dataclasses.replace(account(), audited=other).agrees


def test_an_auditor_who_could_not_read_on_is_seen_and_told() -> None:
    replayed = Replay(report=Report(trusted=True, entries=7), halt=Halt(3, "body-missing", "gone"))
    shown = dataclasses.replace(account(), replayed=replayed, audited=None)
    assert not shown.agrees
    audit = to_json(shown)["audit"]
    assert isinstance(audit, dict)
    assert (audit["state"], audit["versions"]) == (None, [])


def test_a_desk_with_another_state_is_seen() -> None:
    other = dataclasses.replace(standing("USA"), fingerprint=fingerprint(OTHER))
    assert not dataclasses.replace(account(), standings=[standing("RUS"), other]).agrees


def test_a_demo_that_failed_offers_no_desks_and_says_what_to_try_instead(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = dataclasses.replace(standing("USA"), fingerprint=fingerprint(OTHER))
    failed = dataclasses.replace(account(), standings=[standing("RUS"), other])

    @contextlib.asynccontextmanager
    async def played(*_: object) -> AsyncIterator[SimpleNamespace]:
        yield SimpleNamespace(account=failed)

    monkeypatch.setattr(stage, "played", played)
    ended = CliRunner().invoke(demo, ["--desk"])
    assert (ended.exit_code, "Try next" in ended.stdout) == (1, True), ended.output
