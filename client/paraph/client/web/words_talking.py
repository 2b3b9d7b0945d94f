"""What codes are called on the pages where parties talk: comments, positions, conferences.

Free words of the parties stand in many of these fields; what is in no table is shown as it came.
"""

from typing import Final

N_: Final = str
"""Marks words for the catalogues that are looked up later."""

COMMENTS: Final = {
    "question": N_("question"),
    "answer": N_("answer"),
    "statement": N_("statement"),
    "justification": N_("justification"),
    "drafting": N_("drafting"),
    "legal": N_("legal"),
    "translation": N_("translation"),
    "scope": N_("scope"),
    "reservation": N_("reservation"),
    "public-line": N_("public line"),
    "instruction": N_("instruction"),
    "fallback": N_("fall-back"),
}
FATES: Final = {
    "whole": N_("on the whole text"),
    "exact": N_("stands as quoted"),
    "edited": N_("edited since"),
    "quote_removed": N_("quote removed"),
    "clause_removed": N_("clause removed"),
    "ambiguous": N_("stands at more than one place"),
}
"""What became of the words that a comment is on."""
ANSWERS: Final = {
    "accept": N_("Accept ad referendum"),
    "confirm": N_("Accept for good"),
    "counter": N_("Counter"),
    "reserve": N_("Reserve our position"),
    "reject": N_("Reject"),
    "consider": N_("Take under consideration"),
    "withdraw": N_("Withdraw"),
}
"""What a person may do with a proposal."""
POSITIONS: Final = {
    "agree": N_("agreed"),
    "ad_referendum": N_("agreed ad referendum"),
    "in_principle": N_("agreed in principle"),
    "reserve": N_("reserved"),
    "reject": N_("rejected"),
    "alternative": N_("alternative offered"),
    "none": N_("no position"),
    "confirm": N_("to be confirmed"),
}
RESULTS: Final = {
    "agreed_ad_ref": N_("agreed ad referendum"),
    "bracketed": N_("stays in brackets"),
    "not_accepted": N_("not accepted"),
}
ACTIONS: Final = {
    "open": N_("still to be done"),
    "done": N_("done"),
    "late": N_("late"),
    "overtaken": N_("overtaken by events"),
    "carried": N_("carried over"),
}
SILENCES: Final = {
    "proposed": N_("not received yet"),
    "running": N_("running"),
    "expired": N_("expired, held"),
    "late": N_("received too late, held"),
    "broken": N_("broken"),
    "adopted": N_("adopted"),
    "recalled": N_("recalled"),
}
DOCUMENTS: Final = {
    "side_letter": N_("side letter"),
    "agreed_understanding": N_("agreed understanding"),
    "agreed_minutes": N_("agreed minutes"),
    "agreed_minute": N_("agreed minutes"),
    "public_line": N_("public line"),
    "annex": N_("annex"),
}
DOCUMENT_STANDINGS: Final = {
    "opened": N_("opened, no text yet"),
    "drafted": N_("drafted"),
    "commented": N_("drafted, with comments"),
    "agreed": N_("agreed"),
    "reopened": N_("agreed, then reopened"),
}
AGENDA: Final = {
    "bracketed": N_("Brackets and placeholders"),
    "reserved": N_("Reservations"),
    "position": N_("Positions to be taken"),
    "proposal": N_("Proposals to be answered"),
    "question": N_("Questions to be answered"),
}
"""Why something is on an agenda."""
PRECEDENCES: Final = {
    "routine": N_("routine"),
    "priority": N_("priority"),
    "immediate": N_("immediate"),
    "flash": N_("flash"),
}
CLAUSE_ROLES: Final = {
    "title": N_("title"),
    "preamble": N_("preamble"),
    "chapeau": N_("chapeau"),
    "operative": N_("operative clause"),
    "testimonium": N_("testimonium"),
    "annex": N_("annex"),
}
PACKAGES: Final = {
    "proposed": N_("proposed, not agreed by both"),
    "tied": N_("tied by both"),
    "untying": N_("tied; to be untied"),
    "untied": N_("untied by both"),
    "recalled": N_("recalled"),
}
FINDING_KINDS: Final = {
    "nuance": N_("nuance"),
    "legal": N_("legal"),
    "translation": N_("translation"),
    "terminology": N_("terminology"),
    "drafting": N_("drafting"),
}
SETTLED: Final = {
    "mended": N_("mended"),
    "withdrawn": N_("withdrawn"),
    "harmless": N_("harmless"),
}
"""What has become of a finding."""
SETTLING: Final = {
    "mended": N_("It is mended"),
    "withdrawn": N_("It was none: we withdraw it"),
    "harmless": N_("It may stay as it is"),
}
TALKING: Final = {
    "comment": COMMENTS,
    "fate": FATES,
    "answer": ANSWERS,
    "position": POSITIONS,
    "result": RESULTS,
    "action": ACTIONS,
    "silence": SILENCES,
    "document": DOCUMENTS,
    "document-standing": DOCUMENT_STANDINGS,
    "agenda": AGENDA,
    "precedence": PRECEDENCES,
    "clause-role": CLAUSE_ROLES,
    "package": PACKAGES,
    "finding-kind": FINDING_KINDS,
    "settled": SETTLED,
    "settling": SETTLING,
}
"""By name, as the filter ``called`` takes it."""
