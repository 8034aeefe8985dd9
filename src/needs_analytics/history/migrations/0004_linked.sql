-- A link for every row that is told one by one; each is chained to the one before it.
CREATE TABLE link (
  link INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  digest TEXT NOT NULL,
  chain TEXT NOT NULL,
  UNIQUE (kind, name)
) STRICT;

-- Runs of which free texts were taken out by this version, with the digests they had been kept with.
CREATE TABLE healed (
  run INTEGER PRIMARY KEY REFERENCES run (run),
  content TEXT NOT NULL,
  chain TEXT NOT NULL
) STRICT;

CREATE TRIGGER link_is_never_changed BEFORE UPDATE ON link BEGIN SELECT RAISE(ABORT, 'a link is never changed'); END;
CREATE TRIGGER link_is_never_deleted BEFORE DELETE ON link BEGIN SELECT RAISE(ABORT, 'a link is never deleted'); END;
CREATE TRIGGER purge_is_never_changed BEFORE UPDATE ON purge BEGIN SELECT RAISE(ABORT, 'a purge is never changed'); END;
CREATE TRIGGER purge_is_never_deleted BEFORE DELETE ON purge BEGIN SELECT RAISE(ABORT, 'a purge is never deleted'); END;
CREATE TRIGGER file_is_never_deleted BEFORE DELETE ON file BEGIN SELECT RAISE(ABORT, 'a file''s digest is never deleted'); END;
