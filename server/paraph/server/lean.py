"""Libraries without what a relay never uses.

What they bring along for others would stay in memory as long as the process lives, and there may
be many relays on one machine:

- ``structlog`` takes ``rich``, with ``pygments``, for colours on a developer's terminal, and
  ``greenlet`` for programs that use it, wherever they are installed: 6 MiB and 1. A relay writes
  JSON.
- ``aiohttp`` reads every authority of the machine for clients that connect somewhere: 2.5 MiB. A
  relay connects nowhere, and trusts none.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from typing import Final

_NOT_USED: Final = ("rich", "greenlet")
_AUTHORITIES: Final = "SSL_CERT_FILE"


@contextlib.contextmanager
def imports() -> Iterator[None]:
    """Import within this what a relay serves with; what was imported before stays as it is."""
    hidden = [each for each in _NOT_USED if each not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type] # None: not to be found
    before = os.environ.get(_AUTHORITIES)
    os.environ[_AUTHORITIES] = os.devnull
    try:
        yield
    finally:
        for each in hidden:
            del sys.modules[each]
        del os.environ[_AUTHORITIES]
        if before is not None:
            os.environ[_AUTHORITIES] = before
