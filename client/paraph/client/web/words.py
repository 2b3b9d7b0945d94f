"""What the codes of the protocol are called on pages; looked up in the catalogue where shown."""

from typing import Final

from paraph.client.web.words_concluding import CONCLUDING
from paraph.client.web.words_drafting import DRAFTING
from paraph.client.web.words_inside import INSIDE
from paraph.client.web.words_reading import READING
from paraph.client.web.words_rules import SAID
from paraph.client.web.words_talking import TALKING
from paraph.protocol import roles

N_: Final = str
"""Marks words for the catalogues that are looked up later."""

PHASES: Final = {
    "drafting": N_("drafting"),
    "tabled": N_("tabled"),
    "negotiating": N_("being negotiated"),
    "adopted_ad_ref": N_("adopted ad referendum"),
    "scrub": N_("legal scrub"),
    "authenticated": N_("authenticated"),
    "signed": N_("signed"),
    "in_effect": N_("in effect"),
    "suspended": N_("suspended"),
    "ended": N_("ended"),
}
RUNGS: Final = {
    "queued": N_("waits here"),
    "logged": N_("at the relay"),
    "held": N_("held by the other side"),
    "fetched": N_("opened by their machine"),
    "displayed": N_("displayed"),
    "in_charge": N_("in charge"),
    "understood": N_("understood"),
    "answered": N_("answered"),
    "cannot_open": N_("cannot be opened there"),
    "not_taken": N_("not taken"),
    "recalled": N_("recalled"),
    "withdrawn": N_("taken out of the log"),
    "unopened": N_("does not open here"),
    "void": N_("counts for nothing"),
    "held-back": N_("held back here"),
}
"""How far a statement of ours has come, and what else becomes of an entry."""
RUNGS_HERE: Final = {
    **RUNGS,
    "held": N_("held by us"),
    "fetched": N_("opened by our machine"),
    "cannot_open": N_("cannot be opened here"),
}
"""How far a statement of the other side has come with us."""
RUNGS_SAID: Final = {
    **RUNGS,
    "held": N_("held"),
    "fetched": N_("opened by a machine"),
    "cannot_open": N_("cannot be opened"),
}
"""What a receipt says, of whosever statement it is."""
KINDS: Final = {
    "negotiation-opened": N_("negotiation"),
    "version-tabled": N_("version"),
    "version-confirmed": N_("confirmation of a version"),
    "comment-made": N_("comment"),
    "dispatch-sent": N_("dispatch"),
    "acknowledgement-given": N_("receipt"),
    "proposal-made": N_("proposal"),
    "proposal-answered": N_("answer to a proposal"),
    "position-taken": N_("position"),
    "package-tied": N_("package"),
    "package-untied": N_("package untied"),
    "agreed": N_("agreement"),
    "conference-scheduled": N_("conference"),
    "outcomes-recorded": N_("outcomes of a conference"),
    "action-set": N_("action"),
    "action-reported": N_("report on an action"),
    "side-document-opened": N_("side document"),
    "silence-opened": N_("silence procedure"),
    "silence-broken": N_("silence broken"),
    "silence-closed": N_("closing of silence"),
    "finding-made": N_("finding"),
    "finding-settled": N_("finding settled"),
    "scrub-confirmed": N_("scrub"),
    "term-set": N_("term of the glossary"),
    "full-powers-shown": N_("full powers"),
    "alternat-set": N_("originals"),
    "initialled": N_("initials"),
    "signed": N_("signature"),
    "stood-by": N_("word stood by"),
    "effect-stated": N_("effect"),
    "effect-noted": N_("note on the effect"),
    "event-noted": N_("event"),
    "conclusion-withdrawn": N_("signature or initials withdrawn"),
    "recalled": N_("recall"),
    "clearance-asked": N_("request for clearance"),
    "clearance-given": N_("step of a clearance"),
    "mandate-set": N_("mandate"),
    "sealed": N_("sealed statement"),
    "undecodable": N_("unreadable"),
    "charter": N_("charter"),
    "manifest": N_("manifest of a party"),
    "enrol": N_("enrolment of a key"),
    "revoke": N_("revocation of a key"),
    "suspend": N_("suspension of a key"),
    "heartbeat": N_("sign of life"),
    "opened": N_("opened at last"),
    "unopened": N_("does not open there"),
    "grant": N_("the past given to a key"),
    "withdraw": N_("withdrawal of an entry"),
}
CLAUSES: Final = {
    "untouched": N_("untouched"),
    "open": N_("open"),
    "bracketed": N_("bracketed"),
    "reserved": N_("reserved"),
    "tied": N_("tied to a package"),
    "agreed_ad_ref": N_("agreed ad referendum"),
    "agreed": N_("agreed"),
    "frozen": N_("frozen"),
}
"""States of clauses."""
STANDINGS: Final = {
    "tabled": N_("put forward"),
    "under_consideration": N_("under consideration"),
    "countered": N_("countered"),
    "reserved": N_("reserved"),
    "rejected": N_("rejected"),
    "accepted_ad_ref": N_("accepted ad referendum"),
    "accepted": N_("accepted"),
    "withdrawn": N_("withdrawn"),
    "recalled": N_("recalled"),
}
"""Standings of proposals."""
OWED: Final = {
    "dispatch": N_("answer to a dispatch"),
    "question": N_("answer to a question"),
    "action": N_("action"),
    "agreement": N_("agreement asked for"),
}
INSTRUMENTS: Final = {
    "mou": N_("memorandum of understanding"),
    "agreement": N_("agreement"),
    "agreed_minutes": N_("agreed minutes"),
    "exchange_of_notes": N_("exchange of notes"),
    "side_letter": N_("side letter"),
    "annex": N_("annex"),
    "proces_verbal": N_("procès-verbal"),
}
CHARACTERS: Final = {
    "non_binding": N_("not legally binding"),
    "binding": N_("legally binding"),
}
SAYABLE: Final = {**KINDS, **DRAFTING["version"], **DRAFTING["dispatch-kind"], **TALKING["comment"]}
"""Kinds that a mandate may ask to be looked over first: records, versions, dispatches, comments."""
VOCABULARIES: Final = {
    "role": roles.CALLED,
    "phase": PHASES,
    "rung": RUNGS,
    "rung-here": RUNGS_HERE,
    "rung-said": RUNGS_SAID,
    "kind": KINDS,
    "sayable": SAYABLE,
    "clause": CLAUSES,
    "standing": STANDINGS,
    "owed": OWED,
    **CONCLUDING,
    **DRAFTING,
    **INSIDE,
    **READING,
    **SAID,
    **TALKING,
}
"""By name, as the filter ``called`` takes it: ``{{ code|called("phase") }}``."""
