"""What this desk trusts: roots and who compared them, keys, heads, cosigners, alarms, evidence."""

from __future__ import annotations

import asyncio
import getpass
import io
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import segno
from aiohttp import web

from paraph.client.audit.export import export
from paraph.client.channel.desk import Desk
from paraph.client.channel.joining import TRUST_NAME
from paraph.client.keys.home import ChannelHome, Home
from paraph.client.log.replica import Replica
from paraph.client.negotiating import newcomers, trusting
from paraph.client.web import asked, downloads, passing
from paraph.client.web.posted import Posted
from paraph.client.web.rendering import page
from paraph.protocol.errors import ForgedError, InputError

WORDS: Final = "words"
MOST_WORDS: Final = 400
MOST_WHO: Final = 200
N_: Final = str
ALARMS: Final[Mapping[str, tuple[str, str]]] = {
    "void": (
        N_("The relay placed a statement against the rules. It counts for nothing."),
        N_("Save the audit bundle and ask the relay's operator to explain."),
    ),
    "cosignature": (
        N_("A cosigner's signature under a head of the log does not verify."),
        N_("Ask both sides to look after their cosigners."),
    ),
    "body-differs": (
        N_("The relay gave other bytes than the author signed. Nothing of them was used."),
        N_("It is asked for again by itself. If it stays so, call the author."),
    ),
    "body-missing": (
        N_("The relay does not give what belongs to a statement."),
        N_("It is asked for again by itself. If it stays so, ask the author to send it again."),
    ),
    "entry-differs": (
        N_("The relay served an entry with other bytes than before."),
        N_("Save the evidence, and call the other ministry by another line."),
    ),
    "double-sequence": (
        N_("A key signed two statements under one number: it was copied, or stolen."),
        N_("Its party must say in the log what happened. Save the evidence for them."),
    ),
    "conflict-forged": (
        N_("The relay accuses a key of what it did not sign."),
        N_("Tell its operator and the other ministry."),
    ),
    "key-elsewhere": (
        N_("The log has a statement of your key that this home never said."),
        N_("Somebody else may have your key: have it revoked, and enrol a new one."),
    ),
}
"""By the name of an alarm, up to a bracket: what it means, what to do."""


async def trust(request: web.Request) -> web.Response:
    """Show what the desk trusts: in one negotiation's channel, or everywhere."""
    return await _show(request, Posted.empty(who=_user(), accepted_by=_user()))


async def _show(
    request: web.Request, form: Posted, channel: bytes = b"", status: int = 200
) -> web.Response:
    office = asked.office(request)
    room = asked.room(request) if "negotiation" in request.match_info else None
    own = frozenset(key.id for key in office.vault.content.keys)
    book = office.home.book
    desks = (room.desk,) if room is not None else office.desks
    for desk in desks:  # words are stretched on purpose: the first time takes a moment
        await asyncio.to_thread(trusting.stretch, trusting.root_digests(desk))
    fresh = {each.channel: newcomers.newcomers(each) for each in desks}
    members = [each.member for found in fresh.values() for each in found]
    shown = [trusting.trusted(desk, book, own) for desk in desks]
    return page(
        request,
        "trust.html",
        room,
        channels=shown,
        newcomers=fresh,
        key_words={each.id: await asyncio.to_thread(newcomers.spoken, each) for each in members},
        form=form,
        about=channel,
        alarms=ALARMS,
        status=status,
    )


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a login without a name
        return ""


async def compare(request: web.Request) -> web.Response:
    """Compare the words that the other side reads out, and remember that it was done."""
    office, form = asked.office(request), await Posted.read(request)
    desk = _desk(request)
    said = form.words(WORDS, most=MOST_WORDS)
    who = form.words("who", most=MOST_WHO)
    if not form.faults:
        try:
            code = form.values.get("party", "")
            trusting.compare(desk, office.home, code, said, who=who, now=office.tools.now())
        except ForgedError:
            form.fault(
                WORDS,
                N_(
                    "These are not the words of the key that this desk has. Listen once more. If"
                    " they still differ, stop: somebody may stand between you."
                ),
            )
        except InputError as error:
            form.refused(WORDS, error)
    if form.faults:
        return await _show(request, form, desk.channel, 400)
    office.hints.tell("changed")
    raise web.HTTPSeeOther(asked.own_path(form.values.get("back")))


async def accept(request: web.Request) -> web.Response:
    """Remember that somebody here accepted new keys of the other side."""
    office, form = asked.office(request), await Posted.read(request)
    desk = _desk(request)
    waiting = [each.member.id.hex() for each in newcomers.newcomers(desk)]
    keys = form.chosen("key", waiting)
    who = form.words("accepted_by", most=MOST_WHO)
    if not keys:
        form.fault("key", N_("Please tick the keys that you asked them about."))
    if form.faults:
        return await _show(request, form, desk.channel, 400)
    newcomers.accept(desk, keys, who=who, now=office.tools.now())
    office.hints.tell("changed")
    raise web.HTTPSeeOther(asked.own_path(form.values.get("back")))


async def code(request: web.Request) -> web.Response:
    """Draw the fingerprint of a party's roots as a code to be scanned."""
    wanted = request.match_info["digest"]
    for desk in asked.office(request).desks:
        if any(digest.hex() == wanted for digest in trusting.root_digests(desk)):
            drawn = io.BytesIO()
            segno.make(wanted.upper(), error="m").save(
                drawn, kind="svg", border=4, scale=4, dark="#000", light="#fff", xmldecl=False
            )
            return web.Response(body=drawn.getvalue(), content_type="image/svg+xml")
    raise web.HTTPNotFound


async def evidence(request: web.Request) -> web.Response:
    """Hand out what proves a fault to others."""
    folder = _folder(request)
    files = trusting.evidence_files(folder)
    return downloads.archive(f"paraph-evidence-{folder.channel.hex()[:8]}.zip", files)


async def trust_file(request: web.Request) -> web.Response:
    """Hand out the trust file: what an auditor needs to believe a bundle of this channel."""
    folder = _folder(request)
    path = folder.path / TRUST_NAME
    if not path.is_file():
        raise InputError("this home has no trust file of the channel", code="no-file")
    return downloads.data(
        f"trust-{folder.channel.hex()[:8]}.json", path.read_bytes(), "application/json"
    )


async def bundle(request: web.Request) -> web.Response:
    """Hand out everything that was verified, for an audit offline."""
    folder = _folder(request)
    data = await asyncio.to_thread(_bundle, asked.office(request).home, folder)
    return downloads.data(f"paraph-audit-{folder.channel.hex()[:8]}.zip", data, "application/zip")


def _bundle(home: Home, folder: ChannelHome) -> bytes:
    # A replica of its own, in a thread of its own: the desk goes on meanwhile.
    with passing.folder(home) as packing:
        replica = Replica.load(folder, accused=True)
        try:
            made = export(replica, packing / "bundle").folder
        finally:
            replica.close()
        return Path(shutil.make_archive(str(packing / "packed"), "zip", made)).read_bytes()


def _desk(request: web.Request) -> Desk:
    for desk in asked.office(request).desks:
        if desk.channel.hex() == request.match_info["channel"]:
            return desk
    raise web.HTTPNotFound


def _folder(request: web.Request) -> ChannelHome:
    office = asked.office(request)
    assert office.vault is not None
    for folder in office.home.channels():
        if folder.channel.hex() == request.match_info["channel"]:
            return folder
    raise web.HTTPNotFound


_CHANNEL: Final = "/trust/{channel:[0-9a-f]{64}}"
ROUTES: Final = (
    web.get("/trust", trust),
    web.get("/n/{negotiation}/trust", trust),
    web.post(_CHANNEL, compare),
    web.post(_CHANNEL + "/accept", accept),
    web.get("/trust/code/{digest:[0-9a-f]{64}}.svg", code),
    web.get(_CHANNEL + "/evidence.zip", evidence),
    web.get(_CHANNEL + "/trust.json", trust_file),
    web.get(_CHANNEL + "/bundle.zip", bundle),
)
