-- One run is one revision of a month; nothing is ever changed or deleted by a run.
CREATE TABLE run (
  run INTEGER PRIMARY KEY,
  month TEXT NOT NULL,
  revision INTEGER NOT NULL,
  digest TEXT NOT NULL,
  chain TEXT NOT NULL,
  record TEXT NOT NULL,
  UNIQUE (month, revision)
) STRICT;

CREATE TABLE estimate (
  run INTEGER NOT NULL REFERENCES run (run),
  need TEXT NOT NULL,
  community TEXT NOT NULL,
  grid TEXT NOT NULL,
  segment TEXT NOT NULL,
  "group" TEXT NOT NULL,
  n REAL,
  n_yes REAL,
  n_eff REAL,
  share REAL,
  share_se REAL,
  share_low REAL,
  share_high REAL,
  population REAL,
  persons REAL,
  method TEXT NOT NULL,
  flag TEXT NOT NULL,
  PRIMARY KEY (run, need, community, grid, segment, "group")
) STRICT, WITHOUT ROWID;

CREATE TABLE gap (
  run INTEGER NOT NULL REFERENCES run (run),
  need TEXT NOT NULL,
  community TEXT NOT NULL,
  grid TEXT NOT NULL,
  segment TEXT NOT NULL,
  demand REAL,
  met REAL,
  no_service REAL,
  not_eligible REAL,
  too_far REAL,
  "full" REAL,
  not_taken_up REAL,
  dissatisfied REAL,
  unknown_use REAL,
  used_other REAL,
  gap REAL,
  gap_low REAL,
  gap_high REAL,
  cause TEXT NOT NULL,
  PRIMARY KEY (run, need, community, grid, segment)
) STRICT, WITHOUT ROWID;

CREATE TABLE usage_count (
  run INTEGER NOT NULL REFERENCES run (run),
  month TEXT NOT NULL,
  service TEXT NOT NULL,
  site TEXT NOT NULL,
  count REAL,
  PRIMARY KEY (run, month, service, site)
) STRICT, WITHOUT ROWID;

CREATE TABLE question (
  run INTEGER NOT NULL REFERENCES run (run),
  office TEXT NOT NULL,
  question TEXT NOT NULL,
  wording TEXT NOT NULL,
  kind TEXT NOT NULL,
  sense TEXT NOT NULL,
  unit TEXT NOT NULL,
  blank TEXT NOT NULL,
  option TEXT NOT NULL,
  need TEXT NOT NULL
) STRICT;
