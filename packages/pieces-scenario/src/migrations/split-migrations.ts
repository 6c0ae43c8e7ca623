import { check, checkOptions, type OptionChecks } from '@piecework/core/piece'
import {
  type PlanningOptions,
  planningChecks,
  planningProject,
  planningSchema,
} from '@piecework/pieces-project'
import { foreignTables, type Migration } from '@piecework/postgres'
import { planningScenario } from '../planning-scenario.js'

export interface SplitOptions extends PlanningOptions {
  /** Name of the database that they are for. Absent: the store's. */
  readonly here?: string
}

const splitChecks: OptionChecks<SplitOptions> = { ...planningChecks, here: check.text }

/**
 * What comes after `planningMigrations` and `scenarioMigrations` in each database of a split: tables whose rows are elsewhere
 * become foreign tables. Each other database is a server of `postgres_fdw` here that has its name, the store's is
 * called `store`.
 */
export function splitMigrations(given?: SplitOptions): readonly Migration[] {
  const { here, databases = {} } = checkOptions('splitMigrations()', given, splitChecks)
  const pieces = [planningProject({ databases }), planningScenario({ databases })].flatMap(
    (pack) => pack.pieces ?? [],
  )
  const elsewhere = [...new Set(pieces.map(({ database }) => database))].filter((name) => name !== here)
  return elsewhere.map((name, index) =>
    foreignTables({
      name: `planning-split/${index + 1}-tables-of-${name ?? 'the-store'}`,
      server: name ?? 'store',
      schema: planningSchema,
      tables: [
        ...new Set(
          pieces
            .filter(({ database }) => database === name)
            .flatMap(({ keys }) => keys?.tables ?? [])
            .map((table) => table.slice(planningSchema.length + 1)),
        ),
      ],
    }),
  )
}
