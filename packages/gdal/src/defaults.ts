const second = 1000
const minute = 60 * second
const mebibyte = 1024 ** 2

/** Limits of one child process of GDAL. */
export const gdalDefaults = {
  /** In ms of wall-clock time, and, rounded up, of CPU. */
  timeoutMs: 30 * minute,
  /** Of its address space, most of which it never touches: libraries take 300 MB of it. */
  memoryBytes: 1536 * mebibyte,
  /** Of GDAL's cache of blocks. */
  cacheBytes: 64 * mebibyte,
  /** Of what it says on stdout, and of stderr that is kept. */
  outputBytes: 16 * mebibyte,
  errorBytes: 64 * 1024,
} as const
