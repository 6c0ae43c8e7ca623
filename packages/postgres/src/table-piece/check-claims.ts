import { PieceworkError, type Queryable } from '@piecework/core/piece'
import type { TableClaims } from './claims.js'
import { catalogueOf } from './read-declared.js'
import { resolvePath } from './resolve-path.js'

import type { TableSpec } from './spec.js'

/** Throws `registry-invalid`, naming the claimed tables and columns that the database does not have. */
export async function checkClaims(
  db: Queryable,
  name: string,
  { schema = 'public', tables: claims }: TableClaims,
): Promise<void> {
  const tables = claims.map(
    (claim): TableSpec => ({ ...claim, owner: claim.owner ?? '', order: claim.order ?? [] }),
  )
  const catalogue = await catalogueOf(db, [{ schema, tables }])
  const problems: string[] = []
  const problem = (text: string): void => void problems.push(text)
  for (const spec of tables) {
    const table = catalogue.get({ schema, name: spec.table })
    if (!table) {
      problem(`there is no table "${schema}"."${spec.table}"`)
      continue
    }
    const input = { spec, piece: { name, tables }, schema, catalogue, problem }
    if (spec.owner !== '') resolvePath(input, table, spec.owner, 'owner')
    for (const path of spec.order) resolvePath(input, table, path, 'order')
    const { columns = [], ignore = [], references = {} } = spec
    for (const column of [...columns, ...ignore, ...Object.keys(references)])
      if (!table.columns.has(column)) problem(`table "${table.name}" has no column "${column}"`)
  }
  if (problems.length === 0) return
  const message = `The claims of piece "${name}" do not fit the database: ${problems.join('; ')}.`
  throw new PieceworkError('registry-invalid', message, { facts: { piece: name, problems } })
}
