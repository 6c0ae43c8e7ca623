import { keyFormText, type Queryable } from '@piecework/core/piece'
import { quoteIdent } from '../database/quote-ident.js'
import { defaults } from '../defaults.js'
import type { Column } from './catalogue.js'
import { tableName } from './joins.js'
import { keyFamily } from './key-family.js'
import { proposeForm } from './propose-form.js'
import type { MatchedTable } from './table-plan.js'

interface UndeclaredKey {
  readonly table: string
  readonly column: string
  readonly text: string
  readonly hint: string
}

/** Text keys without a form, each with words that can be copied into the declaration. */
export async function undeclaredKeys(
  db: Queryable,
  plans: readonly MatchedTable[],
): Promise<readonly UndeclaredKey[]> {
  const problems: UndeclaredKey[] = []
  for (const plan of plans) {
    const { key, spec } = plan
    if (!key || spec.key !== undefined || keyFamily(key) !== 'text') continue
    const form = keyFormText(proposeForm(await someKeys(db, plan, key)))
    problems.push({
      table: spec.table,
      column: key.name,
      text: `keys of table "${spec.table}" are ${key.type}, so it must say what new ones look like, by the present ones: key: ${form}`,
      hint: `Write key: ${form} into the declaration of the table${form === "'natural'" ? ', if people give these keys; copies are then made in other databases only. Keys that programs make need a form of 80 bits or more, and a column with room for it' : ''}.`,
    })
  }
  return problems
}

async function someKeys(db: Queryable, { table }: MatchedTable, key: Column): Promise<readonly string[]> {
  const { rows } = await db.query<{ key: string }>(
    `SELECT ${quoteIdent(key.name)}::text AS key FROM ${tableName(table)} LIMIT ${defaults.sampledKeys}`,
  )
  return rows.map((row) => row.key)
}
