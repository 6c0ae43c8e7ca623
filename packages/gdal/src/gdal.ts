/** GDAL's programs, as they were found at start. */
export interface Gdal {
  /** Folder of the programs. */
  readonly folder: string
  /** `3.6.2`: part of a plan, since pixels may differ between versions. */
  readonly version: string
}
