export { defaultOutputLimits, type OutputLimits } from './defaults.js'
export { fileEntry } from './folder/file-entry.js'
export { type FindMarxanFilesOptions, findMarxanFiles, type MarxanFiles } from './folder/find-marxan-files.js'
export { type FolderGrid, shapefileParts } from './folder/grid.js'
export { type MarxanUploadsOptions, marxanUploads } from './folder/marxan-uploads.js'
export { type FolderSearch, searchFolder } from './folder/search.js'
export { storedZip } from './folder/stored-zip.js'
export { describeId } from './grid/describe-id.js'
export { fittingAttributes } from './grid/fitting-attributes.js'
export { type Grid, type GridOptions, type GridUnit, openGrid } from './grid/grid.js'
export { gridIds } from './grid/grid-ids.js'
export { isGridError, planningGrid } from './grid/grid-problem.js'
export {
  bestAttribute,
  type IdAttribute,
  type IdText,
  idAttribute,
  type RankedAttribute,
  rankingText,
} from './grid/id-attribute.js'
export { NonIntegerIds } from './grid/spelled-ids.js'
export type { UnitId, UnitIdProblem } from './grid/unit-id.js'
export { IdIndex, randomFactor } from './ids/id-index.js'
export { IdLines } from './ids/id-lines.js'
export { IdSample } from './ids/id-sample.js'
export type { InputFiles, MarxanParameters, OutputNames, ParameterName } from './input-dat/parameters.js'
export { type InputDat, readInputDat } from './input-dat/read.js'
export { inputDat, inputFolder, outputFolder, scenarioName } from './input-dat/write.js'
export { type ParameterValues, parameterValues } from './input-dat/written-parameters.js'
export { isWhole, NUMBER } from './numbers/decimal.js'
export { pluralize } from './pluralize.js'
export type { ResultFiles } from './results/choose-files.js'
export { type FeatureNames, featureNames } from './results/feature-names.js'
export { type FeatureResult, readFeatureResults } from './results/feature-results/read.js'
export { resultName } from './results/file-name.js'
export { type OutputFolder, type OutputOptions, openOutput } from './results/open-output.js'
export { isOutputError } from './results/output-problem.js'
export type { ReadResultOptions } from './results/read-records.js'
export { readSolutions, type Solution } from './results/solutions/read.js'
export { readSolutionFile } from './results/solutions/read-file.js'
export { bestRun, type RunSummary, readSummaries } from './results/summaries/read.js'
export { type UnitIds, unitIds } from './results/units/unit-ids.js'
export { UnitSet } from './results/units/unit-set.js'
export { readUnitTable } from './results/units/unit-table.js'
export {
  costRole,
  featuresRole,
  gridRole,
  outputRole,
  protectedAreasRole,
  type RoleName,
  roles,
} from './roles.js'
export { type BoundBatch, readBound } from './tables/bound/read.js'
export type { Batch, Cells, Column, Columns } from './tables/columns.js'
export type { TableLayout } from './tables/layout.js'
export { type PuBatch, type ReadTableOptions, readPu } from './tables/pu/read.js'
export { type PuvsprBatch, readPuvspr } from './tables/puvspr/read.js'
export { readIds } from './tables/read-ids.js'
export { type ReadOptions, readTable } from './tables/read-table.js'
export { type ReadSpecOptions, readSpec, type SpecBatch } from './tables/spec/read.js'
