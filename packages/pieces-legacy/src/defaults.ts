/** Features of one shapefile. More are not features but an attribute that differs in each record. */
export const mostShapeFeatures = 100_000
/** Characters of a feature's name. */
export const longestFeatureName = 1000
/** Planning units whose union one statement makes; what a cancelled statement wastes. */
export const unionStatementUnits = 50_000
/** Bytes of puvspr.dat, of whose features one part of an import makes the unions: some 150,000 planning units. */
export const unionPartBytes = 2 ** 21
/** Parts that make unions. Each of them counts the rows of all. */
export const mostUnionParts = 16
/** Bytes of grid rows that are held back until the database looks at their shapes. */
export const mostHeldBytes = 2 ** 22
/** Rows of one batch of selected planning units. */
export const selectionBatchRows = 8192
/** Pairs of planning units of bound.dat that a validator compares, at 64 bytes each; the database compares any number. */
export const mostComparedPairs = 2_000_000
/** Files of a folder whose roles are to be found, results of some thousand runs among them. */
export const mostFolderFiles = 20_000
/** Features that are not in spec.dat with a finding each; with the one for the others, as many as a collector lists. */
export const listedUnknownFeatures = 99
/** Amounts of at least this many times the target are not in the same unit. */
export const otherUnitFactor = 100
/** Vertices of one piece of a shape that is laid over the grid: fewer mean more pieces, more mean slower intersections. */
export const overlayVertices = 128
/** Planning units of one statement of an overlay: few enough to cancel and to report progress. */
export const overlayStatementUnits = 5000
/** Planning units whose shapes are held to find whether others cover them, and characters of their EWKB. */
export const coverageUnits = 2000
export const coverageCharacters = 2 ** 25
/** Once one is not covered, no more than this number of units is checked. */
export const mostCoveredUnits = 20_000
