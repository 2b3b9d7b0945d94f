"""`paraph export`: a version for other programs and for paper."""

from __future__ import annotations

from pathlib import Path

import click

from paraph.client.cli.at_desk import at_desk, desk_options
from paraph.client.cli.context import Seat, example, run, seated
from paraph.client.cli.output import emit

_FORMATS = ("text", "markdown", "json", "annotations", "akn")


@click.command(
    epilog=example(
        "paraph export markdown -o text.md",
        "paraph export akn 21 -o v3.xml",
        "paraph export annotations -o comments.jsonld",
    )
)
@click.argument("form", metavar="FORMAT", type=click.Choice(_FORMATS))
@click.argument("ref", metavar="[REF]", default="")
@click.option(
    "-o", "out", type=click.Path(path_type=Path), help="File.  [default: standard output]"
)
@click.option("--lang", default="", help="One language.  [default: all]")
@click.option("--offline", is_flag=True, help="Do not ask the relay for what is new.")
@desk_options
@seated
def export(
    seat: Seat,
    *,
    form: str,
    ref: str,
    out: Path | None,
    lang: str,
    offline: bool,
    name: str,
    role: str | None,
) -> None:
    """Write a version (the head, if REF is not given) as FORMAT.

    \b
    text         the rendering of each language, as it is hashed
    markdown     all languages, clause by clause
    json         clauses, digests and places of comments, for programs
    annotations  comments as W3C Web Annotations (JSON-LD)
    akn          Akoma Ntoso 3.0 (XML), one expression for each language

    An export is a copy: what binds is the log. Characters that nobody sees are written out.
    """  # noqa: D301 - \b is click's
    from paraph.client.files import write_atomically
    from paraph.client.negotiating import reading
    from paraph.client.negotiating.export import FORMATS
    from paraph.client.negotiating.export.subject import subject_of
    from paraph.protocol.errors import InputError

    if out is not None and out.exists():
        raise InputError(f"{out} is there already", code="file-exists", hint="give another name")

    async def work() -> None:
        async with at_desk(seat, name, role, offline=offline) as (desk, _):
            talks, version = reading.version_named(desk, ref)
            languages = desk.replica.log.charter.languages
            if lang and lang not in languages:
                raise InputError(f"expected one of {', '.join(languages)}", code="unknown-language")
            subject = subject_of(desk, talks, version, (lang,) if lang else languages)
            written = FORMATS[form](subject)
            told = {"format": form, "version": version.number, "languages": list(subject.languages)}
            if out is not None:
                write_atomically(out, written.encode())
                emit(seat.as_json, {**told, "file": str(out)}, [f"version {version.number}  {out}"])
            elif seat.as_json and form != "json":  # which is one object already
                emit(True, {**told, "content": written})
            else:
                click.echo(written, nl=False)

    run(work())
