"""What a party says to itself: its mandate, in its internal channel. It must never cross."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence

from paraph.client.demo.script.act import Act, Rank, Teller, record
from paraph.client.demo.script.people import find, sender
from paraph.client.scenario.model import Mandate, Scenario
from paraph.protocol import roles
from paraph.protocol.statements.header import to_wordings
from paraph.protocol.statements.internal import MandateSet, TripWords


def mandates(scenario: Scenario) -> Iterator[Act]:
    """Yield the mandate of each party that has one, before anything is said."""
    at = scenario.versions[0].at
    for code, party in scenario.parties.items():
        if party.mandate is not None:
            yield Act(
                at=at,
                rank=Rank.MANDATE,
                by=find(scenario, code, (roles.HEAD, roles.LEGAL, roles.SIGNATORY))
                or sender(scenario, code),
                kind="mandate",
                name=party.mandate.id,
                say=record(functools.partial(_set, party.mandate)),
                internal=True,
            )


def _set(mandate: Mandate, teller: Teller) -> MandateSet:
    def once(words: Sequence[str]) -> tuple[str, ...]:
        return tuple(sorted(set(words)))

    def officers(name: str) -> tuple[str, ...]:
        return once([each for each in mandate.may_commit.get(name, ()) if each in roles.OFFICERS])

    return MandateSet(
        header=teller.header(),
        name=mandate.id,
        scope=to_wordings(mandate.scope),
        out_of_scope=once(mandate.out_of_scope),
        trip_words=tuple(
            TripWords(language=language, words=once(mandate.trip_words[language]))
            for language in sorted(mandate.trip_words)
        ),
        ad_referendum=officers("ad_referendum"),
        final=officers("final"),
        clear_first=(),
        legal_first=(),
    )
