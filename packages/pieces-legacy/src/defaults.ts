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
