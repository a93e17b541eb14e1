-- Repairs of the record, whoever made them: kept until the operators have been told, and as long as messages after that.
CREATE TABLE repair (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    told INTEGER NOT NULL DEFAULT 0,
    path TEXT NOT NULL,
    line INTEGER,
    what TEXT NOT NULL
) STRICT;

-- They were notes before, which had no age and which nobody read.
DELETE FROM note WHERE name LIKE 'record repaired %';
