"""What codes are called on the page of the conclusion."""

from typing import Final

N_: Final = str

CONCLUDING: Final = {
    "effect": {
        "on_signature": N_("with the last signature"),
        "at_instant": N_("at an instant"),
        "on_note": N_("by a note of each side"),
    },
    "change-of-effect": {
        "begins": N_("begins to apply"),
        "suspends": N_("suspended"),
        "resumes": N_("resumed"),
        "ends": N_("ended"),
    },
    "event-noted": {
        "implementation_test": N_("test of the implementation"),
        "publication": N_("publication"),
    },
}
