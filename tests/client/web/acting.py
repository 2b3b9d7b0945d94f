"""What a person means to say, proposed as a page does it, looked at and sent."""

import re
from pathlib import Path
from typing import Any, cast

from aiohttp import web

from paraph.client.channel.desk import Desk
from paraph.client.negotiating import tabling
from paraph.client.web import leaving
from paraph.client.web.acts import ACTS, Act
from paraph.client.writing import composing
from paraph.client.writing.composing import PLAIN as MANNER
from paraph.protocol.negotiation.state import State
from paraph.protocol.statements.content import Content
from paraph.protocol.statements.exchanges import CommentMade
from tests.support.exchange import PLAIN
from tests.support.pages import Pages

THEIRS = PLAIN.replace("USA: four", "RUS: five").replace("USA: четыре", "RUS: пять")
SAID = "Why [three] miles, and «not» four?\nПочему?"


def desk(seen: Pages) -> Desk:
    return seen.office.desks[0]


def identity(state: State) -> bytes:
    return next(each for each, _ in state.negotiations.items())


def propose(seen: Pages, *contents: Content, **how: Any) -> str:  # noqa: ANN401 - as propose
    """Do what a page does that says something; return the path of what leaves."""
    request = cast("web.Request", type("Asked", (), {"app": seen.client.app}))
    way = leaving.propose(request, desk(seen), *contents, back=seen.path, **how)
    return str(way.location)


def act_of(seen: Pages, path: str) -> Act:
    acts = cast("web.Application", seen.client.app)[ACTS]
    return acts.find(path.rpartition("/")[2])


def comment(seen: Pages, body: str = SAID) -> CommentMade:
    at = desk(seen)
    return composing.commented(at.header(identity(at.state)), body, kind="question")


def version(seen: Pages, folder: Path, text: str = PLAIN) -> Content:
    file = folder / "counter.yaml"
    file.write_text(text)
    (made,) = tabling.compose(desk(seen), tabling.read(file), None, manner=MANNER)
    return made


def shown(page: str) -> dict[str, str]:
    (found,) = re.findall(r'name="shown" value="([0-9a-f]{64})"', page)
    return {"shown": found}


def read_to(page: str) -> dict[str, str]:
    (found,) = re.findall(r'name="size" value="([0-9]+)"', page)
    return {"size": found}


def newest(seen: Pages) -> Content:
    opened = [each for _, each in desk(seen).entries() if each is not None]
    content = opened[-1].content
    assert content is not None
    return content


async def leave(seen: Pages, *contents: Content) -> str:
    """Propose *contents*, look at what would leave and send it; return the page that says so."""
    path = propose(seen, *contents)
    told = await seen.post(f"{path}/send", shown(await seen.get(path)))
    assert "Sent" in told
    return told
