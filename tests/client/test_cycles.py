"""What a desk keeps is spared by the collector; what nobody has any more is not."""

from __future__ import annotations

import weakref

from paraph.client import cycles


class Page:
    """Refers to itself, as what a template makes does."""

    def __init__(self) -> None:
        self.itself = self


def test_what_nobody_has_any_more_is_let_go_and_not_spared() -> None:
    gone = weakref.ref(Page())
    cycles.spare()
    try:
        assert gone() is None
    finally:
        cycles.look_again()
