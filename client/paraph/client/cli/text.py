"""`paraph text`: read a version, its brackets and its findings.

The group is here, with `show`; `ledger` and `lint` join it in :mod:`paraph.client.cli.text_lint`,
`diff` and `history` in :mod:`paraph.client.cli.text_diff`.
"""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

import click

from paraph.client.cli.at_desk import View, look, looking
from paraph.client.cli.context import Seat, example, run, seated
from paraph.client.cli.output import emit

if TYPE_CHECKING:
    from paraph.client.channel.desk import Desk
    from paraph.protocol.negotiation.state import Negotiation, Version
    from paraph.protocol.negotiation.text import Part


_GAP: Final = "  "
_LEAST_COLUMN: Final = 24


@click.group(epilog=example("paraph text show", "paraph text ledger", "paraph text lint"))
def text() -> None:
    """Read the text: side by side, who holds which bracket, what the languages disagree on."""


# ------------------------------------------------------------------ show


@text.command(
    epilog=example(
        "paraph text show",
        "paraph text show 14 --lang ru --clean",
        "paraph text show --numbers bis",
    )
)
@click.argument("ref", metavar="[REF]", required=False, default="")
@click.option("--lang", default="", help="One language.  [default: all, side by side]")
@click.option("--clean", is_flag=True, help="The words alone, references resolved.")
@click.option(
    "--numbers",
    type=click.Choice(("plain", "bis")),
    default="plain",
    show_default=True,
    help="bis: late inserts as 9 bis, so that known numbers stay.",
)
@click.option(
    "--base",
    metavar="REF",
    default="",
    help="Version whose numbers bis keeps.  [default: the first]",
)
@looking
@seated
def show(
    seat: Seat,
    *,
    ref: str,
    lang: str,
    clean: bool,
    numbers: str,
    base: str,
    view: View,
) -> None:
    """Show a version, its languages side by side. REF is an index or an id; else the head."""
    from paraph.client.negotiating.reading import version_named
    from paraph.protocol.errors import InputError

    async def work() -> None:
        async with look(seat, view) as (desk, wanted):
            talks, version = version_named(desk, ref, wanted)
            languages = (lang,) if lang else version.text.languages
            if lang and lang not in version.text.languages:
                known = ", ".join(version.text.languages)
                raise InputError(f"expected one of {known}", code="unknown-language")
            shown = _numbers(desk, talks, version, numbers, base)
            emit(
                seat.as_json,
                _version_value(talks, version, shown, languages),
                _version_lines(desk, talks, version, shown, languages, clean=clean),
            )

    run(work())


def _numbers(
    desk: Desk, talks: Negotiation, version: Version, how: str, base: str
) -> Mapping[str, str]:
    from paraph.client.negotiating.reading import version_named
    from paraph.protocol.negotiation.lineage import Lineage
    from paraph.protocol.negotiation.numbering import bis_numbers

    if how == "plain":
        return version.text.numbers()
    first = (
        version_named(desk, base)[1]
        if base
        else Lineage(talks.versions).ancestors(version.statement)[0]
    )
    return bis_numbers(first.text, version.text)


def _version_value(
    talks: Negotiation,
    version: Version,
    numbers: Mapping[str, str],
    languages: Sequence[str],
) -> dict[str, object]:
    return {
        **about(talks, version),
        "clauses": [
            {
                "cid": part.cid,
                "role": part.role,
                "number": numbers[part.cid] or None,
                "heading": {
                    each: part.headings[each] for each in languages if each in part.headings
                },
                "words": {each: part.words[each] for each in languages if each in part.words},
                "stale": sorted(part.stale),
                "handling": part.handling or None,
            }
            for part in version.text.parts
        ],
    }


def about(talks: Negotiation, version: Version) -> dict[str, object]:
    """Return what every answer says of the version that it is about."""
    marking = talks.opened.marking if talks.opened is not None else None
    return {
        "negotiation": talks.identity,
        "banner": {each.language: each.words for each in marking.banner} if marking else {},
        "classification": marking.classification if marking else "",
        "version": {
            "id": version.statement,
            "index": version.index,
            "number": version.number,
            "kind": version.content.version_kind,
            "author": version.content.author,
            "digests": dict(version.digests),
        },
    }


def head_lines(desk: Desk, talks: Negotiation, version: Version) -> Iterator[str]:
    """Yield what stands above every answer: EXERCISE, the marking, which version."""
    if desk.is_exercise:
        yield "EXERCISE"
    if talks.opened is not None:
        marking = talks.opened.marking
        yield from (each.words for each in marking.banner)
        if marking.classification:
            yield marking.classification
    kind, author = version.content.version_kind, version.content.author
    yield f"version {version.number} (#{version.index}), {kind} of {author}"


def _version_lines(
    desk: Desk,
    talks: Negotiation,
    version: Version,
    numbers: Mapping[str, str],
    languages: Sequence[str],
    *,
    clean: bool,
) -> Iterator[str]:
    from paraph.protocol.negotiation import marks

    yield from head_lines(desk, talks, version)
    for part in version.text.parts:
        yield ""
        number = numbers[part.cid]
        if not clean:
            yield f"[{part.cid}, {part.role}{f', {part.handling}' if part.handling else ''}]"
        cells = []
        for language in languages:
            words = part.words.get(language, "(no text)")
            if clean:
                words = marks.resolve(words, lambda cid: numbers.get(cid, "?"))
            before = f"{number}. " if number else ""
            cells.append([*_heading(part, language, clean=clean), before + words])
        yield from _side_by_side(cells)


def _heading(part: Part, language: str, *, clean: bool) -> list[str]:
    found = [part.headings[language]] if language in part.headings else []
    return [*found, *(["(stale)"] if language in part.stale and not clean else [])]


def _side_by_side(cells: Sequence[Sequence[str]]) -> Iterator[str]:
    # One column for each language; below each other where the terminal is too narrow.
    room = shutil.get_terminal_size((100, 24)).columns - len(_GAP) * (len(cells) - 1)
    width = max(room // len(cells), 1)
    if width < _LEAST_COLUMN and len(cells) > 1:
        for cell in cells:
            yield from cell
        return
    columns = [
        [line for paragraph in cell for line in textwrap.wrap(paragraph, width) or [""]]
        for cell in cells
    ]
    for row in range(max(map(len, columns))):
        line = (column[row] if row < len(column) else "" for column in columns)
        yield _GAP.join(each.ljust(width) for each in line).rstrip()
