/** Of GDAL's memory for one warp, in bytes. */
export const warpBytes = 64 * 1024 ** 2

export const toolLimits = {
  nodes: 1000,
  /** What all mosaics read. */
  inputs: 2000,
  /** Terms of one expression, and of all. */
  terms: 1000,
  allTerms: 10_000,
  /** Of terms one within the other. */
  depth: 100,
  bands: 100,
  /** Held of each pixel at once, in bytes. */
  pixelBytes: 4096,
  /** Tables of all color corrections, in bytes. */
  tableBytes: 32 * 1024 ** 2,
} as const

/** Of an area of interest. */
export const aoiLimits = {
  vertices: 1_000_000,
  /** Pairs of edges that are compared. */
  pairs: 50_000_000,
  /** Longest piece of an edge, in degrees. */
  edgeDegrees: 0.051,
  /** How far a piece may lie from its straight line on the grid, in pixels, before it is parted. */
  edgeTolerance: 0.05,
  /** How often a piece is parted in three. */
  edgeRounds: 5,
  /** From the antimeridian: nearer than that, nothing is cropped. */
  cropDegrees: 0.01,
} as const

export const gridDefaults = {
  /** Side of a window in pixels: of a multiple of 8 blocks, so that overviews of windows have whole tiles. */
  windowPixels: 4096,
  blockSize: 256,
  /** Pixels of a side. */
  mostPixels: 2_000_000,
  /** Of all bands and overviews, before they are compressed. */
  mostBytes: 2 ** 40,
} as const

/** Rows of a strip of GDAL's raw files, and at most so many are computed at once. */
export const stripRows = 128

/** Of pixels that are held at once, in bytes: of a tool that holds more, fewer rows are computed at once. */
export const rowsBytes = 4 * 1024 ** 2

export const sceneLimits = {
  /** Of one file. */
  bytes: 64 * 1024 ** 3,
  /** All pixels are read in this time, and in that of its bytes. */
  readMs: 60_000,
  readBytesPerMs: 1000,
} as const

/** Side of a quick look, in pixels. */
export const quickLookPixels = 512

/** Pixels of a side of a PNG or a JPEG. */
export const mostPicturePixels = 16_383

/** From the record of an export to its job, while targets are asked: what takes longer was lost with its process. */
export const beginMs = 10 * 60_000
