-- What a page was judged under, and what it loads: with what was said of it last, and the digests of the bytes that a followed state keeps.
-- Those of proposals and captures stand beside their bodies in proposal_earlier and incident_capture.
ALTER TABLE memory ADD COLUMN terms BLOB;
ALTER TABLE memory ADD COLUMN resources TEXT;

CREATE TABLE followed_resource (
    watch INTEGER NOT NULL REFERENCES watch (id) ON DELETE CASCADE,
    digest BLOB NOT NULL,
    PRIMARY KEY (watch, digest)
) STRICT, WITHOUT ROWID;
CREATE INDEX followed_resource_digest ON followed_resource (digest);
