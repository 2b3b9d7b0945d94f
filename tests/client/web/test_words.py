import re
from pathlib import Path

from paraph.client.web.rendering import TEMPLATES
from paraph.client.web.words import VOCABULARIES

_CALLED = re.compile(r'called\("([^"]*)"\)')


def asked_for(folder: Path) -> set[str]:
    return {
        name
        for path in folder.rglob("*.html")
        for name in _CALLED.findall(path.read_text(encoding="utf-8"))
    }


def test_every_vocabulary_that_a_page_asks_for_is_there() -> None:
    names = asked_for(TEMPLATES)
    assert "rung" in names
    assert names <= set(VOCABULARIES)
