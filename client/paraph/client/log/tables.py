"""The tables of a channel's folder; what writes and reads them is in paraph.client.log.store."""

from typing import Final

SCHEMA_VERSION: Final = 1

SCHEMA: Final = """
CREATE TABLE channel (id BLOB NOT NULL PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE entries (
    idx INTEGER PRIMARY KEY, id BLOB NOT NULL, void TEXT NOT NULL, log_time INTEGER NOT NULL,
    envelope BLOB NOT NULL);
CREATE TABLE notes (
    id BLOB NOT NULL PRIMARY KEY, size INTEGER NOT NULL, note BLOB NOT NULL,
    cosigned TEXT NOT NULL, named INTEGER NOT NULL);
CREATE INDEX notes_by_size ON notes (size);
CREATE INDEX notes_cosigned ON notes (size) WHERE cosigned <> '';
CREATE INDEX notes_passing ON notes (size) WHERE named = 0 AND cosigned = '';
CREATE TABLE bodies (digest BLOB NOT NULL PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE wanted (
    idx INTEGER NOT NULL, digest BLOB NOT NULL, size INTEGER NOT NULL, kind TEXT NOT NULL,
    PRIMARY KEY (idx, digest)) WITHOUT ROWID;
CREATE INDEX wanted_by_digest ON wanted (digest);
CREATE TABLE alarms (
    number INTEGER PRIMARY KEY, name TEXT NOT NULL, idx INTEGER NOT NULL, detail TEXT NOT NULL,
    UNIQUE (name, idx, detail));
CREATE TABLE outbox (
    number INTEGER PRIMARY KEY, key BLOB NOT NULL, sequence INTEGER NOT NULL, id BLOB NOT NULL,
    envelope BLOB NOT NULL, body BLOB NOT NULL, exclusive INTEGER NOT NULL, tag TEXT NOT NULL,
    state TEXT NOT NULL, idx INTEGER NOT NULL, proof BLOB NOT NULL, reason TEXT NOT NULL);
CREATE UNIQUE INDEX outbox_by_number ON outbox (key, sequence) WHERE state <> 'unplaceable';
CREATE UNIQUE INDEX outbox_by_id ON outbox (id);
CREATE UNIQUE INDEX outbox_by_tag ON outbox (key, tag) WHERE tag <> '' AND state <> 'unplaceable';
CREATE INDEX outbox_pending ON outbox (key, sequence) WHERE state IN ('signed', 'unknown');
"""
