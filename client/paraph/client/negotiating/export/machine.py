"""JSON for other programs: the text of a version, its digests, and where its comments stand."""

from __future__ import annotations

import json
from typing import Final

from paraph.client.clock import when
from paraph.client.negotiating.export.subject import Subject
from paraph.protocol.names import ZERO
from paraph.protocol.negotiation import marks
from paraph.protocol.negotiation import text as texts
from paraph.protocol.negotiation.anchoring import anchoring_of
from paraph.protocol.negotiation.state import Comment

FORMAT: Final = "paraph-export/1"


def json_text(subject: Subject) -> str:
    """Return a version as one JSON object; only ASCII, so that nothing in it is hidden."""
    return json.dumps(_value(subject), indent=2) + "\n"


def _value(subject: Subject) -> dict[str, object]:
    version, state = subject.version, subject.state
    numbers, content = version.text.numbers(), version.content
    return {
        "format": FORMAT,
        "exercise": state.exercise,
        "marking": list(subject.marking),
        "channel": state.channel.hex(),
        "negotiation": subject.talks.identity.hex(),
        "titles": {each: subject.title(each) for each in subject.languages},
        "version": {
            "id": version.statement.hex(),
            "index": version.index,
            "number": version.number,
            "kind": content.version_kind,
            "author": content.author,
            "dated": when(content.header.dated) or None,
            "parents": [each.hex() for each in content.parents],
            "confirmed": dict(version.confirmed),
            "status": {each.language: each.status for each in content.language_status},
            "digests": {each: digest.hex() for each, digest in version.digests.items()},
            "structure": texts.structure_digest(version.text).hex(),
        },
        "clauses": [
            {
                "cid": part.cid,
                "role": part.role,
                "number": numbers[part.cid] or None,
                "handling": part.handling or None,
                "words": {each: part.words.get(each) for each in subject.languages},
                "headings": {each: part.headings.get(each) for each in subject.languages},
                "stale": sorted(part.stale),
                "references": {
                    each: marks.references(part.words.get(each, "")) for each in subject.languages
                },
            }
            for part in version.text.parts
        ],
        "comments": _comments(subject),
    }


def _comments(subject: Subject) -> list[dict[str, object]]:
    found = anchoring_of(subject.talks.versions)
    rows: list[dict[str, object]] = []
    for comment in comments_of(subject):
        place = found.place(comment.content.anchor, subject.version.statement)
        rows.append(
            {
                "number": comment.number,
                "id": comment.statement.hex(),
                "by": comment.party,
                "kind": comment.content.comment_kind,
                "body": comment.content.body,
                "closed": comment.closed_by != ZERO,
                "place": place.fate,
                "cid": place.cid or None,
                "wording": place.wording or None,
            }
        )
    return rows


def comments_of(subject: Subject) -> list[Comment]:
    """Return the comments that begin a thread on a version known here and stand, in order."""
    comments = (each for _, each in subject.talks.comments.items())
    return sorted(
        (
            each
            for each in comments
            if each.number
            and each.content.anchor.version in subject.talks.versions
            and each.statement not in subject.talks.recalled
        ),
        key=lambda each: each.index,
    )
