"""The table of composed values in SPEC 7.20: name and fields of everything that a state is made of.

The fingerprint of a state is over these names, in this order: changing one changes what both
chairs read out, so the table is part of the specification.
"""

import dataclasses
import inspect
import re
import sys
from typing import Final

from paraph.protocol.negotiation import state, text

BLOCK: Final = re.compile(
    r"(?<=<!-- values of a state -->\n)(.*?)(?=<!-- end of values -->)", re.DOTALL
)


def values() -> list[type]:
    """Return every composed value that a state may hold, by name."""
    within = (f"{state.__name__}.", state.__name__, text.__name__)
    modules = [each for name, each in sys.modules.items() if name.startswith(within)]
    found = {
        each
        for module in modules
        for each in vars(module).values()
        if inspect.isclass(each) and each.__module__ == module.__name__
        if dataclasses.is_dataclass(each)
    }
    return sorted(found, key=lambda each: each.__name__)


def table() -> str:
    """Return the table."""
    rows = [
        f"| `{each.__name__}` | "
        + " ".join(f"`{field.name}`" for field in dataclasses.fields(each) if field.compare)
        + " |"
        for each in values()
    ]
    return "\n".join(["| value | fields, in order |", "|---|---|", *rows]) + "\n"


def renew(spec: str) -> str:
    """Return *spec* with the table as the values are now."""
    return BLOCK.sub(lambda _: "\n" + table() + "\n", spec)
