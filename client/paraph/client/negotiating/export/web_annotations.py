"""Comments as W3C Web Annotations (JSON-LD), anchored by quote to the version that they are on."""

from __future__ import annotations

import json
from typing import Final

from paraph.client.clock import when
from paraph.client.negotiating.export.machine import comments_of
from paraph.client.negotiating.export.subject import Subject
from paraph.protocol.names import ZERO
from paraph.protocol.negotiation.anchoring import Anchoring, anchoring_of
from paraph.protocol.negotiation.state import Comment

CONTEXT: Final = (
    "http://www.w3.org/ns/anno.jsonld",
    {"paraph": "urn:paraph:vocabulary:"},
)
_MOTIVATIONS: Final = {
    "question": "questioning",
    "answer": "replying",
    "drafting": "editing",
    "reservation": "assessing",
}


def json_ld(subject: Subject) -> str:
    """Return the comments and replies, with where each comment stands in the version."""
    anchors = anchoring_of(subject.talks.versions)
    items: list[dict[str, object]] = []
    for comment in comments_of(subject):
        items.append(_annotation(subject, anchors, comment))
        for statement in comment.replies:
            reply = subject.talks.comments.get(statement)
            if reply is not None and statement not in subject.talks.recalled:
                items.append(_reply(reply))
    page = {
        "@context": CONTEXT,
        "id": f"urn:paraph:annotations:{subject.version.statement.hex()}",
        "type": "AnnotationPage",
        "paraph:exercise": subject.state.exercise,
        "paraph:marking": list(subject.marking),
        "items": items,
    }
    return json.dumps(page, indent=2) + "\n"


def _made(comment: Comment, motivation: str) -> dict[str, object]:
    return {
        "id": f"urn:paraph:statement:{comment.statement.hex()}",
        "type": "Annotation",
        "motivation": motivation,
        "creator": {"id": f"urn:paraph:party:{comment.party}", "type": "Organization",
                    "name": comment.party},
        "created": when(comment.content.header.dated) or None,
        "body": {"type": "TextualBody", "value": comment.content.body, "format": "text/plain"},
        "paraph:kind": comment.content.comment_kind,
    }  # fmt: skip


def _annotation(subject: Subject, anchors: Anchoring, comment: Comment) -> dict[str, object]:
    anchor = comment.content.anchor
    place = anchors.place(anchor, subject.version.statement)
    source = f"urn:paraph:version:{anchor.version.hex()}"
    target: object = source
    if anchor.cid:
        target = {
            "source": f"{source}:{anchor.language}:{anchor.cid}",
            "selector": {
                "type": "TextQuoteSelector",
                "exact": anchor.exact,
                "prefix": anchor.prefix,
                "suffix": anchor.suffix,
            },
        }
    made = _made(comment, _MOTIVATIONS.get(comment.content.comment_kind, "commenting"))
    return {
        **made,
        "target": target,
        "paraph:number": comment.number,
        "paraph:closed": comment.closed_by != ZERO,
        "paraph:place": place.fate,
        "paraph:wording": place.wording or None,
    }


def _reply(comment: Comment) -> dict[str, object]:
    return {
        **_made(comment, "replying"),
        "target": f"urn:paraph:statement:{comment.content.in_reply_to.hex()}",
    }
