import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Databases } from '../planning/databases.js'
import type { StepFigures } from '../planning/step.js'
import { runStep, type Step } from './step.js'

/**
 * Where steps run: each in a new copy of the empty database, with a folder of artifacts that is removed
 * afterwards.
 */
export class Place {
  readonly #databases: Databases
  readonly #empty: string
  readonly #artifacts: string

  constructor(databases: Databases, empty: string, folder: string) {
    this.#databases = databases
    this.#empty = empty
    this.#artifacts = join(folder, 'artifacts')
  }

  withDatabase<T>(work: (url: string) => Promise<T>): Promise<T> {
    return this.#databases.with(this.#empty, work)
  }

  /** `after` sees the database as the step left it. */
  async step(
    task: Step['task'],
    files: Step['files'],
    after?: (url: string) => Promise<void>,
  ): Promise<StepFigures> {
    return this.withDatabase(async (url) => {
      try {
        const figures = await runStep({ task, url, folder: this.#artifacts, files })
        await after?.(url)
        return figures
      } finally {
        await rm(this.#artifacts, { recursive: true, force: true })
      }
    })
  }
}
