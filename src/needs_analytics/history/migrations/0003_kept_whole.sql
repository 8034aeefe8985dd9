-- What was printed of a month, what it was made of, which files hold it; every column of needs list and gap report.
ALTER TABLE estimate ADD COLUMN persons_low REAL;
ALTER TABLE estimate ADD COLUMN persons_high REAL;
ALTER TABLE estimate ADD COLUMN direct_share REAL;
ALTER TABLE estimate ADD COLUMN direct_se REAL;
ALTER TABLE estimate ADD COLUMN coverage REAL;
ALTER TABLE estimate ADD COLUMN urgency REAL;
ALTER TABLE estimate ADD COLUMN rank REAL;
ALTER TABLE estimate ADD COLUMN rank_low REAL;
ALTER TABLE estimate ADD COLUMN rank_high REAL;
ALTER TABLE estimate ADD COLUMN tier TEXT NOT NULL DEFAULT '';
ALTER TABLE estimate ADD COLUMN change TEXT NOT NULL DEFAULT '';
ALTER TABLE estimate ADD COLUMN change_diff REAL;
ALTER TABLE estimate ADD COLUMN change_low REAL;
ALTER TABLE estimate ADD COLUMN change_high REAL;
ALTER TABLE estimate ADD COLUMN n_before REAL;
ALTER TABLE estimate ADD COLUMN n_yes_before REAL;
ALTER TABLE estimate ADD COLUMN flag_before TEXT NOT NULL DEFAULT '';
ALTER TABLE estimate ADD COLUMN flag_reason TEXT NOT NULL DEFAULT '';
ALTER TABLE estimate ADD COLUMN resolution_path TEXT NOT NULL DEFAULT '';
ALTER TABLE estimate ADD COLUMN shown TEXT NOT NULL DEFAULT '';

ALTER TABLE gap ADD COLUMN p_short REAL;
ALTER TABLE gap ADD COLUMN gap_rate REAL;
ALTER TABLE gap ADD COLUMN capacity_persons REAL;
ALTER TABLE gap ADD COLUMN used_persons REAL;
ALTER TABLE gap ADD COLUMN quadrant TEXT NOT NULL DEFAULT '';
ALTER TABLE gap ADD COLUMN quadrant_probability REAL;
ALTER TABLE gap ADD COLUMN n REAL;
ALTER TABLE gap ADD COLUMN answers REAL;
ALTER TABLE gap ADD COLUMN population REAL;
ALTER TABLE gap ADD COLUMN flag TEXT NOT NULL DEFAULT '';
ALTER TABLE gap ADD COLUMN flag_reason TEXT NOT NULL DEFAULT '';
ALTER TABLE gap ADD COLUMN shown TEXT NOT NULL DEFAULT '';

ALTER TABLE run ADD COLUMN content TEXT NOT NULL DEFAULT '';
ALTER TABLE run ADD COLUMN program TEXT NOT NULL DEFAULT '';

-- Files that were issued, relative to the workspace where they stand in it; the latest row of a path speaks for it.
CREATE TABLE file (
  file INTEGER PRIMARY KEY,
  run INTEGER NOT NULL REFERENCES run (run),
  path TEXT NOT NULL,
  digest TEXT NOT NULL
) STRICT;

-- The report's tables as they were printed, as JSON.
CREATE TABLE publication (
  run INTEGER NOT NULL REFERENCES run (run),
  language TEXT NOT NULL,
  digest TEXT NOT NULL,
  tables TEXT NOT NULL,
  PRIMARY KEY (run, language)
) STRICT, WITHOUT ROWID;

CREATE TABLE segment (
  run INTEGER NOT NULL REFERENCES run (run),
  segment TEXT NOT NULL,
  name TEXT NOT NULL,
  name_en TEXT NOT NULL,
  n REAL,
  share REAL,
  share_low REAL,
  share_high REAL,
  persons REAL,
  jaccard REAL,
  published REAL,
  PRIMARY KEY (run, segment)
) STRICT, WITHOUT ROWID;

-- The fitted segments as JSON: quantiles and options of questions, centres of segments; no respondent.
CREATE TABLE segment_model (
  run INTEGER PRIMARY KEY REFERENCES run (run),
  model TEXT NOT NULL
) STRICT;

-- Runs whose details were erased on the office's order; their line in the chain stays.
CREATE TABLE purge (
  run INTEGER PRIMARY KEY REFERENCES run (run),
  reason TEXT NOT NULL
) STRICT;

CREATE TABLE migration (
  number INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  program TEXT NOT NULL
) STRICT;

CREATE INDEX file_by_path ON file (path, file);

CREATE TRIGGER run_is_never_changed BEFORE UPDATE ON run BEGIN SELECT RAISE(ABORT, 'a run is never changed'); END;
CREATE TRIGGER run_is_never_deleted BEFORE DELETE ON run BEGIN SELECT RAISE(ABORT, 'a run is never deleted'); END;
CREATE TRIGGER estimate_is_never_changed BEFORE UPDATE ON estimate BEGIN SELECT RAISE(ABORT, 'a result is never changed'); END;
CREATE TRIGGER gap_is_never_changed BEFORE UPDATE ON gap BEGIN SELECT RAISE(ABORT, 'a result is never changed'); END;
CREATE TRIGGER usage_count_is_never_changed BEFORE UPDATE ON usage_count BEGIN SELECT RAISE(ABORT, 'a count is never changed'); END;
CREATE TRIGGER file_is_never_changed BEFORE UPDATE ON file BEGIN SELECT RAISE(ABORT, 'a file''s digest is never changed'); END;
