"""`paraph send`, `confirm`, `comment`, `dispatch`, `acknowledge`: saying things."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from paraph.client.cli.at_desk import (
    Voice,
    desk_options,
    negotiation_id,
    say,
    speaking,
    version_id,
)
from paraph.client.cli.context import Seat, example, run, seated
from paraph.client.cli.draft_send import Place, placing, send_draft
from paraph.client.cli.example_file import example_option
from paraph.protocol.errors import InputError
from paraph.protocol.names import ZERO
from paraph.protocol.statements.exchanges import (
    COMMENT_KINDS,
    DISPATCH_KINDS,
    INTERNAL_COMMENT_KINDS,
    RUNGS,
)

if TYPE_CHECKING:
    from paraph.client.channel.desk import Desk
    from paraph.client.sending.sent import Sent


def _example() -> str:
    from paraph.client.writing.drafts import EXAMPLE

    return EXAMPLE


@click.command(
    epilog=example(
        "paraph send --example > draft.yaml",
        "paraph send draft.yaml",
        "paraph send counter.yaml --parent head",
    )
)
@click.argument("file", type=click.Path(path_type=Path))
@placing
@example_option(_example)
@speaking
@seated
def send(seat: Seat, *, file: Path, place: Place, voice: Voice) -> None:
    """Send a version of the text: FILE holds clauses (the whole text) or operations on a version.

    The parent must be the head. If the other side sent a version meanwhile, nothing is sent,
    FILE stays as it is, and the exit code is 6. REF is the index or the id that `paraph log` shows,
    or `head`.
    """
    send_draft(seat, file, place, voice)


@click.command(epilog=example("paraph confirm 14"))
@click.argument("version", metavar="REF")
@speaking
@seated
def confirm(
    seat: Seat,
    *,
    version: str,
    voice: Voice,
) -> None:
    """Confirm that the version REF is the text you know: the digests are those computed here."""
    from paraph.client.channel import views

    async def make(desk: Desk) -> Sent:
        identity = negotiation_id(seat, desk, voice.negotiation)
        found = views.find(desk, version).id
        return await desk.confirm(found, negotiation=identity, manner=voice.manner)

    run(say(seat, voice.name, voice.role, make))


@click.command(
    epilog=example(
        "paraph comment 'Why three miles?' --on 14 --clause distance --lang en --quote three",
        "paraph comment 'Agreed.' --reply-to 17 --resolve",
        "paraph comment 'Five is our floor.' --kind fallback --channel internal",
    )
)
@click.argument("body")
@click.option(
    "--kind",
    type=click.Choice((*COMMENT_KINDS, *INTERNAL_COMMENT_KINDS)),
    help="Kind.  [default: question, or answer with --reply-to]",
)
@click.option("--on", "version", metavar="REF", help="Version that it is on.")
@click.option("--clause", default="", help="Clause of that version.")
@click.option("--lang", default="", help="Language of the quote.")
@click.option("--quote", default="", help="The words that it is on, exactly.")
@click.option("--prefix", default="", help="Words just before, if the quote stands more than once.")
@click.option("--suffix", default="", help="Words just after, if the quote stands more than once.")
@click.option("--reply-to", metavar="REF", help="Comment that it answers.")
@click.option("--resolve", is_flag=True, help="Close the thread that it answers.")
@speaking
@seated
def comment(
    seat: Seat,
    *,
    body: str,
    kind: str | None,
    version: str | None,
    clause: str,
    lang: str,
    quote: str,
    prefix: str,
    suffix: str,
    reply_to: str | None,
    resolve: bool,
    voice: Voice,
) -> None:
    """Comment on the text or on the whole, or answer a comment. BODY `-` reads standard input.

    The kinds instruction and fallback are accepted in an internal channel only.
    """
    from paraph.client.channel import views
    from paraph.client.negotiating import comments

    words = sys.stdin.read().strip() if body == "-" else body
    if resolve and not reply_to:
        raise InputError("expected --reply-to with --resolve")

    async def make(desk: Desk) -> Sent:
        identity = negotiation_id(seat, desk, voice.negotiation)
        if reply_to:
            return await desk.reply(
                views.find(desk, reply_to).id,
                words,
                kind=kind or "answer",
                resolves=resolve,
                negotiation=identity,
                manner=voice.manner,
            )
        anchor = comments.anchor(
            version_id(desk, version) if version else ZERO, clause, lang, quote, prefix, suffix
        )
        return await desk.comment(
            words,
            kind=kind or "question",
            anchor=anchor,
            negotiation=identity,
            manner=voice.manner,
            precedence=voice.precedence,
        )

    run(say(seat, voice.name, voice.role, make))


@click.command(
    epilog=example(
        "paraph dispatch --kind transmittal --carry 14 --carry 15 --body 'Our draft, as announced.'"
    )
)
@click.option(
    "--kind",
    type=click.Choice(DISPATCH_KINDS),
    default="transmittal",
    show_default=True,
    help="Kind of dispatch.",
)
@click.option("--carry", "carries", multiple=True, metavar="REF", help="Enclosure; repeat.")
@click.option(
    "--name", "names", multiple=True, metavar="TEXT", help="Enclosure without a statement."
)
@click.option("--reply-to", metavar="REF", help="Dispatch that it answers.")
@click.option("--joint", is_flag=True, help="Of both parties' common series.")
@click.option("--body", default="", help="Covering words; `-` reads standard input.")
@speaking
@seated
def dispatch(
    seat: Seat,
    *,
    kind: str,
    carries: tuple[str, ...],
    names: tuple[str, ...],
    reply_to: str | None,
    joint: bool,
    body: str,
    voice: Voice,
) -> None:
    """Send a dispatch with the next number of your party's series."""
    from paraph.client.channel import views
    from paraph.client.writing.composing import DispatchDraft
    from paraph.protocol.statements.header import (
        JOINT,
        Mention,
        NamedMention,
        StatementMention,
    )

    words = sys.stdin.read().strip() if body == "-" else body

    async def make(desk: Desk) -> Sent:
        enclosed: list[Mention] = [
            StatementMention(statement=views.find(desk, each).id) for each in carries
        ]
        draft = DispatchDraft(
            kind=kind,
            author=JOINT if joint else "",
            carries=(*enclosed, *(NamedMention(name=each) for each in names)),
            in_reply_to=views.find(desk, reply_to).id if reply_to else ZERO,
            body=words,
        )
        return await desk.dispatch(
            draft,
            negotiation=negotiation_id(seat, desk, voice.negotiation),
            manner=voice.manner,
            precedence=voice.precedence,
        )

    run(say(seat, voice.name, voice.role, make))


@click.command(
    epilog=example(
        "paraph acknowledge 14 17",
        "paraph acknowledge 14 --not-taken --reason 'The Russian text is missing.'",
    )
)
@click.argument("refs", nargs=-1, required=True, metavar="REF...")
@click.option(
    "--rung",
    type=click.Choice(RUNGS[1:]),
    default="displayed",
    show_default=True,
    help="How far you have come.",
)
@click.option("--not-taken", is_flag=True, help="You do not take it; say why with --reason.")
@click.option("--reason", default="", help="Why not.")
@desk_options
@seated
def acknowledge(
    seat: Seat,
    *,
    refs: tuple[str, ...],
    rung: str,
    not_taken: bool,
    reason: str,
    name: str,
    role: str | None,
) -> None:
    """Say how far you have come with statements of the other side."""
    from paraph.client.channel import views

    async def make(desk: Desk) -> Sent:
        return await desk.acknowledge(
            [views.find(desk, each).id for each in refs],
            rung=rung,
            outcome="not_taken" if not_taken else "ok",
            reason=reason,
        )

    run(say(seat, name, role, make))
