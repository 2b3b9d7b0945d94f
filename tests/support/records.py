"""Every kind of record there is, found and not listed, so that none is forgotten."""

import importlib
import pkgutil

import paraph.protocol
from paraph.protocol.schema import Record


def every_kind() -> tuple[type[Record], ...]:
    """Return each record class of ``paraph.protocol``, in the order of modules and of files."""
    for module in pkgutil.walk_packages(paraph.protocol.__path__, "paraph.protocol."):
        importlib.import_module(module.name)  # noqa: TID251  no import contract reads the tests
    found: list[type[Record]] = []
    todo = list(Record.__subclasses__())
    while todo:
        kind = todo.pop(0)
        todo[:0] = kind.__subclasses__()
        if kind.__module__.startswith("paraph.protocol.") and "KIND" in vars(kind):
            found.append(kind)
    return tuple(found)
