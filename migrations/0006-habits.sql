-- What is normal for a page, one bounded row a watch; and what people said of it, which checks never write.
CREATE TABLE habit (
    watch INTEGER PRIMARY KEY REFERENCES watch (id) ON DELETE CASCADE,
    body TEXT NOT NULL
) STRICT;

CREATE TABLE habit_mark (
    target TEXT NOT NULL,
    habit BLOB NOT NULL,                  -- digest of its topic
    body TEXT NOT NULL,
    PRIMARY KEY (target, habit)
) STRICT, WITHOUT ROWID;
