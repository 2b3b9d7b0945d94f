"""`paraph draft`: write a version in an editor, both languages in one plain file."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from paraph.client.cli.at_desk import at_desk, desk_options
from paraph.client.cli.context import Seat, example, run, seated
from paraph.client.cli.output import emit, note, say, table
from paraph.client.reading.visible import one_line

if TYPE_CHECKING:
    from paraph.client.channel.desk import Desk
    from paraph.client.negotiating.drafting import Drafted
    from paraph.client.negotiating.kept_drafts import DraftFolder
    from paraph.client.negotiating.linting import Report
    from paraph.client.negotiating.redline import Redline

_HEAD = "head"
_TOLD = "#! "
_NOTES = (
    "Edit the words below their language. Lines that begin with # are notes and go nowhere.",
    "New clause: == ID | ROLE. To split: == NEW-ID | ROLE | split from: ID, right below.",
    "To merge: == ID | ROLE | merges: OTHER-ID, and take the other out. To delete: take it out.",
    "A translation that has to follow: == ID | ROLE | stale: ru. More: paraph draft --help",
    "[USA: words] is held by USA, [words] by nobody named; [●: note] is still to be filled;",
    "{ref:ID} shows the number of a clause.",
)


@click.group(epilog=example("paraph draft new", "paraph draft edit 1", "paraph draft check 1"))
def draft() -> None:
    """Write a version in your editor: one plain file, clause by clause, languages below each other.

    \b
    == c-distance | operative          a clause: its id and its role
    -- en                              the words in a language, as they are
    At least [USA: three] miles.
    == c-new | operative | split from: c-distance
    == c-both | operative | merges: c-a c-b
    == c-distance | operative | stale: ru | proposal: P-04

    [USA: words] is contested and held by USA, [words] by nobody named; [●: note] is a place still
    to be filled; {ref:ID} shows the number of a clause.

    A clause that is taken out is deleted, one in another place is moved. A backslash stands before
    a line of words that looks like one of ours, and \\u{200B} for what cannot be seen.
    FILE is a path, or the number of a draft kept in the home.
    """  # noqa: D301 - \b is click's


@draft.command(
    "new", epilog=example("paraph draft new", "paraph draft new --from 14 -o ours.draft")
)
@click.option("--from", "ref", default=_HEAD, show_default=True, metavar="REF", help="Parent.")
@click.option("-o", "out", type=click.Path(path_type=Path), help="Also here.  [default: the home]")
@click.option("--negotiation", default="", metavar="ID", help="Which, if there are several.")
@click.option("--offline", is_flag=True, help="Do not ask the relay for what is new.")
@desk_options
@seated
def new(
    seat: Seat,
    *,
    ref: str,
    out: Path | None,
    negotiation: str,
    offline: bool,
    name: str,
    role: str | None,
) -> None:
    """Begin a draft: the text of the parent, or an empty one where there is no text yet."""
    from paraph.client.cli.at_desk import negotiation_id
    from paraph.client.negotiating import bilingual, drafting, reading
    from paraph.client.negotiating.kept_drafts import DraftFolder
    from paraph.protocol.errors import InputError

    if out is not None and out.exists():
        raise InputError(f"{out} is there already", code="file-exists", hint="give another name")

    async def work() -> None:
        async with at_desk(seat, name, role, offline=offline) as (desk, _):
            identity = negotiation_id(seat, desk, negotiation)
            languages = desk.replica.log.charter.languages
            known = dict(desk.state.negotiations.items())
            talks = known.get(identity) if identity else next(iter(known.values()), None)
            if talks is not None and (talks.heads or ref != _HEAD):
                talks, version = reading.version_named(desk, "" if ref == _HEAD else ref, identity)
                desk.screen.require_told(desk.folded, version.statement)
                made = drafting.from_version(version, talks.identity)
            else:
                made = drafting.blank(
                    languages,
                    opens=talks is None,
                    negotiation=talks.identity if talks is not None else None,
                )
            written = bilingual.write(made, languages, _NOTES)
            number, path, _ = DraftFolder(seat.home.path).save(written, out)
            emit(
                seat.as_json,
                {"draft": number, "file": str(path), "clauses": len(made.entries)},
                [f"draft {number}  {path}", f"hint: paraph draft edit {number}"],
            )

    run(work())


@draft.command(epilog=example("paraph draft edit 1", "EDITOR=nano paraph draft edit ours.draft"))
@click.argument("file")
@desk_options
@seated
def edit(seat: Seat, *, file: str, name: str, role: str | None) -> None:
    """Edit a draft in $VISUAL or $EDITOR; what is wrong is told on top, and the editor opens again.

    Everything that the editor saves is kept in the home too. Nothing is sent.
    """
    from paraph.client.negotiating.kept_drafts import DraftFolder
    from paraph.protocol.errors import InputError

    folder = DraftFolder(seat.home.path)
    path = folder.find(file)

    async def work() -> None:
        async with at_desk(seat, name, role, offline=True) as (desk, _):
            before = None
            while True:
                number, _, text = folder.save(_read(path), path)
                if before is not None:
                    problem = _problem(desk, path)
                    if problem is None:
                        break
                    if text == before:
                        raise InputError(
                            f"{problem}",
                            code="draft",
                            hint=f"it is kept as draft {number}: paraph draft edit {number}",
                        )
                    text = _tell(desk, folder, path, text)
                before = text
                _require_editor(number)
                click.edit(filename=str(path))
            folder.save(_untold(_read(path)), path)
            emit(
                seat.as_json,
                {"draft": number, "file": str(path)},
                [f"draft {number}  {path}", f"hint: paraph draft check {number}"],
            )

    run(work())


def _require_editor(number: int) -> None:
    # What click falls back to waits for keys: without a terminal it would wait for ever.
    from paraph.protocol.errors import InputError

    if not sys.stdin.isatty() and not (os.environ.get("VISUAL") or os.environ.get("EDITOR")):
        raise InputError(
            "expected a terminal, or a program in $EDITOR",
            code="editor",
            hint=f"change the file with any program, then: paraph draft check {number}",
        )


def _read(path: Path) -> str:
    from paraph.protocol.errors import InputError

    try:
        return path.read_bytes().decode()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}", code="no-file") from error
    except UnicodeDecodeError as error:
        raise InputError(f"expected UTF-8 in {path}", code="draft") from error


def _problem(desk: Desk, path: Path) -> str | None:
    from paraph.client.negotiating import drafting
    from paraph.protocol.errors import ParaphError

    try:
        drafting.check(drafting.read(path, desk.replica.log.charter.languages), desk.state)
    except ParaphError as error:
        return f"{error}" + (f" ({error.hint})" if error.hint else "")
    return None


def _untold(text: str) -> str:
    return re.sub(f"^{_TOLD}.*\n", "", text, flags=re.MULTILINE)


def _tell(desk: Desk, folder: DraftFolder, path: Path, text: str) -> str:
    # The message counts lines as the editor will: with itself on top.
    bare = _untold(text)
    folder.save(f"{_TOLD}\n{bare}", path)
    message = f"{_TOLD}{one_line(_problem(desk, path) or '')}\n"
    note(f"error: {message.removeprefix(_TOLD).strip()}")
    return folder.save(message + bare, path)[2]


@draft.command(epilog=example("paraph draft check 1", "paraph draft check ours.draft --json"))
@click.argument("file")
@click.option("--offline", is_flag=True, help="Do not ask the relay for what is new.")
@desk_options
@seated
def check(seat: Seat, *, file: str, offline: bool, name: str, role: str | None) -> None:
    """Show what a draft changes, by which operations, and what a machine finds in it.

    Nothing is sent. Findings and brackets that differ bar the conclusion, not the sending. Below
    stands what `paraph draft send` would ask, what your mandate wants first, or why it would be
    refused.
    """
    from paraph.client.cli.draft_outlook import as_json, lines, outlook
    from paraph.client.negotiating import drafting
    from paraph.client.negotiating.kept_drafts import DraftFolder
    from paraph.client.negotiating.redline import kin_after, redline

    path = DraftFolder(seat.home.path).find(file)

    async def work() -> None:
        async with at_desk(seat, name, role, offline=offline) as (desk, _):
            languages = desk.replica.log.charter.languages
            drafted = drafting.check(drafting.read(path, languages), desk.state)
            report = _lint(seat, desk, drafted)
            found = None
            if drafted.parent is not None:
                before = drafted.parent.text
                found = redline(before, drafted.text, kin_after(before, drafted.draft.operations))
            ahead = await outlook(seat, desk, path, drafted, offline=offline)
            if seat.as_json:
                value = {**_as_json(drafted, report, found), **as_json(ahead)}
                emit(True, value, ())
                return
            _print(desk, drafted, report, found)
            for line in lines(ahead, file):
                say(line)

    run(work())


def _lint(seat: Seat, desk: Desk, drafted: Drafted) -> Report:
    from paraph.client.negotiating import drafting, linting

    own = linting.own_lists(seat.home.path)
    if drafted.opening is not None:
        to = linting.Against(desk.state.parties, drafted.opening.legal_character)
    else:
        to = linting.against(desk, drafting.negotiation_of(drafted.written, desk.state))
    return linting.report(drafted.text, to, own)


def _as_json(drafted: Drafted, report: Report, found: Redline | None) -> dict[str, object]:
    from paraph.client.negotiating import linting
    from paraph.client.negotiating.redline import told

    return {
        "parent": drafted.parent.statement if drafted.parent else None,
        "clauses": len(drafted.text.parts),
        "operations": [each.to_map() for each in drafted.draft.operations],
        "carried": [{"cid": cid, "language": language} for cid, language in drafted.carried],
        "findings": [linting.as_json(each) for each in report.findings],
        "notes": [linting.as_json(each) for each in (*report.notes, *report.own)],
        "blocks": told.as_json(found, drafted.text.languages, {}) if found else None,
    }


def _print(desk: Desk, drafted: Drafted, report: Report, found: Redline | None) -> None:
    from paraph.client.cli.text_diff import coloured, wants_colour
    from paraph.client.negotiating import linting
    from paraph.client.negotiating.redline import told
    from paraph.protocol.negotiation.lineage import touched

    if drafted.parent is not None:
        say(f"parent     version {drafted.parent.number} (#{drafted.parent.index})")
    say(f"clauses    {len(drafted.text.parts)}")
    for operation in drafted.draft.operations:
        say(f"operation  {operation.KIND} {', '.join(touched(operation))}")
    if found is not None and not drafted.draft.operations:
        say("operation  none: the words of the parent")
    for cid, language in drafted.carried:
        say(
            f"carried    {cid}: the words in {language} stay as they are;"
            f" if they have to follow, write stale: {language}"
        )
    if found is not None:
        say()
        for line in told.lines(found, drafted.text.languages, {}):
            click.echo(coloured(line, desk.state.parties), color=wants_colour())
        say()
    rows = [("finding", each) for each in report.findings]
    rows += [("note", each) for each in (*report.notes, *report.own)]
    for name, each in rows:
        say(f"{name:<10} {each.cid}: {linting.line_of(each)}")
    say(f"findings   {len(report.findings)}")


@draft.command("list", epilog=example("paraph draft list"))
@desk_options
@seated
def list_(seat: Seat, *, name: str, role: str | None) -> None:
    """List the drafts kept in the home; their numbers are local, and nobody else sees them.

    Beside each stands whether it was sent. A file is never taken away; delete it when you like.
    """
    from paraph.client.negotiating.draft_standing import standings
    from paraph.client.negotiating.kept_drafts import DraftFolder

    async def work() -> None:
        async with at_desk(seat, name, role, offline=True) as (desk, _):
            kept = tuple(standings(DraftFolder(seat.home.path), desk.state))
            emit(
                seat.as_json,
                {
                    "drafts": [
                        {
                            "draft": each.draft.number,
                            "file": str(each.draft.path),
                            "kind": each.draft.kind or None,
                            "clauses": each.draft.clauses,
                            "problem": each.draft.problem or None,
                            "state": each.word,
                            "detail": each.detail,
                        }
                        for each in kept
                    ],
                },
                table(
                    ("draft", "kind", "clauses", "state", "what"),
                    [
                        (
                            str(each.draft.number),
                            each.draft.kind,
                            str(each.draft.clauses),
                            each.word,
                            each.detail,
                        )
                        for each in kept
                    ],
                ),
            )

    run(work())
