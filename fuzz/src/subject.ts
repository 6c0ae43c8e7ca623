import type { JobReport, Piecework } from '@piecework/core'
import type { Files, Mutant } from './mutants.js'

/** A host whose archives are mutated. */
export interface Subject {
  readonly piecework: Piecework
  /** Of an archive that it has exported. */
  readonly files: Files
  /** What is wrong with what an import has made, which is deleted then; nothing if it is what the archive holds. */
  differences(mutant: Mutant, report: JobReport): Promise<readonly string[]>
  /** What is there that was not there before. */
  leftovers(): Promise<readonly string[]>
}

export const principal = { id: 'fuzz' }
