"""`paraph finding`, `paraph scrub`, `paraph term`: the work of lawyers and linguists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from paraph.client.cli.at_desk import Found, View, Voice, looking, say_so, show_found, speaking
from paraph.client.cli.context import Seat, example, pairs, run, seated
from paraph.client.cli.output import table
from paraph.protocol.names import ZERO
from paraph.protocol.statements.scrutiny import CONCORDANCE, HARMLESS, LEGAL, MENDED, WITHDRAWN

if TYPE_CHECKING:
    from paraph.client.channel.desk import Desk
    from paraph.client.negotiating.scrutiny import FindingRow, TermRow
    from paraph.protocol.negotiation.state import Negotiation
    from paraph.protocol.statements.scrutiny import (
        FindingMade,
        FindingSettled,
        ScrubConfirmed,
        TermSet,
    )

_FINDINGS: Final = ("no.", "entry", "by", "version", "clause", "kind", "standing", "what")
_TERMS: Final = ("entry", "by", "standing", "words", "note")


@click.group(epilog=example("paraph finding make 14 'Will or may?'", "paraph finding list"))
def finding() -> None:
    """What a person wants mended in a text; while one is open nobody initials."""


@finding.command(
    epilog=example(
        "paraph finding make 14 'The Russian says must, the English will.' --clause c-effect"
    )
)
@click.argument("version", metavar="REF")
@click.argument("detail")
@click.option("--clause", default="", help="Clause of that version.  [default: the whole]")
@click.option("--kind", default="nuance", show_default=True, help="What is wrong, in a word.")
@speaking
@seated
def make(seat: Seat, *, version: str, detail: str, clause: str, kind: str, voice: Voice) -> None:
    """Make a finding on version REF. It gets the next number, F-1, F-2 and so on."""
    from paraph.client.channel import views
    from paraph.client.negotiating import scrutiny as making

    def made(desk: Desk, identity: bytes) -> FindingMade:
        header = desk.header(identity, voice.manner)
        return making.found(header, views.find(desk, version).id, clause, kind, detail)

    run(say_so(seat, voice, made))


@finding.command(
    epilog=example(
        "paraph finding settle F-1 --mended 21",
        "paraph finding settle F-2 --harmless --note 'Both read it alike.'",
    )
)
@click.argument("ref", metavar="FINDING")
@click.option("--mended", metavar="REF", default="", help="Mended in that version.")
@click.option("--withdrawn", is_flag=True, help="It was none; for the side that made it.")
@click.option("--harmless", is_flag=True, help="It may stay; counts when both sides say so.")
@click.option("--note", default="", help="Why.")
@speaking
@seated
def settle(
    seat: Seat,
    *,
    ref: str,
    mended: str,
    withdrawn: bool,
    harmless: bool,
    note: str,
    voice: Voice,
) -> None:
    """Say what has become of a finding: its number, or the index or id of its entry."""
    from paraph.client.channel import views
    from paraph.client.negotiating import scrutiny as making
    from paraph.protocol.errors import InputError

    ways = {MENDED: bool(mended), WITHDRAWN: withdrawn, HARMLESS: harmless}
    chosen = [how for how, given in ways.items() if given]
    if len(chosen) != 1:
        raise InputError(
            "expected one of --mended REF, --withdrawn, --harmless", code="finding-settled"
        )

    def made(desk: Desk, identity: bytes) -> FindingSettled:
        header = desk.header(identity, voice.manner)
        named = making.finding_named(desk.negotiation(identity), ref)
        subject = named or views.find(desk, ref).id
        version = views.find(desk, mended).id if mended else ZERO
        return making.settled(header, subject, chosen[0], version, note)

    run(say_so(seat, voice, made))


@finding.command("list", epilog=example("paraph finding list", "paraph finding list --json"))
@looking
@seated
def list_(seat: Seat, *, view: View) -> None:
    """Show every finding of people, and what has become of it."""
    from paraph.client.negotiating import scrutiny as making

    def find(desk: Desk, talks: Negotiation) -> Found:
        found = list(making.findings(talks))
        return (
            {"findings": [_finding_value(row) for row in found]},
            table(_FINDINGS, [_finding_line(desk, row) for row in found]),
        )

    run(show_found(seat, view, find))


def _finding_line(desk: Desk, row: FindingRow) -> tuple[str, ...]:
    from paraph.client.channel import views

    each = row.finding
    mended = ", ".join(views.name_of(desk, version) for version in row.mended_in)
    return (
        f"F-{each.number}",
        f"#{each.index}",
        f"{each.party} {each.role}",
        views.name_of(desk, each.content.version),
        each.content.cid,
        each.content.finding_kind,
        row.standing + (f", operations in {mended}" if mended else ""),
        each.content.detail,
    )


def _finding_value(row: FindingRow) -> dict[str, object]:
    each = row.finding
    return {
        "number": each.number,
        "index": each.index,
        "id": each.statement,
        "by": each.party,
        "role": each.role,
        "version": each.content.version,
        "clause": each.content.cid or None,
        "kind": each.content.finding_kind,
        "detail": each.content.detail,
        "open": each.is_open,
        "said": {party: said.how for party, said in each.said.items()},
        "mended_in": list(row.mended_in),
    }


@click.command(epilog=example("paraph scrub 14", "paraph scrub 14 --sort legal"))
@click.argument("version", metavar="REF")
@click.option(
    "--sort",
    type=click.Choice((LEGAL, CONCORDANCE)),
    help="Which scrub.  [default: a legal_adviser's legal, a linguist's concordance]",
)
@speaking
@seated
def scrub(seat: Seat, *, version: str, sort: str | None, voice: Voice) -> None:
    """Confirm that your side has read version REF through: its form, or its languages.

    The digests are those computed here. A changed word asks for it anew.
    """
    from paraph.client.channel import views
    from paraph.client.negotiating import scrutiny as making

    def made(desk: Desk, identity: bytes) -> ScrubConfirmed:
        header = desk.header(identity, voice.manner)
        return making.scrubbed(desk, header, views.find(desk, version).id, sort or "")

    run(say_so(seat, voice, made))


@click.group(epilog=example("paraph term list"))
def term() -> None:
    """The glossary: words that must stand for each other in every language.

    A term counts once the other side says `paraph agree` to it; from then on a clause that uses it
    in one language and not in another is a finding.
    """


@term.command(
    "set",
    epilog=example(
        "paraph term set --in en='flight crew*' --in ru='экипаж* воздушн*'",
        "paraph term set --replaces 31",
    ),
)
@click.option("--in", "words", multiple=True, metavar="LANG=WORDS", help="* = any ending; repeat.")
@click.option("--replaces", metavar="REF", default="", help="Term whose place it takes.")
@click.option("--note", default="", help="Meaning, source.")
@speaking
@seated
def set_(seat: Seat, *, words: tuple[str, ...], replaces: str, note: str, voice: Voice) -> None:
    """Put a term to the other side; without words it drops the one that it replaces."""
    from paraph.client.channel import views
    from paraph.client.negotiating import scrutiny as making

    by_language = pairs(words, "--in")

    def made(desk: Desk, identity: bytes) -> TermSet:
        header = desk.header(identity, voice.manner)
        before = views.find(desk, replaces).id if replaces else ZERO
        return making.term(header, by_language, before, note)

    run(say_so(seat, voice, made))


@term.command("list", epilog=example("paraph term list"))
@looking
@seated
def list_terms(seat: Seat, *, view: View) -> None:
    """Show every term, and who stands behind it."""
    from paraph.client.negotiating import scrutiny as making

    def find(desk: Desk, talks: Negotiation) -> Found:
        found = list(making.terms(desk, talks))
        return (
            {"terms": [_term_value(row) for row in found]},
            table(_TERMS, [_term_line(row) for row in found]),
        )

    run(show_found(seat, view, find))


def _term_line(row: TermRow) -> tuple[str, ...]:
    each = row.term
    words = "; ".join(f"{one.language}: {one.words}" for one in each.content.words)
    waits = f"agreed by {', '.join(row.agreed_by)}"
    return (
        f"#{each.index}",
        each.party,
        "in force" if row.in_force else waits,
        words or "dropped",
        each.content.note,
    )


def _term_value(row: TermRow) -> dict[str, object]:
    each = row.term
    return {
        "index": each.index,
        "id": each.statement,
        "by": each.party,
        "agreed_by": list(row.agreed_by),
        "in_force": row.in_force,
        "words": {one.language: one.words for one in each.content.words},
        "replaces": each.content.replaces if each.content.replaces != ZERO else None,
        "note": each.content.note or None,
    }
