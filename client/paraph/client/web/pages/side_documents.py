"""Side documents: annexes, minutes, understandings, the public line; their texts, who agrees."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from aiohttp import web

from paraph.client.negotiating import conferences, minutes, overtaken
from paraph.client.negotiating import side_documents as making
from paraph.client.negotiating.side_documents import Row
from paraph.client.negotiating.threads import threads_on
from paraph.client.web import asked, clauses, language, leaving, saying, texts
from paraph.client.web.office import Room
from paraph.client.web.posted import Posted
from paraph.client.web.rendering import page
from paraph.protocol.errors import InputError
from paraph.protocol.negotiation.state import SideDocument, Version
from paraph.protocol.negotiation.text import Part
from paraph.protocol.statements.content import Content
from paraph.protocol.statements.header import MOST_WORDS
from paraph.protocol.statements.side_documents import DOCUMENT_KINDS, MINUTES
from paraph.protocol.statements.versions import ROLES_OF_CLAUSES

MOST_TITLE: Final = 500
MOST_WITHHELD: Final = 20_000
MOST_CLAUSES: Final = 200
"""Clauses that the form takes; a longer side document is sent as a file."""
SPARE: Final = 2
ON: Final = "on"
"""The field that names the version whose text the form began with; empty if there was none."""
_CLAUSE: Final = re.compile("(?:cid|role|words)-(?P<n>[0-9]{1,6})")
Clause = tuple[str, str, dict[str, str]]
"""Id, role, and words by language."""


async def overview(request: web.Request) -> web.Response:
    """Show every side document, and how far it has come."""
    room = asked.room(request)
    return page(
        request,
        "side-documents.html",
        room,
        found=list(making.rows(room.desk, room.talks)),
        labels=_labels(request, room),
        may=saying.may(room, "table"),
    )


def _labels(request: web.Request, room: Room) -> dict[str, str]:
    head = texts.head(room)
    return clauses.labels(head.text, language.chosen(request)) if head is not None else {}


# ------------------------------------------------------------------ opening one


async def begin(request: web.Request) -> web.Response:
    """Show the form that opens a side document."""
    names = ("kind", "clause", "conference")
    form = Posted.empty(**{each: request.query.get(each, "") for each in names})
    return _new(request, asked.room(request), form, 200)


def _new(request: web.Request, room: Room, form: Posted, status: int) -> web.Response:
    return page(
        request,
        "side-document-new.html",
        room,
        status=status,
        form=form,
        kinds=DOCUMENT_KINDS,
        clauses=list(_labels(request, room).items()),
        conferences=[each.schedule.name for each in conferences.conferences(room.talks)],
    )


async def make(request: web.Request) -> web.Response:
    """Open a side document; its text follows."""
    room = asked.room(request)
    form = await Posted.read(request)
    kind = form.choice("kind", DOCUMENT_KINDS)
    titles = {
        each: said
        for each in room.state.languages
        if (said := form.words(f"title-{each}", most=MOST_TITLE, needed=False))
    }
    conference = form.values.get("conference", "")
    if kind == MINUTES and not conference:
        form.fault("conference", "Please choose the conference whose minutes these are.")

    def opened() -> Content:
        return making.opened(
            saying.header(room, form),
            kind,
            titles=titles,
            cid=form.values.get("clause", ""),
            conference=conference,
            text_public=form.ticked("text_public"),
            undisclosed=list(_withheld(room, form)),
        )

    return await saying.say(
        request,
        room,
        form,
        opened,
        again=lambda status: _new(request, room, form, status),
        back=f"{room.path}/side-documents",
    )


def _withheld(room: Room, form: Posted) -> Iterator[tuple[str, str]]:
    for code in room.state.parties:
        listed = form.words(f"withheld-{code}", most=MOST_WITHHELD, needed=False)
        yield from ((code, line.strip()) for line in listed.splitlines() if line.strip())


# ------------------------------------------------------------------ one document


def _find(request: web.Request, room: Room) -> Row:
    wanted = request.match_info["document"]
    found = making.rows(room.desk, room.talks)
    row = next((each for each in found if f"SD-{each.document.number}" == wanted), None)
    if row is None:
        raise web.HTTPNotFound
    return row


def _head(room: Room, document: SideDocument) -> Version | None:
    return room.talks.versions.get(document.heads[-1]) if document.heads else None


async def show(request: web.Request) -> web.Response:
    """Show one document with its words, comments on it, and what we may do."""
    room = asked.room(request)
    row = _find(request, room)
    document = row.document
    head, header = _head(room, document), saying.plain(room)
    others = head is not None and room.desk.party not in (head.party, *head.confirmed)
    confirming = others and len(document.heads) == 1
    return page(
        request,
        "side-document.html",
        room,
        row=row,
        document=document,
        head=head,
        numbers=head.text.numbers() if head is not None else {},
        label=_labels(request, room).get(document.content.cid, document.content.cid),
        comments=list(threads_on(room.talks, document, head)) if head is not None else [],
        may_confirm=confirming
        and saying.refusal(room, lambda: making.confirmed(room.desk, header, document)) is None,
        may_write=saying.may(room, "table") and len(document.heads) < 2,
        may_join=saying.may(room, "table"),
        may_comment=saying.may(room, "comment"),
    )


async def confirm(request: web.Request) -> web.Response:
    """Confirm the last version: it is agreed if the other side wrote it."""
    room = asked.room(request)
    document = _find(request, room).document
    content = making.confirmed(room.desk, saying.plain(room), document)
    back = f"{room.path}/side-documents/SD-{document.number}"
    raise leaving.propose(request, room.desk, content, back=back)


# ------------------------------------------------------------------ its text


async def begin_text(request: web.Request) -> web.Response:
    """Show the text as it stands, or as it may begin: minutes are begun from the record."""
    room = asked.room(request)
    document = _find(request, room).document
    return _text(request, room, document, Posted.empty(**_filled(room, document)), 200)


def _filled(room: Room, document: SideDocument) -> dict[str, str]:
    return _values(_first(room, document)) | {ON: _on(document)}


def _on(document: SideDocument) -> str:
    return document.heads[-1].hex() if document.heads else ""


def _values(clauses: Iterable[Clause]) -> dict[str, str]:
    values: dict[str, str] = {}
    for n, (cid, role, words) in enumerate(clauses, 1):
        values |= {f"cid-{n}": cid, f"role-{n}": role}
        values |= {f"words-{n}-{code}": said for code, said in words.items()}
    return values


def _first(room: Room, document: SideDocument) -> Iterator[Clause]:
    head = _head(room, document)
    content = document.content
    if head is not None:
        yield from ((part.cid, part.role, dict(part.words)) for part in head.text.parts)
    elif content.document_kind == MINUTES:
        conference = conferences.find(room.talks, content.conference)
        for each in minutes.clauses(room.talks, conference, room.state.languages):
            words = {code: each[code] for code in room.state.languages}
            yield each["cid"], each["role"], words
    else:
        yield f"sd{document.number}-title", "title", clauses.by_language(content.titles)


def _text(
    request: web.Request,
    room: Room,
    document: SideDocument,
    form: Posted,
    status: int,
    theirs: Mapping[str, Part | None] | None = None,
) -> web.Response:
    filled = (_CLAUSE.match(name) for name, said in form.values.items() if said)
    last = max((int(each["n"]) for each in filled if each), default=0)
    if last > MOST_CLAUSES:  # what does not stand in the form would be taken out of the text
        raise InputError(
            "this text has more clauses than a form takes; whoever looks after Paraph here can send"
            " it from a file",
            code="oversize",
            hint="paraph document send",
        )
    return page(
        request,
        "side-document-text.html",
        room,
        status=status,
        form=form,
        document=document,
        head=_head(room, document),
        numbers=range(1, min(MOST_CLAUSES, last + SPARE) + 1),
        roles=ROLES_OF_CLAUSES,
        is_minutes=document.content.document_kind == MINUTES,
        theirs=theirs,
    )


async def write(request: web.Request) -> web.Response:
    """Table the text: whole, or as changes to the version that stands."""
    room = asked.room(request)
    document = _find(request, room).document
    form = await Posted.read(request)
    parts = list(_parts(room, document, form))
    if form.values.get(ON, _on(document)) != _on(document):
        return _overtaken(request, room, document, form, parts)
    if form.values.get("do") == "more":
        form.faults.clear()
        return _text(request, room, document, form, 200)
    if not parts:
        form.fault(saying.FORM, "Please write one clause at least.")
    path = f"{room.path}/side-documents/SD-{document.number}"
    return await saying.say(
        request,
        room,
        form,
        lambda: making.written(room.desk, saying.header(room, form), document, parts),
        again=lambda status: _text(request, room, document, form, status),
        back=path,
        exclusive=True,
    )


def _overtaken(
    request: web.Request, room: Room, document: SideDocument, form: Posted, parts: list[Part]
) -> web.Response:
    # Another version came while this one was written: nothing of either is lost unasked.
    base, head = _base(room, document, form), _head(room, document)
    if head is None:
        form.values[ON] = ""
        form.faults.clear()
        form.fault(
            saying.FORM,
            "The version that you wrote on was taken back meanwhile. Your words stand here as they"
            " are, now as a whole text: look them over before you send them.",
        )
        return _text(request, room, document, form, 409)
    found = overtaken.caught_up(base, parts, head, room.desk.party)
    kept = {name: said for name, said in form.values.items() if not _CLAUSE.match(name)}
    now = _values((each.cid, each.role, dict(each.words)) for each in found.parts)
    shown = Posted.empty(**{**kept, **now, ON: _on(document)})
    return _text(request, room, document, shown, 409, found.theirs)


def _base(room: Room, document: SideDocument, form: Posted) -> Version | None:
    # What the form began with: a version of this document, or nothing before its first.
    wanted = form.values.get(ON, _on(document))
    for version in room.talks.versions.values():
        if version.document == document.statement and version.statement.hex() == wanted:
            return version
    return None


def _parts(room: Room, document: SideDocument, form: Posted) -> Iterator[Part]:
    base = _base(room, document, form)
    for n in range(1, MOST_CLAUSES + 1):
        words = {
            each: form.stable(f"words-{n}-{each}", most=MOST_WORDS) for each in room.state.languages
        }
        if not any(words.values()):
            continue  # a clause without words is left out, and leaves the text
        for each, said in words.items():
            if not said:
                form.fault(f"words-{n}-{each}", "Please fill this in.")
        before = base.text.find(form.values.get(f"cid-{n}", "")) if base is not None else None
        yield _part(document, form, n, words, before)


def _part(
    document: SideDocument, form: Posted, n: int, words: dict[str, str], before: Part | None
) -> Part:
    if before is not None:
        return Part(before.cid, before.role, words, before.headings, before.handling)
    role = form.choice(f"role-{n}", ROLES_OF_CLAUSES, otherwise="operative")
    cid = form.values.get(f"cid-{n}", "") or f"sd{document.number}-{_fresh(form)}"
    form.values[f"cid-{n}"] = cid
    return Part(cid, role, words, {}, "")


def _fresh(form: Posted) -> int:
    used: Sequence[str] = [said for name, said in form.values.items() if name.startswith("cid-")]
    return next(
        n for n in range(1, 10 * MOST_CLAUSES) if not any(each.endswith(f"-{n}") for each in used)
    )


ROUTES: Final = (
    web.get("/n/{negotiation}/side-documents", overview),
    web.get("/n/{negotiation}/side-documents/new", begin),
    web.post("/n/{negotiation}/side-documents/new", make),
    web.get("/n/{negotiation}/side-documents/{document}", show),
    web.post("/n/{negotiation}/side-documents/{document}/confirm", confirm),
    web.get("/n/{negotiation}/side-documents/{document}/text", begin_text),
    web.post("/n/{negotiation}/side-documents/{document}/text", write),
)
