"""The rules both sides follow: messages, signatures, trust, log. No I/O happens here."""
