"""Minutes of a conference, begun from what is on record: outcomes, understandings, actions.

A person finishes them: what stands in one language only is put under every language, so that
nothing is left out, and is to be translated. Words of our own are data for the languages below;
elsewhere the record speaks in its own terms.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import yaml

from paraph.client.clock import when
from paraph.client.negotiating import conferences as making
from paraph.client.negotiating.export.subject import shown
from paraph.client.negotiating.local_time import local
from paraph.client.reading.summaries import due
from paraph.client.writing.drafts import SCHEMA
from paraph.protocol.negotiation.state import Action, Conference, Negotiation
from paraph.protocol.statements.conferences import RESERVED_BY, Outcome
from paraph.protocol.statements.header import Mention, NamedMention

WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "minutes": "Agreed minutes",
        "agreed_ad_ref": "agreed ad referendum",
        "bracketed": "remains in brackets",
        "not_accepted": "not accepted",
        RESERVED_BY: "reserved by",
        "joint": "both sides",
        "by": "by",
    },
    "ru": {
        "minutes": "Согласованная запись",
        "agreed_ad_ref": "согласовано ad referendum",
        "bracketed": "остаётся в скобках",
        "not_accepted": "не принято",
        RESERVED_BY: "позицию зарезервировала сторона",
        "joint": "обе стороны",
        "by": "срок",
    },
}


def draft(talks: Negotiation, conference: Conference, languages: Sequence[str]) -> str:
    """Return the text of minutes to begin with, as a file of `paraph document send`."""
    content = {
        "schema": SCHEMA,
        "kind": "tabled_draft",
        "clauses": list(clauses(talks, conference, languages)),
    }
    head = "# Begun from the record: finish and translate it, then send it.\n"
    return head + yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=100)


def clauses(
    talks: Negotiation, conference: Conference, languages: Sequence[str]
) -> Iterator[dict[str, Any]]:
    """Yield the clauses of the minutes: ``cid``, ``role``, and the words by language."""
    schedule = conference.schedule
    at = "; ".join((when(schedule.at), *(local(schedule.at, zone) for zone in schedule.zones)))
    yield {
        "cid": "m-title",
        "role": "title",
        **{each: f"{_word(each, 'minutes')} {schedule.name}. {shown(at)}" for each in languages},
    }
    count = 0
    for outcomes in making.outcomes_of(talks, schedule.name):
        for item in outcomes.content.items:
            count += 1
            yield {
                "cid": f"m-{count}",
                "role": "operative",
                **{each: _outcome(talks, item, each) for each in languages},
            }
    for action, _ in making.actions(talks, 0):
        if action.content.conference == schedule.name:
            yield {
                "cid": f"m-a{action.number}",
                "role": "operative",
                **{each: _action(action, each) for each in languages},
            }


def _outcome(talks: Negotiation, item: Outcome, language: str) -> str:
    said = {each.language: each.words for each in item.understanding}
    understood = said.get(language) or next(iter(said.values()), "")
    about = item.cid or " ".join(_called(talks, each) for each in item.proposal)
    return shown(f"{about}: {_result(item.result, language)}. {understood}".strip())


def _called(talks: Negotiation, mention: Mention) -> str:
    if isinstance(mention, NamedMention):
        return mention.name
    proposal = talks.proposals.get(mention.statement)
    return proposal.name if proposal is not None else mention.statement.hex()[:12]


def _result(result: str, language: str) -> str:
    if result.startswith(RESERVED_BY):
        code = result.removeprefix(RESERVED_BY)
        return f"{_word(language, RESERVED_BY)} {code}" if language in WORDS else result
    return _word(language, result)


def _action(action: Action, language: str) -> str:
    owner = action.content.owner
    who = _word(language, owner) if owner == "joint" else owner
    return shown(
        f"A-{action.number}, {who}: {action.content.what};"
        f" {_word(language, 'by')} {due(action.due)}"
    )


def _word(language: str, word: str) -> str:
    return WORDS.get(language, {}).get(word, word)
