import { defaults } from './defaults.js'

/** How a test runner takes one test: `test` of uvu, node:test and vitest fit, and so does a uvu suite. */
export type LawTest = (name: string, run: () => Promise<void>) => unknown

/** How long laws wait for something that a correct implementation does soon; only a broken one waits so long. */
export interface Patience {
  /** Default 10 s. */
  readonly patienceMs?: number
}

export const patience = ({ patienceMs = defaults.patienceMs }: Patience): number => patienceMs
