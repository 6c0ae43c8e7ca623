import { storeDefaults } from '@piecework/core/store'

/** Every default and limit of this package; times in milliseconds. */
export const defaults = {
  /** `leaseMs`, `editLeaseMs`, `lostMoments`, `listedJobs`, `listedFindings`, `listedRunning`: as in every store. */
  ...storeDefaults,
  /** How old the moment may become at which an export reads. */
  snapshotAgeMs: 6 * 3_600_000,
  /** How soon a node is begun again that found no room for its job's moment in this process. */
  snapshotWaitMs: 1000,
  /** How often a node tries to read at the moment of its job while others change it, and how long it waits first. */
  momentTries: 10,
  momentPauseMs: 20,

  /** How long a claim or an edit waits for open transactions of the host that hold the same root. */
  rootLockTimeoutMs: 5000,
  /** How long a request waits for open transactions of the host that request a job of the same principal. */
  principalLockTimeoutMs: 5000,
  /** How long the end of a job waits for such requests before it leaves throttled jobs to the sweep. */
  admissionLockTimeoutMs: 1000,
  /** How soon it is looked again whether a lock is free: at first, and at the longest, after twice as long each time. */
  lockPollMs: 5,
  longestLockPollMs: 100,
  /** How long a terminated backend may take to roll back, and how often it is looked. */
  backendExitTimeoutMs: 10_000,
  backendExitPollMs: 20,
  /** How long a cancelled statement may take to end before its connection is closed. */
  statementCancelTimeoutMs: 5000,
  /** How long the server may take to accept a cancel request. */
  cancelRequestTimeoutMs: 2000,
  /** A request whose connection was lost at its COMMIT looks so often for what it has made. */
  lostCommitTries: 5,
  lostCommitPauseMs: 300,
  /** How long it waits for a commit that is under way. */
  lostCommitLockMs: 2000,
  /** How long work may go on after its transaction was aborted. */
  abortGraceMs: 1000,

  /** Ended jobs whose attempts are dropped in another database at the end of one. */
  toldJobs: 100,
  /** Items that one statement carries out: enough to share a commit, few enough that none waits long. */
  batchSize: 64,
  /** Jobs that a process remembers; few run in it at the same time. */
  cachedJobs: 32,
  /** Jobs whose deadline one sweep enforces. */
  expiredPerSweep: 100,

  /** Files of the journal that one statement returns. */
  putFiles: 1000,
  /** Files beside rows that are announced, put and told to the database together. */
  filesAtOnce: 100,
  /** Bytes of the key of a file. */
  fileKeyBytes: 1024,
  /** Keys of missing files that are named. */
  namedFiles: 5,

  /** Rows that a COPY sends at once. */
  wholeCopyBytes: 64 * 1024,
  /** How long what the catalogue said of a piece's tables holds for other resources of the job. */
  catalogueMs: 1000,
  /** Memory for the sorts and hashes of a transaction, in MB, unless the server gives more. */
  workMemMegabytes: 64,
  /** Different ids of a column that an import remembers; a column with more is hashed row by row. */
  cachedIds: 10_000,
  /**
   * Ranges of reserved keys of a table that each statement holds as constants; with more, it looks them up, because each
   * of a job's many nodes would carry them all.
   */
  constantKeyRanges: 256,
  /** Ranges of reserved keys of a table that a process holds. */
  mappedKeyRanges: 65_536,
  /** Of these, stored or copied by one statement. */
  keyRangesPerPage: 10_000,
  /** Numbers by which a sequence is moved past those that travel; further, the host must move it. */
  movedNumbers: 1_000_000,
  /** Stable keys, and values of a column, that a validation remembers as checked; of values, shorter ones only. */
  cachedKeys: 10_000,
  cachedValueCharacters: 100,
  /** A longer document is checked by the server: what is parsed here may take fifty times the memory. */
  parsedJsonCharacters: 2000,
  /** Characters of a database without UTF8 that a process remembers as known or not. */
  knownCharacters: 200_000,
  /** Keys that are references themselves are followed so far, and foreign keys from a table of another piece to its owner. */
  followedKeys: 3,
  followedToOwner: 3,
  /** Shorter keys that are texts are not looked for inside values: a word may be like them. */
  leastSoughtLength: 16,
  /** Keys of a table by which a form of keys is proposed. */
  sampledKeys: 100,
  /** How often documents are looked at again, with the paths declared that were found in them. */
  proposedPaths: 5,
  /** Rows of a table of types of which tables below a root are sought by their names, and of settings in which ids are. */
  proposedTypes: 10_000,
  /** Longer types and settings are passed over. */
  shortValueCharacters: 1000,
  /** Stable keys for which `find` of a shared reference is asked at once. */
  askedKeys: 1000,
  /** Stable keys that none has here, named in one finding with their number of rows; one is cut behind so many characters. */
  namedMissing: 20,
  /** Shared rows that an import reads to look up stable keys by itself; with more, the database does. */
  cachedSharedRows: 10_000,
  /** Different values of a column below which SQL hashes each once, and not once for each row. */
  fewDistinctValues: 100_000,
  /** Rows of a foreign table that are asked for at once, in one array. */
  foreignRowsAtOnce: 20_000,
  /** Parts of an export that are planned at first, and how many times as many there are after each further step. */
  firstParts: 2,
  partsGrowth: 4,
  /** How often what is taken is decided anew, because another transaction took it in the same moment. */
  uniqueRaces: 10,
  /** Of the values that are taken, told one by one with what took their place; of each, in characters. */
  settledExamples: 5,
  shownValueCharacters: 60,
  /** Kept with the job at once. */
  replacedValues: 1000,
  /** Of the suffix of a value that is taken: two hexadecimal digits each. */
  suffixBytes: 4,
  /** Passes over the rows of a table that refer to each other, until no dangling reference is left. */
  danglingPasses: 100,
  /** Findings of one entry, and of one column of it with the same code. */
  listedPerEntry: 1000,
  listedPerColumn: 5,
  /** Values of one column, or rows, that a validation asks the database about at once, and their bytes. */
  valuesAsked: 2000,
  valueBytesAsked: 4 * 1024 * 1024,
  /** Values of one column, or rows of one table, that the database refuses before it is asked about no more. */
  refusedPerColumn: 100,
  /**
   * Bytes that the values of an entry may gain in the database, and how many times the entry's size if that is
   * more: as an archive's entries may inflate. The gain of one value that is counted.
   */
  freeGrowthBytes: 64 * 1024 * 1024,
  entryGrowth: 100,
  toldGrowthBytes: 500,
  /** Keys of a file that may come twice, which its second reading looks for. */
  suspectedKeys: 10_000,
  suspectedKeyCharacters: 10_000,
  /** Memory by which keys that may come twice are found, of one unique key of a table. */
  keyFilterBytes: 16 * 1024 * 1024,
  /** Missing external rows of one entry: one report should name all that must be added. */
  listedMissing: 500,
  /** Rows of a table, and characters in all values of a column, in which `checkTables` looks for ids. */
  sampledRows: 200,
  /** Rows of a table in which `checkTables` looks for those that no piece takes, or that lead to what is filled later. */
  rowsApart: 10_000,
  sampledCharacters: 4_000_000,
  /** Places in the values of a column, and ids at each, that it asks the tables for. */
  sampledPlaces: 100,
  sampledIds: 20,
  /** Rows of a table that are summarized apart from each other, for what triggers change; more rows share the buckets. */
  summaryBuckets: 4096,
  /** Columns of a file that a comparison loads as columns; a row of the database has no room for many more. */
  comparedApart: 250,
  /** A comparison takes longer rows by their digest. */
  comparedBytes: 128,
  /** Rows that a comparison shows as examples. */
  comparedSamples: 10,
} as const
