export type Position = readonly [longitude: number, latitude: number]
/** Closed: the last position is the first. */
export type Ring = readonly Position[]
/** The outer ring, then holes. */
export type AoiPolygon = readonly Ring[]
