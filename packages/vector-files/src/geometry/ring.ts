/** A ring that is read: the x and the y of each position one after the other. */
export type Ring = Float64Array

/** Rings by polygon, the outer ring of each first. */
export type Polygons = readonly (readonly Ring[])[]

/** The ring itself if it ends where it begins. */
export function closedRing(ring: Ring): Ring {
  if (ring[0] === ring[ring.length - 2] && ring[1] === ring[ring.length - 1]) return ring
  const closed = new Float64Array(ring.length + 2)
  closed.set(ring)
  closed.set(ring.subarray(0, 2), ring.length)
  return closed
}
