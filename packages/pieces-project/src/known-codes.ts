import { type Finding, isPieceworkError, type ValidationContext, type Validator } from '@piecework/core/piece'
import { projectTables } from './project-tables.js'

const columns = ['country', 'admin_area_1', 'admin_area_2'] as const

/** Administrative codes are stable keys of planning areas that belong to the whole instance; those must be here already. */
export const knownCodes: Validator = { validate: missingCodes }

async function* missingCodes({ entries, tx }: ValidationContext): AsyncGenerator<Omit<Finding, 'piece'>> {
  const file = 'projects.csv'
  if (!entries.facts(file)) return
  try {
    for await (const batch of entries.rows(file)) {
      for (const column of columns) {
        const codes = batch.flatMap((row) => row[column] ?? []).filter((code) => code !== '')
        for (const code of await unknown(tx, codes)) {
          yield {
            severity: 'error',
            code: 'project/area-unknown',
            file,
            column,
            message: `The administrative area ${JSON.stringify(code.slice(0, 200))} is not among the shared planning areas here.`,
            hint: 'Install the same shared data, or change the project before the export.',
          }
        }
      }
    }
  } catch (error) {
    // What is wrong with the file itself has been told by the validator of its rows.
    if (!isPieceworkError(error) || !/^archive-|^counts-differ$/.test(error.code)) throw error
  }
}

async function unknown(tx: ValidationContext['tx'], codes: readonly string[]): Promise<readonly string[]> {
  if (codes.length === 0) return []
  // A text of PostgreSQL cannot hold NUL.
  const askable = codes.map((code) => code.replaceAll('\0', '\ufffd'))
  const { rows } = await tx.query<{ code: string }>(
    `SELECT DISTINCT u.code FROM unnest($1::text[]) AS u(code)
     WHERE NOT EXISTS (SELECT FROM ${projectTables.planning_areas} a WHERE a.project_id IS NULL AND a.stable_key = u.code)`,
    [askable],
  )
  return rows.map(({ code }) => code)
}
