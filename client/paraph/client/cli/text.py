"""`paraph text`: read a version, its brackets and its findings.

The group is here; `diff` and `history` join it in :mod:`paraph.client.cli.text_diff`.
"""

from __future__ import annotations

import click

from paraph.client.cli.context import example


@click.group(epilog=example("paraph text show", "paraph text ledger", "paraph text lint"))
def text() -> None:
    """Read the text: side by side, who holds which bracket, what the languages disagree on."""
