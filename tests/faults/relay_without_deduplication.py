"""``paraph-relay`` with one thing broken: it places a statement as often as it comes.

Run by the control of the fault tests, ``python -m tests.faults.relay_without_deduplication``. A
harness that does not find what this relay does wrong would prove nothing about the right one.
"""

from __future__ import annotations

import functools

from paraph.server import relay, serving
from paraph.server.__main__ import main
from tests.support.careless import CarelessLedger, UnguardedStore


def break_it() -> None:
    """Put the careless ledger and store in the place of the right ones, in this process only."""
    serving.open_relay = functools.partial(  # type: ignore[attr-defined]
        relay.open_relay, ledger_type=CarelessLedger, store_type=UnguardedStore
    )


if __name__ == "__main__":
    break_it()
    main()
