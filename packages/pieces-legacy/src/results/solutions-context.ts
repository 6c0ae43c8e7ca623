import type { KnownIds, OutputFolder, ReadResultOptions, RunSummary } from '@piecework/marxan-files'

/** What the checks of solutions share. */
export interface SolutionsContext extends Required<ReadResultOptions> {
  readonly folder: OutputFolder
  /** Of pu.dat. */
  readonly units: KnownIds
  readonly summaries: readonly RunSummary[]
  /** Called for each row of a matrix whose run the summary does not have. */
  leftover(run: number): void
  progress(done: number): void
}
