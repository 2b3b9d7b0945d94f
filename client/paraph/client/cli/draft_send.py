"""`paraph draft send`, `inspect`: a draft leaves, after it was looked over (SPEC 7.18)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from paraph.client.cli.at_desk import Voice, negotiation_id, say, speaking
from paraph.client.cli.context import Seat, example, run, seated
from paraph.client.cli.leaving import leave

if TYPE_CHECKING:
    from paraph.client.desk import Desk
    from paraph.client.sent import Sent

T = TypeVar("T")


def draft_options(command: Callable[..., T]) -> Callable[..., T]:
    """Add the options about the place of a draft in its negotiation."""
    for option in (
        click.option(
            "--exclusive/--no-exclusive",
            default=True,
            show_default=True,
            help="Place it only if nobody else said anything meanwhile.",
        ),
        click.option(
            "--new", "anew", is_flag=True, help="Open another negotiation of the same title."
        ),
        click.option(
            "--branch", is_flag=True, help="Begin another line beside the head, on purpose."
        ),
        click.option(
            "--parent", metavar="REF", help="Version that it changes.  [default: as in FILE]"
        ),
    ):
        command = option(command)
    return command


def send_draft(
    seat: Seat,
    file: Path,
    voice: Voice,
    *,
    parent: str,
    branch: bool,
    anew: bool,
    exclusive: bool,
) -> None:
    """Compose, look over, and send what is in *file*."""
    from paraph.client.negotiating import outgoing
    from paraph.client.negotiating.kept_drafts import DraftFolder

    written = outgoing.read(DraftFolder(seat.home.path).find(str(file)))
    leave().confirm = True

    async def make(desk: Desk) -> Sent:
        contents = outgoing.compose(
            desk,
            written,
            negotiation_id(seat, desk, voice.negotiation),
            parent=parent,
            branch=branch,
            manner=voice.manner,
            anew=anew,
        )
        return await outgoing.send(desk, contents, exclusive=exclusive, precedence=voice.precedence)

    run(say(seat, voice.name, voice.role, make))


@click.command(
    epilog=example("paraph draft send counter.draft", "paraph draft send counter.yaml --yes")
)
@click.argument("file", type=click.Path(path_type=Path))
@draft_options
@speaking
@seated
def send(
    seat: Seat,
    *,
    file: Path,
    parent: str | None,
    branch: bool,
    anew: bool,
    exclusive: bool,
    voice: Voice,
) -> None:
    """Send the draft in FILE: edited, or YAML as `paraph send` reads it.

    What would leave is shown first, and on a terminal you are asked. Odd drafts (brackets that do
    not pair or differ between languages, a misspelt kind, nothing changed) go with --yes only.
    What your mandate wants cleared goes byte for byte as it was cleared.
    """
    send_draft(
        seat, file, voice, parent=parent or "", branch=branch, anew=anew, exclusive=exclusive
    )


@click.command(epilog=example("paraph draft inspect counter.draft --json"))
@click.argument("file", type=click.Path(path_type=Path))
@draft_options
@speaking
@seated
def inspect(
    seat: Seat,
    *,
    file: Path,
    parent: str | None,
    branch: bool,
    anew: bool,
    exclusive: bool,
    voice: Voice,
) -> None:
    """List every byte that would leave with FILE, and send nothing.

    The record field by field, to whom it is sealed by party and role, its size before and after
    padding, attachments, what the relay sees, what of your mandate it touches, whether anything of
    the internal channel is in it.
    """
    leave().show = True
    send_draft(
        seat, file, voice, parent=parent or "", branch=branch, anew=anew, exclusive=exclusive
    )
