import {
  check,
  checkOptions,
  type OptionChecks,
  type Piece,
  PieceworkError,
  type Queryable,
  required,
} from '@piecework/core/piece'
import { readCatalogue, type Table } from '../table-piece/catalogue.js'
import { isClaimingPiece, tableClaims } from '../table-piece/claims.js'
import { piecesOf } from '../table-piece/pieces-of.js'
import type { TableSpec } from '../table-piece/spec.js'
import { isTablePiece, tableSpec } from '../table-piece/spec.js'

export interface SchemaCoverage {
  readonly schema: string
  /**
   * Table of the root resource: every table whose foreign keys lead to it, over any number of tables, must be
   * covered. Absent: every table of the schema.
   */
  readonly root?: string
  /**
   * `table` or `table.column`: does not travel, or another program handles it. Refused if the database does
   * not have it.
   */
  readonly ignored?: readonly string[]
  /** Of several databases, the one that is given: its pieces cover it. Absent: the store's. */
  readonly database?: string
}

type Tables = ReadonlyMap<string, Table>

const coverageChecks: OptionChecks<SchemaCoverage> = {
  schema: required(check.text),
  root: check.text,
  ignored: check.list(check.text),
  database: check.text,
}

/**
 * Throws `registry-invalid`, naming every table and column that no table piece or claim (`claimTables`) covers and `ignored` does not
 * list; `facts.undecided` lists them. For a test of the host. A piece covers the columns that its declaration
 * names, and without `columns` there every column that it does not ignore.
 */
export async function assertSchemaCovered(
  db: Queryable,
  pieces: readonly Piece[],
  coverage: SchemaCoverage,
): Promise<void> {
  const asked = checkOptions('assertSchemaCovered()', coverage, coverageChecks)
  const { schema, root, ignored = [] } = asked
  const catalogue = await readCatalogue(
    db,
    (await tablesOf(db, schema)).map((name) => ({ schema, name })),
    0,
  )
  const tables = new Map(catalogue.tables.map((table) => [table.name, table]))
  const refuse = (message: string, facts: Readonly<Record<string, unknown>>): never => {
    throw new PieceworkError('registry-invalid', message, { facts })
  }
  if (root !== undefined && !tables.has(root)) refuse(`There is no table "${schema}"."${root}".`, { root })
  const stale = ignored.filter((name) => !isThere(tables, name))
  const claims = claimsOf(piecesOf(pieces, asked.database, 'assertSchemaCovered()'), schema)
  const undecided = [...(root === undefined ? tables.keys() : reachable(tables, schema, root))].flatMap(
    (table) => {
      if (ignored.includes(table)) return []
      const specs = claims.get(table)
      if (!specs) return [table]
      return [...(tables.get(table)?.columns.values() ?? [])]
        .filter((column) => !column.generated)
        .filter(({ name }) => !ignored.includes(`${table}.${name}`))
        .filter(({ name }) => !specs.some((spec) => isClaimed(spec, name, tables)))
        .map(({ name }) => `${table}.${name}`)
    },
  )
  if (undecided.length === 0 && stale.length === 0) return
  const problems = [
    ...undecided.map(
      (name) =>
        `${kindOf(name)} is claimed by no piece and not listed as ignored${listsColumns(claims, name) ? ' (a declaration with "columns" names all of them)' : ''}`,
    ),
    ...stale.map((name) => `${kindOf(name)} is listed as ignored and does not exist`),
  ]
  refuse(`Schema "${schema}" is not covered: ${problems.join('; ')}.`, { undecided, stale })
}

/** Whether the declaration of the column's table names columns. */
const listsColumns = (claims: ReturnType<typeof claimsOf>, name: string): boolean => {
  const [table = '', column] = name.split('.')
  return column !== undefined && claims.get(table)?.some(({ columns }) => columns !== undefined) === true
}

function kindOf(name: string): string {
  const [table, column] = name.split('.')
  return column === undefined ? `table "${table}"` : `column "${column}" of table "${table}"`
}

function isThere(tables: Tables, name: string): boolean {
  const [table = '', column] = name.split('.')
  const found = tables.get(table)
  return found !== undefined && (column === undefined || found.columns.has(column))
}

/** Partitions belong to their table. */
async function tablesOf(db: Queryable, schema: string): Promise<readonly string[]> {
  const { rows } = await db.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = $1::text AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY c.relname`,
    [schema],
  )
  return rows.map(({ name }) => name)
}

/** The root and all tables from which foreign keys lead to it. */
function reachable(tables: Tables, schema: string, root: string): ReadonlySet<string> {
  const found = new Set([root])
  // Tables that are added while this runs are visited too.
  for (const target of found) {
    for (const { name, foreignKeys } of tables.values()) {
      if (foreignKeys.some((key) => key.schema === schema && key.table === target)) found.add(name)
    }
  }
  return found
}

/** What coverage reads of a declaration, of a table piece or of a piece written by hand. */
type Claim = Pick<TableSpec, 'table'> &
  Partial<Pick<TableSpec, 'owner' | 'references' | 'columns' | 'ignore' | 'json' | 'text' | 'files' | 'set'>>

/** Declarations of each table in pieces that archives hold. */
function claimsOf(pieces: readonly Piece[], schema: string): ReadonlyMap<string, readonly Claim[]> {
  const claims = new Map<string, Claim[]>()
  for (const piece of pieces) {
    const declared = isTablePiece(piece) ? piece[tableSpec] : isClaimingPiece(piece) && piece[tableClaims]
    if (piece.exportOnly || !declared || (declared.schema ?? 'public') !== schema) continue
    for (const spec of declared.tables) claims.set(spec.table, [...(claims.get(spec.table) ?? []), spec])
  }
  return claims
}

function isClaimed(spec: Claim, column: string, tables: Tables): boolean {
  if (spec.ignore?.includes(column)) return false
  if (!spec.columns) return true
  const key = tables.get(spec.table)?.primaryKey
  const own = key?.length === 1 ? key : []
  const declared = [spec.references, spec.json, spec.text, spec.files, spec.set].flatMap((by) =>
    Object.keys(by ?? {}),
  )
  return [...spec.columns, ...declared, ...own, spec.owner?.split('.')[0]].includes(column)
}
