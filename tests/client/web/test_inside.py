"""Mandate and clearances: said inside with their own verb, seen by nobody else."""

import re
from pathlib import Path

import pytest

from tests.support.chancery import chancery
from tests.support.commands import Person
from tests.support.exchange import exchanging, send_base
from tests.support.pages import pages

FORM = {
    "name": "M-1",
    "scope-en": "Flight safety only.",
    "scope-ru": "",
    "out": "target_information\n\n target_information ",
    "trip-en": "joint operation",
    "trip-ru": "совместная операция",
    "adref-desk_officer": "1",
    "final-signatory": "1",
    "clear": "version-tabled",
    "legal": "",
}


@pytest.fixture
def usa(tmp_path: Path) -> Person:
    found, _, _ = exchanging(tmp_path)
    send_base(found)
    return found


@pytest.fixture
def head(usa: Person) -> Person:
    return chancery(usa)


async def test_a_mandate_is_set_inside_and_shown(usa: Person, head: Person) -> None:
    async with pages(usa) as seen, pages(head) as above:
        inner = seen.office.chancery
        assert inner is not None
        assert "No mandate is set." in await seen.get("inside/mandate")
        shown = await above.post("/inside/mandate", FORM)
        for words in ("M-1", "Flight safety only.", "target_information", "совместная операция"):
            assert words in shown, words
        await inner.sync()
        (mandate,) = inner.state.mandates.values()
        assert mandate.content.out_of_scope == ("target_information",)
        assert mandate.content.final == ("signatory",)
        assert mandate.content.clear_first == ("version-tabled",)
        assert [each.language for each in mandate.content.scope] == ["en"]
        page = await seen.get("inside/mandate")
        assert "M-1" in page
        assert 'class="inside"' in page
        assert "Your role reads the mandate and does not set it." in page
        assert 'name="scope-en"' not in page


async def test_a_mandate_for_one_negotiation_alone_stands_before_the_general_one(
    usa: Person, head: Person
) -> None:
    async with pages(usa) as seen, pages(head) as above:
        # Who sits in the internal channel alone knows those that it speaks of.
        identity = seen.office.rooms()[0].talks.identity.hex()
        await seen.post("inside", {"kind": "instruction", "clause": "", "body": "Hold."})
        inner = above.office.chancery
        assert inner is not None
        await inner.sync()
        await above.post("/inside/mandate", FORM)
        only = {**FORM, "name": "M-alone", "scope-en": "This memorandum alone.", "for": identity}
        unknown = await above.post("/inside/mandate", {**only, "for": "00" * 15}, status=400)
        assert "Please choose one." in unknown
        shown = await above.post("/inside/mandate", only)
        assert "one negotiation alone:" in shown
        assert "every negotiation that has none of its own" in shown
        assert len(inner.state.mandates) == 2
        assert seen.office.chancery is not None
        await seen.office.chancery.sync()
        page = await seen.get("inside/mandate")
        own = page.index("M-alone</bdi>")
        assert "applies here" in page[own : own + 80]
        for which, name in ((identity, "M-alone"), ("every", "M-1")):  # what the form begins with
            assert f'value="{name}"' in await above.get(f"/inside/mandate?for={which}")
        assert "M-alone" in await seen.get("inside")


async def test_a_mandate_that_does_not_hold_is_told_and_what_was_typed_stays(
    head: Person,
) -> None:
    async with pages(head) as above:
        long = "x" * 300
        told = await above.post("/inside/mandate", {**FORM, "trip-en": long}, status=400)
        assert 'id="trip-en-fault" role="alert">At most 200 characters a line, please' in told
        assert long in told
        named = await above.post("/inside/mandate", {**FORM, "name": "n" * 65}, status=400)
        assert "This is too long: 65 characters, and 64 at most." in named
        nameless = await above.post("/inside/mandate", {**FORM, "name": ""}, status=400)
        assert "Please fill this in." in nameless
        inner = above.office.chancery
        assert inner is not None
        assert not inner.state.mandates


async def test_kinds_are_ticked_by_their_names_and_unknown_ones_stay(head: Person) -> None:
    async with pages(head) as above:
        await above.post("/inside/mandate", [
            *FORM.items(), ("clear", "note_verbale"), ("clear", "own_kind"),
            ("legal", "authenticated"),
        ])  # fmt: skip
        inner = above.office.chancery
        assert inner is not None
        (mandate,) = inner.state.mandates.values()
        assert mandate.content.clear_first == ("note_verbale", "own_kind", "version-tabled")
        assert mandate.content.legal_first == ("authenticated",)
        form = await above.get("/inside/mandate")
        for code, name in (("note_verbale", "note verbale"), ("own_kind", "own_kind"),
                           ("version-tabled", "version"), ("proposal-made", None)):  # fmt: skip
            ticked = re.search(f'name="clear" value="{code}" checked> ([^<]+)</label>', form)
            assert (ticked[1] if ticked else None) == name
        assert 'name="legal" value="authenticated" checked' in form


async def test_without_an_internal_channel_it_is_kept_in_this_home_alone(usa: Person) -> None:
    async with pages(usa) as seen:
        assert "no internal channel" in await seen.get("inside/clearances", status=400)
        page = await seen.post("inside/mandate", FORM)
        assert "It is kept in this home alone" in page
        assert "M-1" in page
        assert (usa.home / "mandate").exists()


async def test_nothing_was_asked_for_yet_is_said(head: Person) -> None:
    async with pages(head) as above:
        assert "Nothing was asked for yet." in await above.get("/inside/clearances")
        missing = await above.get("/inside/clearances/7", status=400)
        assert "Expected the number of a clearance" in missing


async def test_a_note_is_answered_and_closed_inside_and_nothing_of_it_leaves(
    usa: Person, head: Person
) -> None:
    async with pages(usa) as seen:
        await seen.post("inside", {"kind": "question", "clause": "", "body": "How far may we go?"})
        shared = seen.office.rooms()[0].desk
        size = shared.replica.size
        assert "/inside/notes/I-1" in await seen.get("inside")
        assert "How far may we go?" in await seen.get("inside/notes/I-1")
        empty = {"body": "", "kind": "answer", "do": "answer"}
        assert "Please fill this in." in await seen.post("inside/notes/I-1", empty, status=400)
        said = {"body": "To five miles.", "kind": "fallback", "do": "answer"}
        assert "To five miles." in await seen.post("inside/notes/I-1", said)
        closed = await seen.post("inside/notes/I-1", {"body": "", "do": "close"})
        assert "closed" in closed
        assert "closed the thread" in await seen.get("inside/notes/I-1")
        await seen.get("inside/notes/I-9", status=404)
        await shared.sync()
        assert shared.replica.size == size
        inner = seen.office.chancery
        assert inner is not None
        assert sum(1 for _ in inner.state.negotiations.items()) == 1
    del head
