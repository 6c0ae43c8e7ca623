/** Attributes of a shapefile of features; programs read at most 255 fields and records of 64 KB. */
export const maxProperties = 200

/** Planning units that a map reads at a time. */
export const mapPage = 2000
