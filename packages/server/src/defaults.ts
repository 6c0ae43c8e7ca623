const second = 1000
const kibibyte = 1024
const mebibyte = 1024 ** 2

/** Defaults of the option `limits`. Sizes in bytes, times in ms. */
export const defaultLimits = {
  /** Of a path with its query, in characters. */
  pathLength: 2048,
  /** Names and values of all headers. */
  headerBytes: 16 * kibibyte,
  jsonBytes: mebibyte,
  /** Of an archive that is sent to be looked into: it is kept in a temporary file meanwhile. */
  spoolBytes: 1024 * mebibyte,
  /** Requests at a time that keep files on the temporary disk: such archives, and unsorted files that are sorted. */
  spools: 16,
  /** Fields of a multipart body, all of them. */
  fieldBytes: 64 * kibibyte,
  /** The longest wait for the next bytes of a body. */
  idleMs: 30 * second,
  /** The longest time that a JSON body may take. */
  jsonMs: 15 * second,
  /** Time between two comments of a stream of events. */
  heartbeatMs: 15 * second,
  /** The longest `Prefer: wait`. */
  waitMs: 60 * second,
  /** How long the store may take for an answer about health. */
  healthMs: 2 * second,
} as const

/** Of the header WWW-Authenticate. */
export const defaultChallenge = 'Bearer'

/** How long an answer about health counts, in ms: it needs no principal, so anyone may ask often. */
export const healthKeptMs = second

/** What is read, in ms, of a body that was refused, so that its sender comes to read why. */
export const lingerMs = second

/** In seconds, of answers that may be others later. */
export const retryAfter = { busy: 5, tooMany: 10, away: 5 } as const

/** Items of one page. */
export const pageDefaults = { jobs: 20, steps: 100, findings: 100, most: 1000 } as const

/** Of a map: bytes of a unit with its columns, on the whole, and units that are packed at a time. */
export const mapDefaults = { unitBytes: 80, batchUnits: 2000 } as const

/** How deep a JSON body may be nested, and how many values it may have. */
export const jsonShape = { depth: 64, values: 10_000 } as const

/** Of an `Idempotency-Key`, in characters. */
export const requestKeyLength = 255

/** Of a multipart body: fields, characters of a name, headers of a part; bytes of its boundaries and headers beside a file. */
export const formDefaults = { fields: 100, nameCharacters: 100, headers: 20, bytes: 4096 } as const

/** Of a file's name, in characters. */
export const fileNameLength = 255

/** Jobs of a resource that are looked through for its state. */
export const stateJobs = 100

/** How long other origins may remember what they are allowed, in seconds. */
export const preflightSeconds = 600

/** Media types that are given out as they are; all others are `application/octet-stream`. */
export const mediaTypes: readonly string[] = [
  'application/zip',
  'application/json',
  'application/geo+json',
  'application/geopackage+sqlite3',
  'application/pdf',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  'image/png',
  'image/tiff',
  'text/csv',
  'text/plain',
]
