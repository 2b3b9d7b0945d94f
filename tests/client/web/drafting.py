"""A draft at a desk: its forms as a page sends them, and what is kept of it."""

from __future__ import annotations

import re
from html import unescape

from paraph.client.negotiating import bilingual
from paraph.client.negotiating.kept_drafts import DraftFolder
from tests.support.commands import Person
from tests.support.pages import Pages

AUTOSAVE = {"HX-Request": "true"}


def folder_of(person: Person) -> DraftFolder:
    return DraftFolder(person.home)


def words_of(person: Person, cid: str, language: str = "en", number: int = 1) -> str:
    draft = bilingual.parse(folder_of(person).read(number), ("en", "ru"))
    return next(each.part.words[language] for each in draft.entries if each.part.cid == cid)


def form_of(page: str, cid: str, **changed: str) -> dict[str, str]:
    """Return what a browser would post of an open clause: its hidden fields, its text areas."""
    form = page[page.index(f'id="clause-{cid}"') :]
    form = form[: form.index("</form>")]
    found = {}
    for tag in re.findall("<input [^>]*>", form):
        named = dict(re.findall(r'([a-z-]+)="([^"]*)"', tag))
        if named.get("type") == "hidden":
            found[named["name"]] = unescape(named["value"])
    for name, words in re.findall(
        r'<textarea [^>]*name="([^"]+)"[^>]*>\n(.*?)</textarea>', form, re.DOTALL
    ):
        found[name] = unescape(words)
    return {**found, **{name.replace("_", "-"): words for name, words in changed.items()}}


async def begun(seen: Pages, cid: str = "distance") -> str:
    await seen.post("drafts", {"from": "head"})
    return await seen.get(f"drafts/1?open={cid}")


async def autosave(seen: Pages, cid: str, form: dict[str, str]) -> str:
    path = f"{seen.path}/drafts/1/clause/{cid}"
    answer = await seen.client.post(path, data=form, headers={**seen.own, **AUTOSAVE})
    assert answer.status == 200
    return await answer.text()
