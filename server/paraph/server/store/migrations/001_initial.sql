-- The relay's first schema. Every key of a channel's rows begins with the channel.

CREATE TABLE schema_version (version INTEGER NOT NULL) STRICT;

-- One row a channel; `size` is what a commit compares and swaps.
CREATE TABLE channels (
    channel BLOB NOT NULL PRIMARY KEY CHECK (length(channel) = 32),
    size INTEGER NOT NULL CHECK (size > 0),
    root BLOB NOT NULL CHECK (length(root) = 32)
) STRICT;

-- The log. The envelope is the leaf: the first one placed of its statement.
CREATE TABLE entries (
    channel BLOB NOT NULL,
    idx INTEGER NOT NULL CHECK (idx >= 0),
    envelope BLOB NOT NULL CHECK (length(envelope) <= 65535),
    id BLOB NOT NULL CHECK (length(id) = 32),
    sender BLOB NOT NULL CHECK (length(sender) = 32),
    sequence INTEGER NOT NULL CHECK (sequence > 0),
    UNIQUE (channel, idx)
) STRICT;
CREATE UNIQUE INDEX entries_by_id ON entries (channel, id);
CREATE UNIQUE INDEX entries_by_sequence ON entries (channel, sender, sequence);

-- Sealed bodies, placed in the transaction of the entry that names them.
CREATE TABLE bodies (
    channel BLOB NOT NULL,
    digest BLOB NOT NULL CHECK (length(digest) = 32),
    idx INTEGER NOT NULL,
    data BLOB NOT NULL,
    UNIQUE (channel, digest)
) STRICT;
CREATE INDEX bodies_by_index ON bodies (channel, idx);

-- Attachments are files; a row says that a placed statement names one.
CREATE TABLE attachments (
    channel BLOB NOT NULL,
    digest BLOB NOT NULL CHECK (length(digest) = 32),
    idx INTEGER NOT NULL,
    size INTEGER NOT NULL,
    UNIQUE (channel, digest)
) STRICT;

-- The journal: every note that was ever published, in order.
CREATE TABLE notes (
    channel BLOB NOT NULL,
    seq INTEGER NOT NULL CHECK (seq > 0),
    size INTEGER NOT NULL,
    id BLOB NOT NULL CHECK (length(id) = 32),
    note BLOB NOT NULL,
    UNIQUE (channel, seq)
) STRICT;
CREATE UNIQUE INDEX notes_by_id ON notes (channel, id);
CREATE INDEX notes_by_size ON notes (channel, size);

-- Two envelopes of one key under one number: kept for both parties.
CREATE TABLE conflicts (
    channel BLOB NOT NULL,
    sender BLOB NOT NULL,
    sequence INTEGER NOT NULL,
    placed BLOB NOT NULL,
    refused BLOB NOT NULL,
    UNIQUE (channel, sender, sequence)
) STRICT;

-- Enrolment codes by their digest, and the root set that each admitted.
CREATE TABLE codes (
    code BLOB NOT NULL PRIMARY KEY CHECK (length(code) = 32),
    label TEXT NOT NULL,
    root_set BLOB CHECK (root_set IS NULL OR length(root_set) = 32)
) STRICT;
CREATE INDEX codes_by_root_set ON codes (root_set);

-- One row, written and read back to see whether the disk still takes anything.
CREATE TABLE probe (one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1), value BLOB NOT NULL) STRICT;

-- What was written is not written over.
CREATE TRIGGER entries_stay BEFORE UPDATE ON entries
BEGIN SELECT RAISE(ABORT, 'an entry is never changed'); END;
CREATE TRIGGER entries_remain BEFORE DELETE ON entries
BEGIN SELECT RAISE(ABORT, 'an entry is never removed'); END;
CREATE TRIGGER notes_stay BEFORE UPDATE ON notes
BEGIN SELECT RAISE(ABORT, 'a note is never changed'); END;
CREATE TRIGGER notes_remain BEFORE DELETE ON notes
BEGIN SELECT RAISE(ABORT, 'a note is never removed'); END;
