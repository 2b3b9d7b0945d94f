"""`paraph draft send`, `inspect`: a draft leaves, after it was looked over (SPEC 7.18)."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from paraph.client.cli.at_desk import Voice, negotiation_id, say, speaking
from paraph.client.cli.context import Seat, example, run, seated
from paraph.client.cli.leaving import leave

if TYPE_CHECKING:
    from paraph.client.channel.desk import Desk
    from paraph.client.sending.sent import Sent

T = TypeVar("T")


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """Where a draft goes in its negotiation: what :func:`placing` makes of its options.

    Attributes:
        parent: Version that it changes; empty for the one that the file names.
        branch: It may begin another line beside the head.
        anew: It may open another negotiation of a title that there is.
        exclusive: It is placed only if nobody else said anything meanwhile.
    """

    parent: str
    branch: bool
    anew: bool
    exclusive: bool


def placing(command: Callable[..., T]) -> Callable[..., T]:
    """Give *command* a :class:`Place` and the options that make one; stands above ``speaking``."""

    @click.option("--parent", metavar="REF", help="Version that it changes.  [default: as in FILE]")
    @click.option("--branch", is_flag=True, help="Begin another line beside the head, on purpose.")
    @click.option("--new", "anew", is_flag=True, help="Open another negotiation of the same title.")
    @click.option(
        "--exclusive/--no-exclusive",
        default=True,
        show_default=True,
        help="Place it only if nobody else said anything meanwhile.",
    )
    @functools.wraps(command)
    def run(
        *args: Any,  # noqa: ANN401 - whatever options the command has
        parent: str | None,
        branch: bool,
        anew: bool,
        exclusive: bool,
        **options: Any,  # noqa: ANN401 - the same
    ) -> T:
        place = Place(parent or "", branch, anew, exclusive)
        return command(*args, place=place, **options)

    return run


def send_draft(seat: Seat, file: Path, place: Place, voice: Voice) -> None:
    """Compose, look over, and send what is in *file*."""
    from paraph.client.negotiating import tabling
    from paraph.client.negotiating.kept_drafts import DraftFolder

    written = tabling.read(DraftFolder(seat.home.path).find(str(file)))
    leave().confirm = True

    async def make(desk: Desk) -> Sent:
        contents = tabling.compose(
            desk,
            written,
            negotiation_id(seat, desk, voice.negotiation),
            parent=place.parent,
            branch=place.branch,
            manner=voice.manner,
            anew=place.anew,
        )
        return await tabling.send(
            desk, contents, exclusive=place.exclusive, precedence=voice.precedence
        )

    run(say(seat, voice.name, voice.role, make))


@click.command(
    epilog=example("paraph draft send counter.draft", "paraph draft send counter.yaml --yes")
)
@click.argument("file", type=click.Path(path_type=Path))
@placing
@speaking
@seated
def send(seat: Seat, *, file: Path, place: Place, voice: Voice) -> None:
    """Send the draft in FILE: edited, or YAML as `paraph send` reads it.

    What would leave is shown first, and on a terminal you are asked. Odd drafts (brackets that do
    not pair or differ between languages, a misspelt kind, nothing changed) go with --yes only.
    What your mandate wants cleared goes byte for byte as it was cleared.
    """
    send_draft(seat, file, place, voice)


@click.command(epilog=example("paraph draft inspect counter.draft --json"))
@click.argument("file", type=click.Path(path_type=Path))
@placing
@speaking
@seated
def inspect(seat: Seat, *, file: Path, place: Place, voice: Voice) -> None:
    """List every byte that would leave with FILE, and send nothing.

    The record field by field, to whom it is sealed by party and role, its size before and after
    padding, attachments, what the relay sees, what of your mandate it touches, whether anything of
    the internal channel is in it.
    """
    leave().show = True
    send_draft(seat, file, place, voice)
