"""A home that opens only when it is told to: small ones open before anybody sees how far it is."""

from __future__ import annotations

import threading

from paraph.client import progress
from paraph.client.channel.desk import Desk
from paraph.client.channel.tools import Tools
from paraph.client.keys.home import Home
from paraph.client.keys.vault import Vault
from paraph.client.web.opening import open_channels


class Slow:
    """Stands for ``open_channels``, and says once how far it has come.

    Attributes:
        failures: Raised in place of opening.
        told: Set once it has said so.
        goes_on: Set it, and the channels open.
        done: How often they were opened.
    """

    def __init__(self) -> None:
        self.goes_on = threading.Event()
        self.told = threading.Event()
        self.failures: tuple[Exception, ...] = ()
        self.done = 0

    def __call__(
        self, home: Home, vault: Vault, tools: Tools, role: str | None
    ) -> tuple[Desk, ...]:
        """Do what ``open_channels`` does, in its time."""
        progress.tell("entries", 64, 4096)
        self.told.set()
        assert self.goes_on.wait(120)
        for each in self.failures:
            raise each
        progress.tell("entries", 128, 4096)
        self.done += 1
        return open_channels(home, vault, tools, role)
