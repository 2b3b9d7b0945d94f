"""The account of a demo, laid out for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from paraph.client.cli.output import table
from paraph.client.clock import when
from paraph.client.demo.account import Account
from paraph.client.negotiating.facts import columns, row_of


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
    yield f"  {paraph} desk --home {folder}/{first} {secret}      # its desk, in the browser"
    yield f"  {paraph} comment 'Is this final?' --home {folder}/{first} {secret} \\"
    yield f"    --channel {account.channel.hex()[:16]}"
