import { defaults } from '../defaults.js'
import type { Table } from './catalogue.js'
import { isRoot } from './is-root.js'
import { foreignTarget, type ResolveInput, specOf } from './resolve-input.js'
import { endOfPath, resolvePath } from './resolve-path.js'
import type { PathStep, Target } from './table-plan.js'
import { whereSql } from './where-sql.js'

/**
 * How a table leads to the resource: as the piece declares it, or else by foreign keys to what the piece's own
 * tables belong to, or by a column with the name of this table's owner.
 */
export function ownedBy(input: ResolveInput, table: Table): Target['ownedBy'] {
  const spec = specOf(input, table)
  if (spec) {
    // What is wrong with it is told where that table is resolved.
    const path = resolvePath({ ...input, problem: () => {} }, table, spec.owner, 'owner')
    return path.at(-1)?.to === undefined && path.length > 0
      ? owned(input, table, path, whereSql(spec.where))
      : undefined
  }
  const path = byForeignKeys(input, table, defaults.followedToOwner)
  if (path) return owned(input, table, path)
  const same = table.columns.get(input.spec.owner)
  const own = input.catalogue.get({ schema: input.schema, name: input.spec.table })
  return same && own?.columns.get(input.spec.owner)?.base === same.base
    ? owned(input, table, [{ column: same }])
    : undefined
}

function owned(
  { catalogue }: ResolveInput,
  table: Table,
  path: readonly PathStep[],
  where?: string,
): Target['ownedBy'] {
  const last = path.at(-1)?.column.name ?? ''
  return { path, where, resource: foreignTarget(catalogue, endOfPath(table, path), last) }
}

function byForeignKeys(input: ResolveInput, table: Table, steps: number): readonly PathStep[] | undefined {
  if (steps === 0) return undefined
  const foreign = [...table.columns.values()].flatMap((column) => {
    const to = foreignTarget(input.catalogue, table, column.name)
    return to ? [{ column, to }] : []
  })
  const [last] = foreign.filter(({ to }) => isRoot(input, to.table, to.key))
  if (last) return [{ column: last.column }]
  for (const { column, to } of foreign) {
    const rest = to.table === table ? undefined : byForeignKeys(input, to.table, steps - 1)
    if (rest) return [{ column, to: { ...to, where: undefined } }, ...rest]
  }
  return undefined
}
