import type { NewFinding, ValidationContext, Validator } from '@piecework/core/piece'
import { isEntryError } from './is-entry-error.js'
import { projectTables } from './project-tables.js'

const columns = ['country', 'admin_area_1', 'admin_area_2'] as const

/**
 * Administrative codes must be stable keys of planning areas that all projects share, and exist here already.
 */
export const knownCodes: Validator = { validate: missingCodes }

async function* missingCodes({ entries, tx }: ValidationContext): AsyncGenerator<NewFinding> {
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
    if (!isEntryError(error)) throw error
  }
}

async function unknown(tx: ValidationContext['tx'], codes: readonly string[]): Promise<readonly string[]> {
  if (codes.length === 0) return []
  // A text of PostgreSQL cannot contain NUL.
  const storable = codes.map((code) => code.replaceAll('\0', '\ufffd'))
  const { rows } = await tx.query<{ code: string }>(
    `SELECT DISTINCT u.code FROM unnest($1::text[]) AS u(code)
     WHERE NOT EXISTS (SELECT FROM ${projectTables.planning_areas} a WHERE a.project_id IS NULL AND a.stable_key = u.code)`,
    [storable],
  )
  return rows.map(({ code }) => code)
}
