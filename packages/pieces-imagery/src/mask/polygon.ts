export type Position = readonly [longitude: number, latitude: number]
/** Closed: the last position is the first. */
export type Ring = readonly Position[]
/** The outer ring, then holes. */
export type AoiPolygon = readonly Ring[]

/** Rings in pixels of a grid, to the right and down from its corner: `[x, y, x, y, …]`, closed. */
export interface Mask {
  readonly polygons: readonly (readonly (readonly number[])[])[]
}
