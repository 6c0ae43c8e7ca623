import type { Queryable } from '@piecework/core/piece'
import type { Column } from '../table-piece/catalogue.js'
import { looksLikePeople } from '../table-piece/facts/looks-like-people.js'
import { looksSecret } from '../table-piece/facts/looks-secret.js'
import type { Ask, Below } from './proposal.js'

export interface ShellValue {
  readonly column: Column
  /** Source of a bound value, or else SQL. */
  readonly value?: string
  readonly sql: string
}

/** Of columns that must have a value and get none from the database. */
export async function shellValues(
  db: Queryable,
  { root, key, reading }: Below,
  named: Column | undefined,
  ask: Ask,
): Promise<readonly ShellValue[]> {
  const needed = [...root.columns.values()].filter(
    (column) =>
      column.name !== key &&
      (column === named || (column.notNull && !column.hasDefault)) &&
      !column.generated,
  )
  const labels = await firstLabels(db, needed)
  return needed.map((column): ShellValue => {
    const { name, base } = column
    const foreign = root.foreignKeys.find(({ columns }) => columns.includes(name))
    const to = foreign && reading.catalogue.get({ schema: foreign.schema, name: foreign.table })
    if (to && looksLikePeople(to)) {
      ask('the shell gets the id of the principal who asked: is that a key of people?', name)
      return { column, value: 'owner', sql: '' }
    }
    if (to) {
      ask(
        `which row of "${to.name}" does a new one belong to? Until it is said, the statement fails.`,
        name,
        {
          mustAnswer: true,
        },
      )
      return { column, sql: 'NULL' }
    }
    if (column === named && !root.unique.has(name)) return { column, value: "name ?? ''", sql: '' }
    // What can be guessed is no secret.
    if (root.unique.has(name) && /^(?:text|varchar|bpchar|citext)$/.test(base))
      return { column, value: looksSecret(column) ? 'crypto.randomUUID()' : 'ref.id', sql: '' }
    const sql = labels.get(column.type) ?? emptyLiteral(column)
    if (sql === 'NULL')
      ask(`what does a shell have here (${column.type})? Until it is said, the statement fails.`, name, {
        mustAnswer: true,
      })
    return { column, sql }
  })
}

async function firstLabels(db: Queryable, columns: readonly Column[]): Promise<ReadonlyMap<string, string>> {
  const { rows } = await db.query<{ type: string; label: string }>(
    `SELECT DISTINCT ON (e.enumtypid) pg_catalog.format_type(e.enumtypid, NULL) AS type,
       pg_catalog.quote_literal(e.enumlabel) AS label FROM pg_catalog.pg_enum e
     WHERE pg_catalog.format_type(e.enumtypid, NULL) = ANY ($1::text[]) ORDER BY e.enumtypid, e.enumsortorder`,
    [columns.map(({ type }) => type)],
  )
  return new Map(rows.map(({ type, label }) => [type, label]))
}

/** A value of the type; `NULL`, which the column refuses, if it is not known. */
function emptyLiteral({ base, domain }: Column): string {
  if (domain) return 'NULL'
  if (base.startsWith('_')) return `'{}'`
  if (/^(?:text|varchar|bpchar|citext|bytea)$/.test(base)) return `''`
  if (/^(?:int[248]|float[48]|numeric|money)$/.test(base)) return '0'
  if (base === 'bool') return 'false'
  if (base === 'date' || base.startsWith('timestamp')) return 'now()'
  if (base === 'json' || base === 'jsonb') return `'{}'`
  if (base === 'uuid') return `'00000000-0000-0000-0000-000000000000'`
  return base === 'interval' ? `'0'` : 'NULL'
}
