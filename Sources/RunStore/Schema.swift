internal import GRDB

/// The tables. A migration that has been in a release is never changed: another one is added.
enum Schema {
  /// Marks the file as one of ours: `bASI`.
  static let applicationID = 0x6241_5349

  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1: runs, problems, candidates, verdicts, events") { db in
      try db.execute(sql: "PRAGMA application_id = \(applicationID)")
      try db.execute(sql: first)
    }
    return migrator
  }

  // Texts are BLOBs: a model may well write a NUL, at which SQLite's functions for text, and GRDB, would end it. Times are
  // microseconds since 1970. The numbers of runs are never used again, since a lock's place goes by them.
  //
  // Every foreign key has an index on its columns, without which each deleted row would cost a scan of the other table.
  private static let first = """
    CREATE TABLE texts (
      number INTEGER PRIMARY KEY,
      hash INTEGER NOT NULL,
      content BLOB NOT NULL
    ) STRICT;
    CREATE INDEX texts_hash ON texts (hash);

    CREATE TABLE runs (
      number INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL UNIQUE,
      name TEXT,
      kind TEXT NOT NULL,
      created INTEGER NOT NULL,
      finished INTEGER,
      state TEXT NOT NULL,
      configuration TEXT NOT NULL,
      model TEXT NOT NULL,
      strategy TEXT NOT NULL,
      device TEXT NOT NULL,
      gpu TEXT NOT NULL,
      seed INTEGER NOT NULL,
      budget_seconds REAL,
      level INTEGER,
      driver_process INTEGER,
      driver_host TEXT,
      driver_since INTEGER
    ) STRICT;

    CREATE TABLE problems (
      number INTEGER PRIMARY KEY,
      run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
      id TEXT NOT NULL,
      position INTEGER NOT NULL,
      name TEXT NOT NULL,
      family TEXT NOT NULL,
      reference INTEGER NOT NULL REFERENCES texts,
      state TEXT NOT NULL,
      notice BLOB,
      seconds_spent REAL NOT NULL,
      spending TEXT NOT NULL,
      best INTEGER,
      UNIQUE (run, id),
      UNIQUE (run, position),
      FOREIGN KEY (number, best) REFERENCES candidates (problem, ordinal)
    ) STRICT;
    CREATE INDEX problems_reference ON problems (reference);

    CREATE TABLE candidates (
      problem INTEGER NOT NULL REFERENCES problems ON DELETE CASCADE,
      ordinal INTEGER NOT NULL CHECK (ordinal >= 0),
      parent INTEGER,
      edge TEXT NOT NULL,
      prompt INTEGER NOT NULL REFERENCES texts,
      answer INTEGER NOT NULL REFERENCES texts,
      source INTEGER REFERENCES texts,
      source_hash TEXT,
      kernel_hash TEXT,
      model TEXT NOT NULL,
      seed INTEGER,
      prompt_tokens INTEGER NOT NULL,
      cached_tokens INTEGER NOT NULL,
      completion_tokens INTEGER NOT NULL,
      cost REAL,
      generation_seconds REAL NOT NULL,
      created INTEGER NOT NULL,
      problem_seconds REAL,
      details TEXT NOT NULL,
      state TEXT NOT NULL,
      original INTEGER,
      reason BLOB,
      settlement INTEGER,
      PRIMARY KEY (problem, ordinal),
      FOREIGN KEY (problem, parent) REFERENCES candidates (problem, ordinal),
      FOREIGN KEY (problem, original) REFERENCES candidates (problem, ordinal),
      CHECK ((state = 'duplicate') = (original IS NOT NULL))
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX candidates_parent ON candidates (problem, parent);
    CREATE INDEX candidates_original ON candidates (problem, original);
    CREATE INDEX candidates_settlement ON candidates (problem, settlement);
    CREATE INDEX candidates_prompt ON candidates (prompt);
    CREATE INDEX candidates_answer ON candidates (answer);
    CREATE INDEX candidates_source ON candidates (source);
    CREATE INDEX candidates_waiting ON candidates (problem, ordinal) WHERE state = 'generated';

    CREATE TABLE verdicts (
      problem INTEGER NOT NULL,
      ordinal INTEGER NOT NULL,
      is_final INTEGER NOT NULL,
      verdict TEXT NOT NULL,
      reason BLOB NOT NULL,
      check_seconds REAL NOT NULL,
      runtime_ms REAL,
      reference_ms REAL,
      compiled_ms REAL,
      estimate_ms REAL,
      ratio REAL,
      ratio_low REAL,
      ratio_high REAL,
      judged INTEGER NOT NULL,
      problem_seconds REAL,
      judgement BLOB NOT NULL,
      PRIMARY KEY (problem, ordinal, is_final),
      FOREIGN KEY (problem, ordinal) REFERENCES candidates (problem, ordinal) ON DELETE CASCADE
    ) STRICT;

    CREATE TABLE events (
      number INTEGER PRIMARY KEY,
      run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
      problem INTEGER REFERENCES problems ON DELETE CASCADE,
      at INTEGER NOT NULL,
      kind TEXT NOT NULL,
      detail TEXT NOT NULL
    ) STRICT;
    CREATE INDEX events_run ON events (run, number);
    CREATE INDEX events_problem ON events (problem);
    """
}
