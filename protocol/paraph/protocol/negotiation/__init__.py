"""The rules of a negotiation, which both sides must compute alike: text, marks, fold (SPEC 7)."""
