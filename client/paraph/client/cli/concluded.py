"""`paraph alternat`, `effect`, `conclude`: the originals, what they bring about, what is kept."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from paraph.client.cli.at_desk import View, Voice, look, looking, say_so, speaking
from paraph.client.cli.context import Seat, example, instant, pairs, run, seated
from paraph.client.cli.output import emit
from paraph.protocol.errors import InputError, MisuseError

if TYPE_CHECKING:
    from paraph.client.channel.desk import Desk
    from paraph.protocol.statements.conclusion import (
        AlternatSet,
        EffectNoted,
        EffectStated,
        EventNoted,
        StoodBy,
    )


@click.group(epilog=example("paraph alternat show", "paraph alternat set --lead RUS=ru"))
def alternat() -> None:
    """Settle how the two originals differ: each side is named first in its own.

    One side sets them, the other agrees (paraph agree).
    """


@alternat.command(
    "set",
    epilog=example(
        "paraph alternat set --substitute en 'A and B' 'B and A' --substitute ru 'А и Б' 'Б и А'",
        "paraph alternat set 41 --named-first USA --lead USA=en --lead RUS=ru",
    ),
)
@click.argument("version", metavar="[REF]", default="")
@click.option(
    "--substitute",
    "substitutions",
    nargs=3,
    multiple=True,
    metavar="LANG OLD NEW",
    help="Words that change in the other original; they stand there once. Repeat.",
)
@click.option(
    "--lead", "leads", multiple=True, metavar="CODE=LANG", help="Language that leads in a copy."
)
@click.option("--named-first", default="", metavar="CODE", help="Party that the text names first.")
@speaking
@seated
def set_(
    seat: Seat,
    *,
    version: str,
    substitutions: tuple[tuple[str, str, str], ...],
    leads: tuple[str, ...],
    named_first: str,
    voice: Voice,
) -> None:
    """Propose the originals of version REF, or of the text to be signed."""
    from paraph.client.channel import views
    from paraph.client.negotiating import alternat as making
    from paraph.client.negotiating import concluding
    from paraph.client.writing import composing

    def make(desk: Desk, identity: bytes) -> AlternatSet:
        talks = composing.negotiation_of(desk.state, identity)
        wanted = views.find(desk, version).id if version else None
        return making.alternat_set(
            desk,
            desk.header(identity, voice.manner),
            concluding.version_to(talks, "sign", wanted),
            substitutions,
            pairs(leads, "--lead"),
            named_first,
        )

    run(say_so(seat, voice, make))


@alternat.command("show", epilog=example("paraph alternat show", "paraph alternat show 47 --json"))
@click.argument("ref", metavar="[REF]", default="")
@looking
@seated
def show(seat: Seat, *, ref: str, view: View) -> None:
    """Show the originals that both agreed to, or those of a proposal REF, with their digests."""
    from paraph.client.channel import views
    from paraph.client.negotiating import alternat as making
    from paraph.client.writing import composing

    async def work() -> None:
        async with look(seat, view) as (desk, wanted):
            identity = composing.choose_negotiation(desk.state, wanted)
            found = making.originals(desk, identity, views.find(desk, ref).id if ref else None)
            digests = making.compare(desk, identity, found)
            emit(
                seat.as_json,
                {
                    "version": found.version,
                    "named_first": found.named_first,
                    "originals": [
                        {
                            "kept_by": each.kept_by,
                            "parties": list(each.parties),
                            "languages": list(each.languages),
                            "sha256": digests[each.kept_by],
                        }
                        for each in found.originals
                    ],
                    "substitutions": [
                        {"language": each.language, "old": each.old, "new": each.new}
                        for each in found.substitutions
                    ],
                },
                [
                    f"version    {views.name_of(desk, found.version)}, names {found.named_first}",
                    *(
                        f"original   {code} {language}  {digest.hex()}"
                        for code, by_language in digests.items()
                        for language, digest in by_language.items()
                    ),
                    *(
                        f"{each.language}  - {each.old}\n    + {each.new}"
                        for each in found.substitutions
                    ),
                ],
            )

    run(work())


# ------------------------------------------------------------------ effect


@click.group(epilog=example("paraph effect state on_signature"))
def effect() -> None:
    """State when a text comes into effect; suspend, resume or end it by note."""


@effect.command(
    "state",
    epilog=example(
        "paraph effect state on_signature",
        "paraph effect state at_instant --at 2015-11-01T00:00:00Z",
    ),
)
@click.argument(
    "word", metavar="WHEN", type=click.Choice(("on_signature", "at_instant", "on_note"))
)
@click.option("--version", default="", metavar="REF", help="Version.  [default: the one to sign]")
@click.option("--at", default="", metavar="INSTANT", help="Of at_instant.")
@speaking
@seated
def state_(seat: Seat, *, word: str, version: str, at: str, voice: Voice) -> None:
    """Propose when the text comes into effect; the other side agrees (paraph agree).

    WHEN is on_signature, at_instant or on_note.
    """
    from paraph.client.channel import views
    from paraph.client.negotiating import concluding
    from paraph.client.writing import composing
    from paraph.protocol.statements.conclusion import EffectStated

    def make(desk: Desk, identity: bytes) -> EffectStated:
        talks = composing.negotiation_of(desk.state, identity)
        wanted = views.find(desk, version).id if version else None
        try:
            return EffectStated(
                header=desk.header(identity, voice.manner),
                version=concluding.version_to(talks, "sign", wanted).statement,
                effect=word,
                instant=instant(at, "--at"),
            )
        except MisuseError as error:
            raise InputError(str(error), hint="give --at with at_instant, and only then") from error

    run(say_so(seat, voice, make))


def _note(change: str, about: str, sample: str) -> None:
    @effect.command(
        sample,
        help=about,
        epilog=example(
            f"paraph effect {sample} --effective 2017-04-07T21:00:00Z --zone 'Moscow time'"
        ),
    )
    @click.option("--effective", required=True, metavar="INSTANT", help="From when, exactly.")
    @click.option("--zone", required=True, help="Zone in which the note states it.")
    @click.option("--note", default="", help="Words of the note.")
    @speaking
    @seated
    def command(seat: Seat, *, effective: str, zone: str, note: str, voice: Voice) -> None:
        from paraph.protocol.statements.conclusion import EffectNoted

        def make(desk: Desk, identity: bytes) -> EffectNoted:
            return EffectNoted(
                header=desk.header(identity, voice.manner),
                change=change,
                effective=instant(effective, "--effective"),
                zone=zone,
                note=note,
            )

        run(say_so(seat, voice, make))


_note("begins", "Note that the text begins to apply; both sides' notes are needed.", "begin")
_note("suspends", "Suspend the signed text from an exact instant on.", "suspend")
_note("resumes", "Resume what your side suspended, from an exact instant on.", "resume")
_note("ends", "End the signed text from an exact instant on.", "end")


# ------------------------------------------------------------------ around it


@click.group(epilog=example("paraph conclude export ./concluded"))
def conclude() -> None:
    """Keep what belongs to a conclusion: events, contested statements, the package."""


@conclude.command(
    "event",
    epilog=example("paraph conclude event implementation_test --at 2015-11-03T10:00:00Z"),
)
@click.argument("word", metavar="EVENT")
@click.option("--at", required=True, metavar="INSTANT", help="When it happened.")
@click.option("--note", default="", help="In words.")
@speaking
@seated
def event(seat: Seat, *, word: str, at: str, note: str, voice: Voice) -> None:
    """Note something that happened; it binds nobody."""
    from paraph.protocol.statements.conclusion import EventNoted

    def make(desk: Desk, identity: bytes) -> EventNoted:
        header = desk.header(identity, voice.manner)
        return EventNoted(header=header, event=word, at=instant(at, "--at"), note=note)

    run(say_so(seat, voice, make))


@conclude.command("stand-by", epilog=example("paraph conclude stand-by 31"))
@click.argument("ref", metavar="REF")
@click.option("--note", default="", help="In words.")
@speaking
@seated
def stand_by(seat: Seat, *, ref: str, note: str, voice: Voice) -> None:
    """Stand by statement REF of your side, which is contested since its key was compromised."""
    from paraph.client.channel import views
    from paraph.protocol.statements.conclusion import StoodBy

    def make(desk: Desk, identity: bytes) -> StoodBy:
        header = desk.header(identity, voice.manner)
        return StoodBy(header=header, subject=views.find(desk, ref).id, note=note)

    run(say_so(seat, voice, make))


@conclude.command("export", epilog=example("paraph conclude export ./concluded"))
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@looking
@seated
def export(seat: Seat, *, folder: Path, view: View) -> None:
    """Write the concluded package into DIR: texts, originals, documents, register, acts."""
    from paraph.client.negotiating.export import concluded as package
    from paraph.client.writing import composing

    async def work() -> None:
        async with look(seat, view) as (desk, wanted):
            identity = composing.choose_negotiation(desk.state, wanted)
            found = package.export(desk, identity, folder)
            emit(
                seat.as_json,
                {"folder": str(folder), "phase": found.phase, "files": found.files},
                [
                    f"phase      {found.phase}",
                    *(f"{digest.hex()[:16]}  {each}" for each, digest in found.files.items()),
                ],
            )

    run(work())
