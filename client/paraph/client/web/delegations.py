"""Who takes part, as a form has it: roles as people call them, parted by commas."""

from __future__ import annotations

import re
from collections.abc import Iterable
from gettext import NullTranslations

from paraph.protocol import roles


def written(catalogue: NullTranslations, people: Iterable[str]) -> str:
    """Return *people* for a field: roles in the page's language; what is no known role as it is."""
    return ", ".join(catalogue.gettext(roles.CALLED.get(each, each)) for each in people)


def read(catalogue: NullTranslations, text: str) -> str:
    """Return *text* with the roles it names as the protocol calls them.

    Roles are known by their name in the page's language, by the English one and by their code,
    which may stand side by side without commas. Several words that are none of them are one role
    all the same: they are tied together.
    """
    names = {
        name.casefold(): code
        for code, called in roles.CALLED.items()
        for name in (code, called, catalogue.gettext(called))
    }

    def code_of(name: str) -> str:
        return names.get(name.casefold(), name)

    found = []
    for piece in re.split("[,;\n]+", text):
        words = piece.split()
        whole = code_of(" ".join(words))
        codes = [code_of(each) for each in words]
        if whole in roles.CALLED:
            found.append(whole)
        elif codes and all(each in roles.CALLED for each in codes):
            found += codes
        elif words:
            found.append("_".join(words))
    return " ".join(found)
