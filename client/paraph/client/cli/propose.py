"""`paraph propose`, `answer`, `recall`: proposals, and what is taken back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from paraph.client.cli.at_desk import Found, View, Voice, looking, say_so, show_found, speaking
from paraph.client.cli.context import Seat, example, pairs, run, seated
from paraph.client.cli.output import table
from paraph.protocol.errors import InputError

if TYPE_CHECKING:
    from paraph.client.channel.desk import Desk
    from paraph.client.negotiating.proposals import Offer, Row
    from paraph.client.writing.drafts import Draft
    from paraph.protocol.negotiation.state import Negotiation
    from paraph.protocol.statements.proposals import ProposalAnswered, ProposalMade
    from paraph.protocol.statements.recall import Recalled

_DAY_MS = 86_400_000


def _offer(desk: Desk, talks: Negotiation, file: Path | None) -> Offer:
    from paraph.client.negotiating import proposals as making
    from paraph.client.writing import drafts

    if file is None:
        return making.Offer()
    draft: Draft = drafts.parse(drafts.read(file), desk.replica.log.charter.languages)
    return making.offer(desk, talks, draft)


# ------------------------------------------------------------------ proposals


@click.group(epilog=example("paraph propose list"))
def propose() -> None:
    """Make proposals and see where they stand; paraph answer moves them."""


@propose.command(
    "make",
    epilog=example(
        "paraph propose make en='Cover unmanned aircraft' --clause c-terms",
        "paraph propose make en='A figure for the distance' --clause distance --ops change.yaml",
        "paraph propose make en='Data on positions' --why en='To keep clear of them.'",
    ),
)
@click.argument("titles", metavar="LANG=TITLE...", nargs=-1, required=True)
@click.option("--clause", default="", help="Clause it is about.  [default: outside the text]")
@click.option("--why", multiple=True, metavar="LANG=TEXT", help="Reason; repeat per language.")
@click.option("--on", "version", metavar="REF", help="Version it is about.  [default: the head]")
@click.option(
    "--ops", type=click.Path(path_type=Path), help="File of the changes that would fulfil it."
)
@speaking
@seated
def make_(
    seat: Seat,
    *,
    titles: tuple[str, ...],
    clause: str,
    why: tuple[str, ...],
    version: str | None,
    ops: Path | None,
    voice: Voice,
) -> None:
    """Propose something, on a clause or outside the text, with or without words for it."""
    from paraph.client.channel import views
    from paraph.client.negotiating import proposals as making

    if version and ops:
        raise InputError("expected --on or --ops", hint="the file of --ops names its version")
    named, reasons = pairs(titles, "TITLE"), pairs(why, "--why")

    def make(desk: Desk, identity: bytes) -> ProposalMade:
        offers = _offer(desk, desk.negotiation(identity), ops)
        return making.made(
            desk,
            desk.header(identity, voice.manner),
            named,
            clause=clause,
            rationale=reasons,
            version=views.find(desk, version).id if version else offers.version,
            operations=offers.operations,
        )

    run(say_so(seat, voice, make))


@propose.command("list", epilog=example("paraph propose list", "paraph propose list --all --json"))
@click.option("--all", "everything", is_flag=True, help="Also what is settled or withdrawn.")
@looking
@seated
def list_(
    seat: Seat,
    *,
    everything: bool,
    view: View,
) -> None:
    """Show the proposals: whose turn it is, since when, the last words said."""
    from paraph.client.negotiating import proposals as making

    def find(desk: Desk, talks: Negotiation) -> Found:
        found = list(making.rows(desk, talks, everything=everything))
        return (
            {"proposals": [_proposal(row) for row in found]},
            table(
                ("no.", "by", "clause", "standing", "turn", "days", "title", "last"),
                [_proposal_line(row) for row in found],
            ),
        )

    run(show_found(seat, view, find))


def _proposal_line(row: Row) -> tuple[str, ...]:
    each = row.proposal
    return (
        each.name,
        each.party,
        each.content.clause or "-",
        each.standing,
        each.turn,
        str(row.age // _DAY_MS),
        row.title,
        row.last,
    )


def _proposal(row: Row) -> dict[str, object]:
    each = row.proposal
    return {
        "name": each.name,
        "index": each.index,
        "id": each.statement,
        "by": each.party,
        "clause": each.content.clause or None,
        "titles": {title.language: title.words for title in each.content.titles},
        "standing": each.standing,
        "turn": each.turn or None,
        "since": each.since,
        "accepted_by": sorted(each.accepting),
        "history": [
            {
                "to": step.to,
                "by": step.party,
                "index": step.index,
                "by_version": step.by_version,
                "note": step.note or None,
                "without_prejudice": step.without_prejudice,
            }
            for step in each.history
        ],
    }


@propose.command("show", epilog=example("paraph propose show P-3"))
@click.argument("ref", metavar="REF")
@looking
@seated
def show(seat: Seat, *, ref: str, view: View) -> None:
    """Show one proposal with its history: REF is P-n, an index, or the start of an id."""
    from paraph.client.negotiating import proposals as making

    def find(desk: Desk, talks: Negotiation) -> Found:
        proposal = making.find(desk, talks, ref)
        (row,) = (each for each in making.rows(desk, talks) if each.proposal == proposal)
        return _proposal(row), _history(row)

    run(show_found(seat, view, find))


def _history(row: Row) -> Iterator[str]:
    each = row.proposal
    yield f"{each.name}  {row.title}"
    for title in each.content.titles[1:]:
        yield f"      {title.words}"
    yield f"clause    {each.content.clause or '(outside the text)'}"
    for why in each.content.rationale:
        yield f"why {why.language}    {why.words}"
    yield f"standing  {each.standing}{f', turn of {each.turn}' if each.turn else ''}"
    for step in each.history:
        what = "by a version" if step.by_version else step.note
        prejudice = " (without prejudice)" if step.without_prejudice else ""
        yield f"#{step.index:<5} {step.party:<8} {step.to}{prejudice}{f': {what}' if what else ''}"


@click.command(
    epilog=example(
        "paraph answer P-3 counter --note 'The figure belongs in the annex.' --ops change.yaml",
        "paraph answer P-3 accept",
        "paraph answer P-3 confirm",
    )
)
@click.argument("ref", metavar="REF")
@click.argument(
    "what",
    type=click.Choice(
        ("accept", "confirm", "counter", "reserve", "reject", "consider", "withdraw")
    ),
)
@click.option("--note", default="", help="Words that go with it.")
@click.option("--ops", type=click.Path(path_type=Path), help="Of counter: file of other changes.")
@speaking
@seated
def answer(seat: Seat, *, ref: str, what: str, note: str, ops: Path | None, voice: Voice) -> None:
    """Answer the proposal REF: only the side that holds the turn does; its author may withdraw it.

    accept: ad referendum. confirm: your capital accepts these words for good; it is accepted when
    both have said so. reserve and consider keep the turn.
    """
    from paraph.client.negotiating import proposals as making

    def make(desk: Desk, identity: bytes) -> ProposalAnswered:
        talks = desk.negotiation(identity)
        return making.answered(
            desk,
            desk.header(identity, voice.manner),
            making.find(desk, talks, ref).statement,
            to=making.ANSWERS[what],
            note=note,
            offers=_offer(desk, talks, ops),
        )

    run(say_so(seat, voice, make))


# ------------------------------------------------------------------ recall


@click.command(epilog=example("paraph recall 14 --reason 'The wrong annex.'"))
@click.argument("ref", metavar="REF")
@click.option("--reason", default="", help="Why.")
@speaking
@seated
def recall(seat: Seat, *, ref: str, reason: str, voice: Voice) -> None:
    """Take back what your side said, unless the other side has built on it.

    The record stays: REF keeps its number and is shown as recalled. The version before a recalled
    one is the head again; a position before a recalled one counts again.
    """
    from paraph.client.channel import views
    from paraph.protocol.statements.recall import Recalled

    def make(desk: Desk, identity: bytes) -> Recalled:
        header = desk.header(identity, voice.manner)
        return Recalled(header=header, subject=views.find(desk, ref).id, reason=reason)

    run(say_so(seat, voice, make))
