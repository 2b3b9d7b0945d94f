"""From what is said to what is proven to be in the log: numbers, outbox, attachments."""
