"""What codes are called that stand in refusals and in lines about records."""

from typing import Final

from paraph.protocol import roles

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
SAID: Final = {
    "rule": RULES,
    "may": roles.DEEDS,
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
