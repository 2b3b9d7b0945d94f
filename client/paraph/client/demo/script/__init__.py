"""A scenario as acts in the order in which they are sent. Pure.

Each act is one statement of one person; what it says is made when its turn comes, for then the
statements that it refers to stand. Whatever a dispatch carries that has no statement travels as
its name.
"""

from __future__ import annotations

from paraph.client.demo.script.act import Act, Beat, Rank, Teller
from paraph.client.demo.script.conferences import conferences
from paraph.client.demo.script.ending import ending
from paraph.client.demo.script.inside import mandates
from paraph.client.demo.script.papers import papers, silences
from paraph.client.demo.script.people import sender
from paraph.client.demo.script.talks import findings, positions, proposals
from paraph.client.demo.script.texts import comments, dispatches, versions
from paraph.client.scenario.model import Scenario

__all__ = ["Act", "Beat", "Rank", "Teller", "acts", "sender"]


def acts(scenario: Scenario) -> list[Act | Beat]:
    """Return every act of *scenario*, and every sign of life of the bots, in order.

    Raises:
        InputError: A party has nobody whose role may send its texts.
    """
    parts = (
        mandates,
        versions,
        proposals,
        comments,
        papers,
        dispatches,
        findings,
        positions,
        silences,
        conferences,
        ending,
    )
    found: list[Act | Beat] = [act for part in parts for act in part(scenario)]
    return sorted(found, key=lambda act: (act.at, act.rank))
