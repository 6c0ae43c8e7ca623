/** Planning units that a message about two grids names. */
export const mostNamedUnits = 5
/** Vertices of one piece of a feature's shape: fewer mean more pieces, more mean slower intersections. */
export const overlayVertices = 128
/** Shortest common boundary of two planning units that bound.dat has: shorter ones are of rounding. */
export const leastBoundary = 0.001
