-- The working memory. Times are integers: microseconds since 1970-01-01T00:00:00Z. Digests are BLOBs of 32 bytes, ids
-- are text, structured things are JSON text. Small enumerations are integers, named in src/store/sqlite/column.rs.

-- The registry as `targets.toml` has it; each body is compared as text to see whether anything changed.
CREATE TABLE organisation (
    id TEXT PRIMARY KEY,
    body TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE target (
    id TEXT PRIMARY KEY,
    body TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- One target as one persona: its schedule, and what every check reads and writes. What only changed pages need stands
-- in `memory`, so that these rows stay small.
CREATE TABLE watch (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    target TEXT NOT NULL,
    persona INTEGER NOT NULL,
    host TEXT NOT NULL,
    interval INTEGER NOT NULL,            -- microseconds
    enabled INTEGER NOT NULL,             -- 1 enabled, 0 disabled, -1 no longer registered
    counted_from INTEGER NOT NULL,        -- its coverage counts from here: enabled, or the interval changed
    next_due INTEGER NOT NULL,
    begun INTEGER,                        -- when its check began; NULL when none is in flight
    owner INTEGER,                        -- the opened store that began it
    alone INTEGER,                        -- of a check whose process died: nothing else was in flight; NULL before that
    again INTEGER NOT NULL DEFAULT 0,     -- due at once after the check in flight, which knows the old state only
    deaths INTEGER NOT NULL DEFAULT 0,    -- deaths of the process in a row while its check was in flight
    aside INTEGER NOT NULL DEFAULT 0,     -- in quarantine
    sequence INTEGER NOT NULL DEFAULT 0,  -- number of its latest observation
    latest INTEGER,                       -- its latest observation
    fingerprint BLOB,
    state BLOB,
    etag TEXT,
    modified TEXT,
    since_full INTEGER NOT NULL DEFAULT 0,
    unseen_since INTEGER,
    unseen_count INTEGER NOT NULL DEFAULT 0,
    compared_at INTEGER,
    revision INTEGER NOT NULL DEFAULT 0,  -- of its baseline
    approval_ends INTEGER,                -- when the first of its approved states expires
    UNIQUE (target, persona)
) STRICT;
CREATE INDEX watch_due ON watch (next_due, host) WHERE enabled = 1 AND begun IS NULL AND aside = 0;
CREATE INDEX watch_begun ON watch (host) WHERE begun IS NOT NULL;

CREATE TABLE memory (
    watch INTEGER PRIMARY KEY REFERENCES watch (id) ON DELETE CASCADE,
    judgement TEXT,
    findings TEXT,
    followed TEXT,
    followed_body BLOB
) STRICT;
CREATE INDEX memory_body ON memory (followed_body) WHERE followed_body IS NOT NULL;

CREATE TABLE proposal (
    watch INTEGER PRIMARY KEY REFERENCES watch (id) ON DELETE CASCADE,
    since INTEGER NOT NULL,
    proposed_body BLOB NOT NULL,
    body TEXT NOT NULL
) STRICT;
CREATE INDEX proposal_body ON proposal (proposed_body);

-- Appended only, so that a group of checks writes few pages; `before` links the observations of one watch, newest first.
CREATE TABLE observation (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    watch INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    before INTEGER,
    at INTEGER NOT NULL,
    verdict INTEGER NOT NULL,
    unseen TEXT,
    detail TEXT,
    status INTEGER,
    bytes INTEGER NOT NULL,
    sha256 BLOB,
    state BLOB,
    compared INTEGER NOT NULL,
    ms REAL NOT NULL,
    findings TEXT
) STRICT;

-- Checks and comparisons of each full hour (hours since 1970).
CREATE TABLE coverage (
    hour INTEGER NOT NULL,
    watch INTEGER NOT NULL,
    checks INTEGER NOT NULL,
    compared INTEGER NOT NULL,
    PRIMARY KEY (hour, watch)
) STRICT, WITHOUT ROWID;

CREATE TABLE incident (
    id TEXT PRIMARY KEY,
    target TEXT NOT NULL,
    persona INTEGER NOT NULL,
    state INTEGER NOT NULL,
    opened INTEGER NOT NULL,
    ended INTEGER,
    escalate_at INTEGER,
    evidence BLOB,
    body TEXT NOT NULL
) STRICT;
CREATE INDEX incident_open ON incident (target, persona) WHERE state < 2;
CREATE INDEX incident_opened ON incident (opened);
CREATE INDEX incident_escalate ON incident (escalate_at) WHERE state = 0 AND escalate_at IS NOT NULL;
CREATE INDEX incident_ended ON incident (ended) WHERE state = 2;
CREATE INDEX incident_evidence ON incident (evidence) WHERE evidence IS NOT NULL;

-- Followed, proposed and captured bodies, compressed. Approved ones lie in the record.
CREATE TABLE body (
    id INTEGER PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE,
    data BLOB NOT NULL
) STRICT;

-- The record's lines, with the hash of each, and the head of each chain.
CREATE TABLE approval (
    id INTEGER PRIMARY KEY,
    organisation TEXT NOT NULL,
    target TEXT NOT NULL,
    number INTEGER NOT NULL,
    persona INTEGER NOT NULL,
    at INTEGER NOT NULL,
    state BLOB NOT NULL,
    special TEXT,
    expires INTEGER NOT NULL,
    active INTEGER NOT NULL,              -- its state is in the baseline
    hash BLOB NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (organisation, target, number)
) STRICT;
CREATE INDEX approval_target ON approval (target, persona, active);

CREATE TABLE chain (
    organisation TEXT NOT NULL,
    target TEXT NOT NULL,
    count INTEGER NOT NULL,
    hash BLOB NOT NULL,
    length INTEGER NOT NULL,              -- bytes of the file
    PRIMARY KEY (organisation, target)
) STRICT, WITHOUT ROWID;

CREATE TABLE silence (
    id TEXT PRIMARY KEY,
    until INTEGER NOT NULL,
    body TEXT NOT NULL
) STRICT;

CREATE TABLE plan (
    id TEXT PRIMARY KEY,
    until INTEGER NOT NULL,
    body TEXT NOT NULL
) STRICT;

CREATE TABLE message (
    id TEXT PRIMARY KEY,
    receiver TEXT NOT NULL,
    message_id TEXT NOT NULL,
    at INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    next_attempt INTEGER,                 -- NULL once sent or given up
    last_error TEXT,
    sent INTEGER,
    given_up INTEGER,
    body TEXT NOT NULL
) STRICT;
CREATE INDEX message_waiting ON message (next_attempt, receiver, at) WHERE next_attempt IS NOT NULL;
CREATE INDEX message_sent ON message (sent) WHERE sent IS NOT NULL;
CREATE INDEX message_at ON message (at);
CREATE INDEX message_given_up ON message (given_up) WHERE given_up IS NOT NULL;

CREATE TABLE message_incident (
    incident TEXT NOT NULL,
    message TEXT NOT NULL REFERENCES message (id) ON DELETE CASCADE,
    PRIMARY KEY (incident, message)
) STRICT, WITHOUT ROWID;
CREATE INDEX message_incident_message ON message_incident (message);

CREATE TABLE notice (
    id TEXT PRIMARY KEY,
    at INTEGER NOT NULL,
    not_before INTEGER NOT NULL,
    incident TEXT,
    message TEXT REFERENCES message (id) ON DELETE CASCADE,
    body TEXT NOT NULL
) STRICT;
CREATE INDEX notice_waiting ON notice (not_before, at) WHERE message IS NULL;
CREATE INDEX notice_message ON notice (message) WHERE message IS NOT NULL;

CREATE TABLE note (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
