import { defaults } from '../defaults.js'
import type { IdsInside, TableFinding } from '../table-piece/facts/problem.js'
import type { ProposedTable } from './proposal.js'
import type { ProposedPiece } from './proposal-source.js'

interface Checked {
  readonly tables: readonly ProposedTable[]
  readonly pieces: readonly ProposedPiece[]
  readonly findings: readonly TableFinding[]
}

/** With the paths at which `check` finds ids inside documents. Each may have kept it from seeing another one. */
export async function withDocuments(
  tables: readonly ProposedTable[],
  check: (tables: readonly ProposedTable[]) => Promise<Checked>,
): Promise<Checked> {
  let last = await check(tables)
  for (let round = 0; round < defaults.proposedPaths; round++) {
    const more = declared(last)
    if (!more) break
    const next = await check(more)
    // Paths that may lead to one id, for instance.
    if (errors(next) > errors(last)) break
    last = next
  }
  return last
}

const errors = ({ findings }: Checked): number =>
  findings.filter(({ severity }) => severity === 'error').length

/** Undefined if there is nothing to declare. */
function declared({ tables, pieces, findings }: Checked): readonly ProposedTable[] | undefined {
  const found = findings.flatMap(({ piece, table, column, ids }) => {
    const of = pieces.find(({ name }) => name === piece)?.tables.find(({ spec }) => spec.table === table)
    return of && column !== undefined && ids ? [{ table: of.table, column, ids }] : []
  })
  if (found.length === 0) return undefined
  return tables.map((one) =>
    found.filter(({ table }) => table === one.table).reduce((all, each) => withPath(all, each), one),
  )
}

function withPath(
  one: ProposedTable,
  { column, ids }: { readonly column: string; readonly ids: IdsInside },
): ProposedTable {
  const { json = {} } = one.spec
  const known = Object.hasOwn(json, column) ? (json[column] ?? []) : []
  const paths = [...known, { path: ids.path, table: ids.table }]
  const text = `has ids of "${ids.table}" at "${ids.path}", as the first rows say: are there others elsewhere?`
  return {
    ...one,
    spec: { ...one.spec, json: { ...json, [column]: paths } },
    questions: [...one.questions, { table: `${one.table.schema}.${one.table.name}`, column, text }],
  }
}
