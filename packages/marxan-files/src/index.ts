export { assertFolder } from './folder/assert-folder.js'
export { fileEntry } from './folder/file-entry.js'
export { type FolderGrid, shapefileParts } from './folder/find-grid.js'
export { findMarxanFiles } from './folder/find-marxan-files.js'
export { marxanUploads } from './folder/marxan-uploads.js'
export { resultFiles } from './folder/result-files.js'
export { type FolderSearch, searchFolder } from './folder/search-folder.js'
export { describeId } from './grid/describe-id.js'
export { fittingAttributes } from './grid/fitting-attributes.js'
export { type Grid, type GridUnit, openGrid } from './grid/grid.js'
export { gridIds } from './grid/grid-ids.js'
export { isGridError, planningGrid } from './grid/grid-problem.js'
export { type IdAttribute, idAttribute } from './grid/id-attribute.js'
export type { IdText } from './grid/id-text.js'
export { NonIntegerIds } from './grid/non-integer-ids.js'
export { bestAttribute, type RankedAttribute, rankingText } from './grid/ranked-attributes.js'
export { GroupedRows } from './ids/grouped-rows.js'
export { IdIndex, randomFactor } from './ids/id-index.js'
export { IdLines } from './ids/id-lines.js'
export { IdSample } from './ids/id-sample.js'
export { LineSample } from './ids/line-sample.js'
export { inputFiles, type MarxanParameters, outputNames } from './input-dat/parameters.js'
export { readInputDat } from './input-dat/read.js'
export { writeInputDat, writtenParameters } from './input-dat/write.js'
export { metadataFix } from './metadata-fix.js'
export { isWhole, NUMBER } from './numbers/decimal.js'
export { pluralize } from './pluralize.js'
export { currentRuns } from './results/current-runs.js'
export { type FeatureResult, readFeatureResults } from './results/features/read.js'
export { writeFeatureResults } from './results/features/write.js'
export { type ResultKind, resultFileName, resultName } from './results/file-name.js'
export { type OutputFolder, openOutput } from './results/open-output.js'
export { isOutputError } from './results/output-problem.js'
export type { ReadResultOptions } from './results/read-records.js'
export { readSolutions, type Solution } from './results/solutions/read.js'
export { readSolutionFile } from './results/solutions/read-file.js'
export { writeFrequency, writeSolution } from './results/solutions/write.js'
export { writeSolutionsMatrix } from './results/solutions-matrix/write.js'
export { type BestRun, BestRunSearch } from './results/summary/best-run.js'
export { type RunSummary, readSummaries } from './results/summary/read.js'
export { writeSummary } from './results/summary/write.js'
export { UnitSet } from './results/units/unit-set.js'
export { readUnitTable } from './results/units/unit-table.js'
export {
  costRole,
  featuresRole,
  gridRole,
  outputRole,
  planningUnit,
  protectedAreasRole,
  type RoleName,
  roles,
} from './roles.js'
export { type BoundBatch, readBound } from './tables/bound/read.js'
export { writeBound } from './tables/bound/write.js'
export { readPu } from './tables/pu/read.js'
export { writePu } from './tables/pu/write.js'
export { type PuvsprBatch, readPuvspr } from './tables/puvspr/read.js'
export { writePuvspr } from './tables/puvspr/write.js'
export type { SpecBatch } from './tables/spec/columns.js'
export { type FeatureNames, featureNames } from './tables/spec/feature-names.js'
export { readSpec } from './tables/spec/read.js'
export {
  type OptionalSpecColumn,
  optionalSpecColumns,
  type SpecContent,
  specColumns,
  writeSpec,
} from './tables/spec/write.js'
export { type KnownIds, type TableIds, tableIds } from './tables/table-ids.js'
