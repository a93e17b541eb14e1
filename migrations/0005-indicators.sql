-- Indicators of compromise, by the source they were imported from.
CREATE TABLE indicator_source (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    imported INTEGER NOT NULL,
    count INTEGER NOT NULL
) STRICT;

CREATE TABLE indicator (
    source INTEGER NOT NULL REFERENCES indicator_source (id) ON DELETE CASCADE,
    kind INTEGER NOT NULL,
    value TEXT NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER,
    note TEXT NOT NULL,
    PRIMARY KEY (source, kind, value)
) STRICT, WITHOUT ROWID;
