"""What codes are called that stand in refusals and in lines about records."""

from typing import Final

N_: Final = str
"""Marks words for the catalogues that are looked up later."""

RULES: Final = {
    "not-instrument": N_("not the instrument"),
    "not-head": N_("not the head of the text"),
    "not-initialled": N_("not initialled"),
    "correction-open": N_("a correction waits"),
    "no-policy": N_("manifest missing"),
    "bracket": N_("brackets"),
    "placeholder": N_("placeholders"),
    "finding": N_("finding of the machine"),
    "open-finding": N_("open finding"),
    "position": N_("position"),
    "unopened": N_("entry not opened"),
    "no-alternat": N_("originals not agreed"),
    "no-powers": N_("full powers missing"),
    "contested": N_("contested statement"),
    "roots-unverified": N_("their keys not compared"),
    "key-unaccepted": N_("a new key of theirs not accepted"),
    "key-misused": N_("a key of theirs misused"),
    "not-read": N_("log not read to its end"),
    "not-final": N_("log not final"),
    "log-time-stalled": N_("log time stands still"),
}
"""What bars a text from being initialled or signed."""
MAY: Final = {
    "open": N_("open a negotiation"),
    "table": N_("table a version"),
    "confirm": N_("confirm a version"),
    "propose": N_("make a proposal"),
    "answer": N_("answer a proposal"),
    "dispatch": N_("send a dispatch"),
    "schedule": N_("announce a conference"),
    "minutes": N_("record outcomes"),
    "comment": N_("comment"),
    "finding": N_("make a finding"),
    "action": N_("set an action"),
    "position": N_("take a position"),
    "silence": N_("open a silence procedure"),
    "recall": N_("recall a statement"),
    "agree": N_("agree for its party"),
    "scrub": N_("confirm the legal scrub"),
    "concordance": N_("confirm the concordance"),
    "clear": N_("release a draft"),
    "initial": N_("initial"),
    "sign": N_("sign"),
    "acknowledge": N_("acknowledge a statement"),
    "acknowledge-automatic": N_("acknowledge as a machine"),
    "sealed": N_("send sealed statements"),
    "charter": N_("found a channel"),
    "manifest": N_("place a manifest"),
    "enrol": N_("enrol a key"),
    "revoke": N_("revoke a key"),
    "suspend": N_("suspend a key"),
    "heartbeat": N_("send a heartbeat"),
    "opened": N_("say that an entry opens"),
    "unopened": N_("say that an entry does not open"),
    "grant": N_("grant an entry"),
    "withdraw": N_("withdraw an entry"),
    "sign-enrolment": N_("sign an enrolment"),
    "sign-revocation": N_("sign a revocation"),
    "sign-suspension": N_("sign a suspension"),
}
"""What a role may do."""
SAID: Final = {
    "rule": RULES,
    "may": MAY,
    "scrub-sort": {"legal": N_("legal"), "concordance": N_("concordance")},
    "powers-to": {
        "initial": N_("to initial"),
        "sign": N_("to sign"),
        "both": N_("to initial and to sign"),
    },
    "settled": {
        "mended": N_("mended"),
        "withdrawn": N_("withdrawn"),
        "harmless": N_("harmless"),
    },
    "needs": {"authority": N_("word of the authority"), "legal": N_("legal review")},
    "event": {},
}
