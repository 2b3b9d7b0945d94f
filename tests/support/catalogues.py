"""The catalogues of the desk: every word of its pages gathered, kept, compiled.

``python -m tests.support.catalogues`` tells what is missing; ``--write`` brings the .po files in
line with the pages (new words empty, old ones dropped, translations kept) and compiles them.
"""

from __future__ import annotations

import datetime as dt
import functools
import io
import sys
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from paraph.client.web import language
from paraph.protocol import roles
from tests.support import sentences

WEB: Final = Path(language.__file__).parent
METHODS: Final = [
    ("templates/**.html", "jinja2"),
    ("**.py", "python"),
]
OPTIONS: Final = {"templates/**.html": {"trimmed": "true", "newstyle_gettext": "true"}}
KEYWORDS: Final = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "N_": None,
    "fault": (2,),
}
ROLES: Final = "protocol/paraph/protocol/roles.py"
"""What roles and their actions are called: the protocol's own sentences say it too."""
_NO_DATE: Final = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
_IDLE: Final = tuple(
    f'"{name}'.encode()
    for name in (
        "POT-Creation-Date", "PO-Revision-Date", "Project-Id-Version", "Report-Msgid-Bugs-To",
        "Last-Translator", "Language-Team", "Generated-By",
    )
)  # fmt: skip


@functools.cache
def gathered() -> Catalog:
    """Return every word of the pages, with where it stands."""
    found = Catalog(fuzzy=False)
    for name, _, messages, comments, context in extract_from_dir(
        WEB, METHODS, OPTIONS, KEYWORDS, ("NOTE:",)
    ):
        # The file alone: a line number would change with every edit.
        found.add(messages, locations=[(name, 0)], auto_comments=comments, context=context)
    for place, message in sentences.gathered():
        found.add(message, locations=[(place, 0)])
    for words in (*roles.CALLED.values(), *roles.DEEDS.values()):
        found.add(words, locations=[(ROLES, 0)])
    return found


def po_path(code: str) -> Path:
    """Return where the translation into *code* is kept."""
    return language.FOLDER / code / "LC_MESSAGES" / f"{language.DOMAIN}.po"


def kept(code: str) -> Catalog:
    """Return the translation into *code* as it is kept."""
    path = po_path(code)
    if not path.exists():
        return Catalog(locale=code, domain=language.DOMAIN)
    with path.open("rb") as file:
        return read_po(file, locale=code, domain=language.DOMAIN)


def current(code: str) -> Catalog:
    """Return the translation into *code*, brought in line with the pages."""
    known, made = kept(code), Catalog(locale=code, domain=language.DOMAIN, fuzzy=False)
    for message in gathered():
        if message.id:
            old = known.get(message.id, message.context)
            made.add(
                message.id,
                old.string if old is not None else None,
                locations=sorted({(place, 0) for place, _ in message.locations}),
                context=message.context,
            )
    made.header_comment = f"# The desk in {language.LANGUAGES[code]}."
    return made


def missing(catalogue: Catalog) -> list[Message]:
    """Return what is not translated, or only in part."""
    return [each for each in catalogue if each.id and not _is_whole(each)]


def _is_whole(message: Message) -> bool:
    said = message.string
    return all(said) if isinstance(said, list | tuple) else bool(said)


def as_po(catalogue: Catalog) -> bytes:
    """Return a catalogue as its file, without what changes by itself or says nothing."""
    out = io.BytesIO()
    write_po(out, catalogue, sort_output=True, include_lineno=False, width=100)
    lines = out.getvalue().splitlines(keepends=True)
    return b"".join(line for line in lines if not line.startswith(_IDLE))


def as_mo(catalogue: Catalog) -> bytes:
    """Return a catalogue compiled."""
    catalogue.creation_date = catalogue.revision_date = _NO_DATE  # it would stand in the file
    out = io.BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


def main() -> int:
    """Say what is missing, or write; return the exit code."""
    lacking = 0
    for code in language.LANGUAGES:
        if code == "en":
            continue
        made = current(code)
        if "--write" in sys.argv[1:]:
            po_path(code).parent.mkdir(parents=True, exist_ok=True)
            po_path(code).write_bytes(as_po(made))
            po_path(code).with_suffix(".mo").write_bytes(as_mo(kept(code)))
        for message in missing(made):
            lacking += 1
            sys.stdout.write(f"{code}: not translated: {message.id!r}\n")
    return 1 if lacking else 0


if __name__ == "__main__":
    raise SystemExit(main())
