-- Bodies that an incident keeps besides its first one, and those that a proposal showed before its latest.

CREATE TABLE incident_capture (
    incident TEXT NOT NULL REFERENCES incident (id) ON DELETE CASCADE,
    digest BLOB NOT NULL,
    PRIMARY KEY (incident, digest)
) STRICT, WITHOUT ROWID;
CREATE INDEX incident_capture_digest ON incident_capture (digest);

CREATE TABLE proposal_earlier (
    watch INTEGER NOT NULL REFERENCES proposal (watch) ON DELETE CASCADE,
    digest BLOB NOT NULL,
    PRIMARY KEY (watch, digest)
) STRICT, WITHOUT ROWID;
CREATE INDEX proposal_earlier_digest ON proposal_earlier (digest);
