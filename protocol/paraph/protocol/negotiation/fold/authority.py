"""What documents in the log mean: who may do what, contested keys (SPEC 7.15, 7.18)."""

from __future__ import annotations

from dataclasses import replace

from paraph.protocol import words
from paraph.protocol.documents import Document, Manifest, Revocation
from paraph.protocol.keys import SIGNING_KIND
from paraph.protocol.names import KeyId, Label, labelled
from paraph.protocol.negotiation.state import State
from paraph.protocol.negotiation.state.authority import Terms


def manifest(state: State, document: Document) -> State:
    """Take in what a party asks of itself from now on; who carried the document is no matter."""
    body = Manifest.decode(document.body)
    ids = [KeyId(labelled(Label.KEY_ID, SIGNING_KIND, root)) for root in body.roots]
    terms = Terms(
        initiallers=body.policy.initiallers,
        signatories=body.policy.signatories,
        roots=words.root_digest(body.party, body.threshold, ids),
        release=body.policy.release,
    )
    return replace(state, terms={**state.terms, body.party: terms})


def revoked(state: State, document: Document) -> State:
    """Mark what a key said from the claimed index on as contested; nothing where none is."""
    body = Revocation.decode(document.body)
    if not body.compromised_since:
        return state
    return replace(state, contested=state.contested.put(body.key, body.compromised_since))
