-- What is normal for a page is kept compressed: at most 16 kB a watch. Rows that were written before are text, and are read
-- as they are until the next lesson.
CREATE TABLE packed_habit (
    watch INTEGER PRIMARY KEY REFERENCES watch (id) ON DELETE CASCADE,
    body ANY NOT NULL
) STRICT;
INSERT INTO packed_habit (watch, body) SELECT watch, body FROM habit;
DROP TABLE habit;
ALTER TABLE packed_habit RENAME TO habit;
