import type { ArchiveLimits } from './archive/limits.js'

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour
const kibibyte = 1024
const mebibyte = 1024 ** 2
const gibibyte = 1024 ** 3

/** Defaults of the options of `createPiecework`. Times in ms. */
export const defaults = {
  /** Attempts of a node, the first one included: two automatic retries. */
  maxAttempts: 3,
  concurrentJobs: 100,
  backoffMs: 500,
  deliveryAttempts: 5,
  deliveryTimeoutMs: day,
  graceMs: 5 * second,
  heartbeatMs: 500,
  sweepMs: 2 * second,
  resubmitAfterMs: minute,
  draftTtlMs: 7 * day,
  archiveTtlMs: 7 * day,
  retryTtlMs: day,
  orphanSweepMs: hour,
  recordTtlMs: 365 * day,
  uploadTtlMs: day,
  artifactTimeoutMs: 5 * minute,
} as const

/** Defaults of the option `limits`: what an archive may cost. Bytes unless said otherwise. */
export const defaultLimits: ArchiveLimits = {
  archiveBytes: 64 * gibibyte,
  entries: 250_000,
  manifestBytes: 64 * mebibyte,
  entryBytes: 64 * gibibyte,
  totalBytes: 256 * gibibyte,
  entryRatio: 250,
  totalRatio: 100,
  ratioFreeBytes: 64 * mebibyte,
  pathLength: 512,
  recordBytes: 500 * mebibyte,
}

/** Share of a limit from which on an import is warned of it. */
export const nearLimitShare = 0.9

/** Of downloads. */
export const downloadDefaults = {
  /** How long a link that has expired is told to have done so, before it is forgotten. */
  linkToldMs: 30 * day,
  /** Bytes that are counted at once, before they go out. */
  meteredBytes: mebibyte,
  /** Minutes without anything left that a download waits for before it is cut. */
  longestWaitMinutes: 5,
  /** In ms: those that wait for a minute do not come all at once. */
  waitSpreadMs: 2000,
} as const

/** Defaults of stores. Times in ms. */
export const storeDefaults = {
  /** So many in a row that the principal of a list may not see are its end. */
  unseenJobs: 10_000,
  /** An attempt that has not reported for so long is taken over. */
  leaseMs: 30 * second,
  editLeaseMs: 30 * second,
  /** Moments that an export may lose, with what was read at them, before it fails. */
  lostMoments: 2,
  /** Jobs that `Jobs.list` returns. */
  listedJobs: 100,
  /** Findings that `Reports.findings` returns. */
  listedFindings: 1000,
  /** Nodes that run which `Reports.summary` lists. */
  listedRunning: 100,
  /** Entries that `Records.list` returns. */
  listedRecords: 100,
  /** Links that `Links.list` returns. */
  listedLinks: 100,
  /** Readings that `Meters.list` returns. */
  listedReadings: 100,
  /** Entries of what was refused or failed that one principal gets in a minute. */
  refusedPerMinute: 60,
} as const

/** How many findings are kept. */
export const findingDefaults = {
  /** Listed of one kind by a `FindingCollector`. */
  listedPerKind: 100,
  /** Of these, warnings that differ in more than their file, of a collector of findings `acrossFiles`. */
  listedAcrossFiles: 3,
  /** Of a message, or of a hint, in the sentence about what to do first. */
  repeatedCharacters: 400,
  /** Of one severity, of one piece, in one attempt. */
  keptPerAttempt: 1000,
  /** Read of one node that is taken over by a retry: more than an attempt leaves. */
  readPerNode: 10_000,
  /** Read for the results of a validation: more than all pieces of a format leave. */
  readPerValidation: 100_000,
} as const

/** What is held in memory of one entry, in bytes. */
export const entryDefaults = {
  /** A document read by `Entries.json`; its objects, arrays, members and items; their nesting. */
  jsonBytes: 64 * mebibyte,
  jsonValues: 100_000,
  jsonDepth: 100,
  /** All that `memo` remembers. */
  memoBytes: 16 * mebibyte,
  /** A CSV header, and its columns: a table of PostgreSQL has 1600, and each may bring stable keys. */
  headerBytes: mebibyte,
  columns: 5000,
  /** Of a batch of rows: a host may spread one into the arguments of a call. */
  batchRows: 10_000,
  /** Of a batch of rows: what is made of them takes some milliseconds. */
  batchFields: 20_000,
  /** A CSV record of an entry that does not state a longer one. */
  recordBytes: 256 * mebibyte,
  /** What is deflated and inflated in this thread: less than a task of another one takes. */
  atOnceBytes: 32 * kibibyte,
} as const

/** Bytes that are read, held or handed on at once. */
export const chunkDefaults = {
  /** Of an artifact that is read. */
  artifactBytes: 64 * kibibyte,
  /** Of a file of the caller's, also as it is put. */
  fileBytes: 256 * kibibyte,
  /** Of an entry, as it is handed to its reader. */
  entryBytes: 256 * kibibyte,
  /** Of an entry that is inflated. */
  inflatedBytes: 64 * kibibyte,
  /** Of a CSV, between two chances for other work. */
  csvBytes: 64 * kibibyte,
  /** Of the directory of a zip that is read at random places. */
  windowBytes: 256 * kibibyte,
  /** Of an archive, by one request: small files that follow one another share it. A longer range has one of its own. */
  aheadBytes: mebibyte,
  aheadRangeBytes: 256 * kibibyte,
  /** Of an archive that is assembled, which wait for the artifact store. */
  zipBytes: 256 * kibibyte,
} as const

/** Of deflate. */
export const deflateDefaults = {
  blockBytes: 256 * kibibyte,
  /** The most that a block inflates: well below the defaults of `ArchiveLimits`. */
  mostRatio: 50,
  /** So many bytes of one of so many blocks are deflated in two ways, to choose that of all of them. */
  sampleBytes: 32 * kibibyte,
  sampledBlocks: 8,
  /** Blocks of one entry that are deflated side by side, where the machine has so many processors. */
  threads: 4,
} as const

/** Work between two pauses, in which the process does something else: a few milliseconds each. */
export const pauseDefaults = {
  /** Findings of a validation. */
  findings: 500,
  /** Entries of a zip's directory. */
  entries: 500,
  /** Items of a list that make up a step, and steps. */
  items: 500,
  steps: 2,
  /** Resources and pieces of a manifest that make up a step. */
  spelled: 100,
  hashedBytes: mebibyte,
  parsedBytes: 32 * kibibyte,
} as const

/** What a message repeats, in characters. */
export const messageDefaults = {
  /** Of another program's message, which may list all that is unknown. */
  causeCharacters: 500,
} as const

/** What may come as JSON with an uploaded file: all values, and the characters of their names and texts. */
export const metadataDefaults = { values: 1000, characters: 65_536 } as const

/** Limits of names and ids that no option changes. */
export const nameDefaults = {
  /** Of the id of a resource, in bytes of UTF-8: of longer ones, paths and indexes could not hold several. */
  idBytes: 255,
  /** Of a key form that has an alphabet: fewer bits could be guessed, or meet by chance. */
  keyBits: 80,
  keyCharacters: 64,
  /** Of an output and of a target. */
  nameCharacters: 100,
  /** Of for whom something is: the longest address of a mail. */
  recipientCharacters: 320,
  /** Of an id in the record; longer ones, of what is not there, are left out. */
  recordedIdCharacters: 200,
  /** Of a key in an artifact store. */
  artifactKeyCharacters: 512,
} as const

/** Of files that come in parts. */
export const uploadDefaults = {
  /** The largest part: what a cut connection may cost at most, in bytes. */
  partBytes: 8 * mebibyte,
  /** Of one file: many short ones cost more than they bring. */
  parts: 20_000,
  /** Of a file's name, in characters. */
  nameCharacters: 255,
  /** Of what a client says of a file. */
  clientMetadataCharacters: 16_384,
  /** What one principal may have unfinished: `uploadQuota`. */
  quota: { uploads: 100, bytes: 100 * gibibyte },
} as const

/** Of the key of a request and of its digest. */
export const requestKeyDefaults = { keyCharacters: 255, digestCharacters: 255 } as const

/** What a manifest may hold beside its bytes: each costs far more in memory than in a zip. */
export const manifestDefaults = {
  /** Objects, arrays, members and items. */
  values: 2_000_000,
  /** Objects and arrays within each other, as in the deepest tree. */
  depth: 100,
  resources: 250_000,
  pieces: 250_000,
  /** Of an id, a name and the type of a column. */
  textCharacters: 1000,
  /** Of what a reader must know beyond the first version. */
  needs: 100,
  /** Inflated to deflated; not checked up to `ratioFreeBytes` inflated. Each entry's checksum is random. */
  ratio: 100,
  ratioFreeBytes: mebibyte,
  /** Resources within each other. */
  treeDepth: 32,
  /** Longest manifest.sig and about.json that are read. */
  signatureBytes: 1024,
  aboutBytes: mebibyte,
} as const

/** Of one file in a zip. */
export const zipEntryDefaults = {
  /** Each folder of a path is looked up by itself. */
  pathSegments: 32,
  /** Extra fields and comment, which are not used. */
  extraBytes: 4096,
} as const

/** Of a file's name for people, in bytes of UTF-8. */
export const fileNameDefaults = {
  /** Of a path, in characters: what lies before them is not looked at. */
  examinedCharacters: 100_000,
  /** What Linux takes. */
  bytes: 255,
  /** Longest ending that is kept. */
  endingBytes: 32,
  /** With its folders. A zip takes 65,535, Linux 4,096. */
  pathBytes: 1024,
} as const

/** In characters. */
export const deliveryDefaults = {
  /** Deliveries of one job: each is checked while its request waits. */
  perJob: 20,
  /** Of JSON: what a delivery may keep for its next attempt. */
  stateCharacters: mebibyte,
  /** Kept of what a target says about where a file is now. */
  locationCharacters: 2000,
} as const

/** zlib's, of zips that people open. */
export const zipForPeopleLevel = 6
/** Of deflate, in zips that programs make for each other. */
export const zipFilesLevel = 1

/** Times of the engine that are no options, in ms. */
export const engineTimes = {
  /** The longest wait between two attempts. */
  longestBackoffMs: minute,
  /**
   * How often a node is given back, by workers that do not have its code or reach what it reads, before that counts as a
   * failure: in about ten minutes. No clock decides it, for that may be set.
   */
  givenBackLeases: 200,
  /** The longest wait until the next worker comes to it. */
  longestGivenBackMs: 5 * second,
  /** How long a failure waits to be recorded again where the database has no room for it. */
  fullStoreMs: second,
  /** The least time between two `node:progress` events of one attempt. */
  progressEventMs: 250,
  /** The longest time between two looks of `watch` at a job that runs in another process. */
  watchMs: 500,
  /** The least time between two looks of `watch`. */
  watchLeastMs: 100,
  /** How long one process may take to delete what one job has left, before another one tries. */
  deletionLeaseMs: 10 * minute,
  /**
   * Bytes without a job that are younger may belong to a request under way: uploads that take their time, a
   * host's transaction that has not committed, a comparison.
   */
  orphanAgeMs: day,
  /** A put of `fileArtifacts` that has not been written to for so long is one of a process that died. */
  abandonedPutMs: day,
  /** A retry created closer than this to the end of what it begins with takes nothing over: clocks differ. */
  retryMarginMs: minute,
} as const

/** A folder is made so often that others remove meanwhile, because it is empty. */
export const folderTries = 10

/** Of folders on the temporary disk, in ms. */
export const temporaryDefaults = {
  /** How often a process shows that it still uses one. */
  heartbeatMs: 5 * minute,
  /** One whose process has not been seen for so long is of one that was killed; it may have stood still. */
  abandonedMs: 12 * hour,
} as const

/** Inputs that stay open for the next node of their job: how many, and how long. */
export const idleInputs = { most: 4, ms: second } as const

/** Of parts. */
export const planDefaults = {
  /** Nodes that one plan may add, and batches that may be kept for it. */
  parts: 100_000,
  steps: 1000,
  /** Of what is planned for all parts, as JSON. */
  planBytes: 16 * mebibyte,
  /** Of what an exporter returns for the outputs, as JSON. */
  resultBytes: 16 * kibibyte,
} as const

/** Of follow-ups that say nothing else. Times in ms. */
export const followUpDefaults = {
  /** Attempts, the first one included: the last one some twenty minutes after that. */
  maxAttempts: 8,
  backoffMs: 10 * second,
  longestBackoffMs: 10 * minute,
  timeoutMs: minute,
  /** The longest wait that the other side may ask for. */
  longestRetryAfterMs: hour,
  /** Entries of one list of a request. */
  listed: 20,
  /** Of an input and of an output, as JSON. */
  jsonBytes: 65_536,
} as const

/** Items that one query asks for. */
export const pageSizes = {
  outbox: 100,
  nodes: 1000,
  /** With what exporters have returned. */
  results: 500,
  jobs: 1000,
  /** Of a resource, among which the size of an output is looked for that is to be delivered. */
  earlierJobs: 100,
  /** At least, once the principal may not see some. */
  jobsAfterUnseen: 100,
  /** That `createAll` is given. */
  shells: 1000,
  retention: 100,
  records: 10_000,
  keyRanges: 10_000,
  /** Of the journal. */
  putFiles: 1000,
  /** Of one table, that a job remembers once they are settled. */
  settledKeyRanges: 65_536,
} as const
