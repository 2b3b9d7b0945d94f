"""The collector of cycles beside a large home: it need not look through what stays.

What was opened and folded is some hundred thousand objects that nothing but a lock lets go of.
Looking through them took a tenth of a second, every some hundred pages, in the middle of one.
"""

from __future__ import annotations

import gc


def stays() -> None:
    """Leave what is there now alone, until :func:`goes`."""
    gc.freeze()


def goes() -> None:
    """Look through everything again, now: what was let go shall not wait for a later chance."""
    gc.unfreeze()
    gc.collect()
