"""`paraph attachment list | save`: files that came with statements."""

from __future__ import annotations

from pathlib import Path

import click

from paraph.client.cli.at_desk import at_desk, desk_options
from paraph.client.cli.context import Seat, example, run, seated
from paraph.client.cli.output import emit, table
from paraph.protocol.errors import InputError


@click.group(epilog=example("paraph attachment list 14", "paraph attachment save 14 1 -o map.pdf"))
def attachment() -> None:
    """List and save files that came with statements. They are attached with --attach FILE."""


@attachment.command("list", epilog=example("paraph attachment list 14"))
@click.argument("ref", metavar="REF")
@desk_options
@seated
def list_(seat: Seat, *, ref: str, name: str, role: str | None) -> None:
    """List the attachments of the statement REF."""
    from paraph.client.channel import views
    from paraph.client.negotiating import attachments

    async def look() -> None:
        async with at_desk(seat, name, role) as (desk, _):
            found = attachments.enclosed(desk, views.find(desk, ref))
            rows = [
                {
                    "number": each.number,
                    "name": each.key.name,
                    "bytes": each.key.size,
                    "sealed_bytes": each.listed.size,
                    "sha256": each.key.digest,
                    "here": each.is_here,
                }
                for each in found
            ]
            shown = [
                [
                    str(each.number),
                    each.key.name,
                    str(each.key.size),
                    "yes" if each.is_here else "no",
                ]
                for each in found
            ]
            lines = () if seat.as_json else table(("no", "name", "bytes", "here"), shown)
            emit(seat.as_json, {"attachments": rows}, lines)

    run(look())


@attachment.command(epilog=example("paraph attachment save 14 1 -o map.pdf"))
@click.argument("ref", metavar="REF")
@click.argument("number", metavar="N", type=click.IntRange(1, 16))
@click.option(
    "-o",
    "target",
    type=click.Path(path_type=Path),
    default=Path(),
    help="File, or folder in which its name is used.  [default: here]",
)
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@desk_options
@seated
def save(
    seat: Seat,
    *,
    ref: str,
    number: int,
    target: Path,
    force: bool,
    name: str,
    role: str | None,
) -> None:
    """Save attachment N of the statement REF.

    Nothing stands under the name before every byte is verified. The name that the author gave is
    at most a suggestion for a file in the folder that you chose: it is never a path.
    """
    from paraph.client.channel import views
    from paraph.client.negotiating import attachments

    async def write() -> None:
        async with at_desk(seat, name, role) as (desk, _):
            entry = views.find(desk, ref)
            found = attachments.enclosed(desk, entry)
            if number > len(found):
                raise InputError(
                    f"the statement has {len(found)} attachments",
                    code="unknown-attachment",
                    hint=f"paraph attachment list {ref}",
                )
            chosen = found[number - 1]
            path = attachments.save(desk, entry, chosen, target, force=force)
            value = {"path": str(path), "bytes": chosen.key.size, "sha256": chosen.key.digest}
            emit(seat.as_json, value, [f"saved      {path} {chosen.key.size} bytes"])

    run(write())
