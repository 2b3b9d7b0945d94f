"""Records of conferences with fields at rest, for tests."""

from typing import Any

from paraph.protocol.names import ZERO
from paraph.protocol.statements.conferences import (
    ActionReported,
    ActionSet,
    AgendaItem,
    ConferenceScheduled,
    Delegation,
    Due,
    Outcome,
    OutcomesRecorded,
    Zone,
)
from tests.support import negotiating as talk

HOUR = 3_600_000
AT = 1_444_485_600_000
"""2015-10-10T14:00:00Z."""
ZONES = (
    Zone(party="RUS", offset="+03:00", label="MSK"),
    Zone(party="USA", offset="-04:00", label="EDT"),
)


def item(n: int = 1, **changes: object) -> AgendaItem:
    fields: dict[str, Any] = {
        "n": n,
        "title": "Remaining brackets",
        "clauses": (),
        "proposals": (),
        "minutes": 0,
        "owner": "",
    }
    return AgendaItem(**{**fields, **changes})


def scheduled(name: str = "VC-2", **changes: object) -> ConferenceScheduled:
    fields: dict[str, Any] = {
        "header": talk.header(),
        "name": name,
        "at": AT,
        "duration_min": 90,
        "host": "USA",
        "chair": "alternating",
        "interpretation": ("en-ru", "ru-en"),
        "participants": (
            Delegation(party="RUS", people=("head_of_delegation", "linguist")),
            Delegation(party="USA", people=("head_of_delegation", "0" * 32)),
        ),
        "zones": ZONES,
        "basis": ZERO,
        "agenda": (item(),),
        "replaces": ZERO,
    }
    return ConferenceScheduled(**{**fields, **changes})


def outcome(cid: str = "c-one", result: str = "agreed_ad_ref", **changes: object) -> Outcome:
    fields: dict[str, Any] = {"cid": cid, "proposal": (), "result": result, "understanding": ()}
    return Outcome(**{**fields, **changes})


def outcomes(*items: Outcome, conference: str = "VC-2", **changes: object) -> OutcomesRecorded:
    fields: dict[str, Any] = {
        "header": talk.header(),
        "conference": conference,
        "held_at": AT,
        "items": items or (outcome(),),
    }
    return OutcomesRecorded(**{**fields, **changes})


def by(due: int | str) -> Due:
    """Return a date: an instant, or the name of a conference."""
    if isinstance(due, int):
        return Due(at=due, conference="")
    return Due(at=0, conference=due)


def action(owner: str = "USA", due: int | str = AT + HOUR, **changes: object) -> ActionSet:
    fields: dict[str, Any] = {
        "header": talk.header(),
        "conference": "",
        "owner": owner,
        "what": "Send the minutes",
        "due": by(due),
    }
    return ActionSet(**{**fields, **changes})


def report(
    statement: bytes, ending: str = "done", at: int = AT, due: int | str = 0, **changes: object
) -> ActionReported:
    fields: dict[str, Any] = {
        "header": talk.header(),
        "action": statement,
        "ending": ending,
        "at": at,
        "note": "",
        "due": (by(due),) if due else (),
    }
    return ActionReported(**{**fields, **changes})
