import type { KnownIds, OutputFolder, ReadResultOptions, RunSummary } from '@piecework/marxan-files'

/** What the checks of solutions share. */
export interface SolutionsContext extends Required<ReadResultOptions> {
  readonly folder: OutputFolder
  /** Of pu.dat. */
  readonly units: KnownIds
  readonly summaries: readonly RunSummary[]
  progress(done: number): void
}
