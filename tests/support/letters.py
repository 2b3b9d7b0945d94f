"""A side letter that both sides changed at the same time: two lines of one text."""

from __future__ import annotations

import asyncio

from paraph.client.web import leaving
from paraph.client.web.acts import ACTS
from tests.support.commands import Person, write
from tests.support.pages import Pages, pages

TEXT = """\
clauses:
  - {cid: a, role: operative, en: One., ru: Один.}
  - {cid: b, role: operative, en: Two., ru: Два.}
"""
_FILLED = {"cid-1": "a", "cid-2": "b", "words-2-en": "Two.", "words-2-ru": "Два."}


def letter(usa: Person, rus: Person, *options: str) -> str:
    """Open a side letter and send its first text, with more *options*; return its name."""
    usa.ok("document", "open", "--kind", "side_letter", "--title", "en=A letter", *options)
    name = f"SD-{usa.json('document', 'list', *options)['documents'][-1]['number']}"
    usa.ok("document", "send", name, write(usa, "letter.yaml", TEXT), *options)
    rus.ok("sync", *options)
    return name


async def fork(usa: Pages, rus: Pages, name: str = "SD-1") -> None:
    """Let both change the letter; both change clause ``a``, the second ``b`` as well."""
    path = f"side-documents/{name}/text"
    other = {**_FILLED, "words-1-en": "Uno.", "words-1-ru": "Уно.", "words-2-en": "Due."}
    await rus.post(path, other)
    (act,) = rus.client.app[ACTS].open()
    await usa.say(path, {**_FILLED, "words-1-en": "First.", "words-1-ru": "Первый."})
    # As if it were on its way still while this is said: whoever knows of it is told before.
    act.branches, act.exclusive = True, False
    shown = leaving.digest(leaving.desk_of(rus.office, act), act, leaving.look(rus.office, act))
    assert await leaving.send(rus.office, act, shown)
    assert act.sent is not None


def forked(usa: Person, rus: Person, name: str, role: str | None = None) -> None:
    """Do so at the desks of two persons, where no loop runs."""

    async def both() -> None:
        async with pages(usa, role) as ours, pages(rus, role) as theirs:
            await fork(ours, theirs, name)

    asyncio.run(both())
