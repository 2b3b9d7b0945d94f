import re
from collections.abc import Collection
from pathlib import Path

import pytest

from paraph.client.negotiating import concluding, outgoing
from paraph.client.web import language
from paraph.client.web.rendering import TEMPLATES
from paraph.client.web.words import VOCABULARIES
from paraph.protocol import roles
from paraph.protocol.negotiation import gate
from paraph.protocol.statements import (
    clear,
    conclusion,
    conferences,
    exchanges,
    internal,
    positions,
    proposals,
    versions,
)
from paraph.protocol.statements.content import CONTENT_KINDS
from tests.support.every_content import EVERY

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


CODES: dict[str, Collection[str]] = {
    "role": roles.ROLES,
    "may": roles.MAY,
    "kind": [*CONTENT_KINDS, *clear.PAYLOADS],
    "comment": exchanges.COMMENT_KINDS,
    "dispatch-kind": exchanges.DISPATCH_KINDS,
    "rung": [*exchanges.RUNGS, *exchanges.OUTCOMES[1:]],
    "rung-here": [*exchanges.RUNGS, *exchanges.OUTCOMES[1:]],
    "rung-said": [*exchanges.RUNGS, *exchanges.OUTCOMES[1:]],
    "position": positions.POSITIONS,
    "standing": proposals.ANSWERS,
    "action": conferences.ENDINGS,
    "clearing": internal.CLEARANCE_STEPS,
    "needs": internal.CLEARANCE_NEEDS,
    "effect": conclusion.EFFECTS,
    "change-of-effect": conclusion.CHANGES,
    "powers-to": conclusion.PURPOSES,
    "clause-role": versions.ROLES_OF_CLAUSES,
    "field": {said.field for each in EVERY for said in outgoing.free_words(each)},
    "rule": [*gate._ORDER, *concluding._HINTS],  # noqa: SLF001 - every rule there is
}
"""Vocabulary to every code of the protocol that it must have words for."""


@pytest.mark.parametrize("name", CODES)
def test_every_code_has_words_in_both_languages(name: str) -> None:
    lacking = set(CODES[name]) - set(VOCABULARIES[name])
    assert lacking == set()
    for code in CODES[name]:
        words = VOCABULARIES[name][code]
        assert not re.search(r"[a-z]_[a-z]", words), code
        assert language.catalogue("ru").gettext(words) != words, code
