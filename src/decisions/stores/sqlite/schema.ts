/** The tables of the SQLite store. */

/** Kept in `user_version`: a file of another version is refused, not guessed at. */
export const schemaVersion = 1;

/**
 * `entries` is append-only: a written row is never updated. `position` is the order of arrival. Only what the writer itself must find again has a
 * column and an index here; `time` (milliseconds since the epoch) and `decision_id` grow with the position, so their indexes are cheap to keep. What answers
 * questions is derived from `event` (query/).
 */
export const schema = `
CREATE TABLE IF NOT EXISTS entries (
  position INTEGER PRIMARY KEY,
  writer INTEGER NOT NULL REFERENCES writers (id),
  seq INTEGER NOT NULL,
  time INTEGER NOT NULL,
  kind TEXT NOT NULL,
  decision_id TEXT,
  retry_of TEXT,
  event TEXT NOT NULL,
  record_hash BLOB NOT NULL,
  latency_micros INTEGER NOT NULL,
  prev BLOB NOT NULL,
  hash BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS entries_chain ON entries (writer, seq);
CREATE INDEX IF NOT EXISTS entries_time ON entries (time);
CREATE INDEX IF NOT EXISTS entries_decision ON entries (decision_id) WHERE decision_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS entries_retry ON entries (retry_of) WHERE retry_of IS NOT NULL;

CREATE TABLE IF NOT EXISTS writers (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE IF NOT EXISTS checkpoints (
  key_id TEXT NOT NULL,
  replica TEXT NOT NULL,
  number INTEGER NOT NULL,
  writer TEXT NOT NULL,
  from_seq INTEGER NOT NULL,
  to_seq INTEGER NOT NULL,
  first_prev TEXT NOT NULL,
  last_hash TEXT NOT NULL,
  root TEXT NOT NULL,
  time TEXT NOT NULL,
  previous TEXT NOT NULL,
  signature TEXT NOT NULL,
  dropped INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (key_id, replica, number)
) STRICT;
CREATE INDEX IF NOT EXISTS checkpoints_time ON checkpoints (time) WHERE dropped = 0;

CREATE TABLE IF NOT EXISTS spooled (
  segment TEXT PRIMARY KEY,
  through INTEGER NOT NULL
) STRICT;
`;
