import type { Queryable } from '@piecework/core/piece'
import { catalogueSql } from './catalogue-sql.js'
import { isSameTable, type TableName } from './table-name.js'

export interface Column {
  readonly name: string
  /** As SQL, with modifiers: `geometry(Polygon,4326)`. */
  readonly type: string
  /** Name of the type below all domains: `uuid`, `int4`, `jsonb`, `_uuid`. */
  readonly base: string
  /** Of an array: the name of its elements' type below all domains. */
  readonly element: string | undefined
  readonly notNull: boolean
  /** Has a value without being given one: by a default or as an identity. */
  readonly hasDefault: boolean
  readonly identity: boolean
  /** Takes its values from a sequence. */
  readonly serial: boolean
  /** GENERATED ALWAYS AS … STORED. */
  readonly generated: boolean
  /** Columns of the expression, if it is generated. */
  readonly madeOf: readonly string[]
  /** Has a collation. */
  readonly collatable: boolean
  /** Texts that differ are not equal. */
  readonly deterministic: boolean
  /** As `type`, of what is below any domain: two columns of one `stored` take the same texts. */
  readonly stored: string
  /** `stored` says it all: neither it nor its elements are composed of other types. */
  readonly simple: boolean
  /** A domain, which may refuse values. */
  readonly domain: boolean
}

/** A unique index without expressions. */
interface UniqueKey {
  readonly columns: readonly string[]
  /** Holds for some rows only. */
  readonly partial: boolean
  /** NULLS NOT DISTINCT. */
  readonly nullsEqual: boolean
}

/** A CHECK of a table. */
export interface TableCheck {
  readonly name: string
  readonly columns: readonly string[]
  /** As SQL, its columns unqualified. */
  readonly expression: string
}

export interface ForeignKey {
  readonly columns: readonly string[]
  readonly table: string
  readonly schema: string
  readonly keys: readonly string[]
  /** Checked at the end of the transaction. */
  readonly deferred: boolean
  /**
   * What becomes of the row when the row that it refers to is deleted: it is deleted too, it loses the
   * reference, or nothing certain (mostly, the deletion is refused).
   */
  readonly onDelete: 'cascade' | 'clear' | 'refuse'
  /** Only names say so; the database has no such key. */
  readonly likely?: true
}

export interface Table extends TableName {
  readonly columns: ReadonlyMap<string, Column>
  readonly primaryKey: readonly string[]
  readonly foreignKeys: readonly ForeignKey[]
  /** Columns that are unique by themselves. */
  readonly unique: ReadonlySet<string>
  /** A foreign key of another table leads to it. */
  readonly referenced: boolean
  /** Its rows are those of its partitions. */
  readonly partitioned: boolean
  /** A foreign table: its rows are in another database, which alone knows its keys. */
  readonly elsewhere: boolean
  readonly checks: readonly TableCheck[]
  /** Those of all rows. */
  readonly uniqueKeys: readonly UniqueKey[]
  readonly partialKeys: readonly UniqueKey[]
}

/** Tables by schema and name. */
export class Catalogue {
  readonly tables: readonly Table[]

  constructor(tables: readonly Table[]) {
    this.tables = tables
  }

  get(name: TableName): Table | undefined {
    return this.tables.find((table) => isSameTable(table, name))
  }
}

interface Row {
  schema: string
  name: string
  columns: (Column & { element: string | null })[]
  constraints: {
    type: 'p' | 'f'
    columns: string[]
    schema: string
    table: string
    keys: string[]
    deferred: boolean
    onDelete: ForeignKey['onDelete']
  }[]
  referenced: boolean
  partitioned: boolean
  elsewhere: boolean
  checks: TableCheck[]
  keys: UniqueKey[]
}

/** Tables as they are now, and those that their foreign keys refer to within `hops` steps, in any schema. */
export async function readCatalogue(
  db: Queryable,
  tables: readonly TableName[],
  hops = 1,
): Promise<Catalogue> {
  const { rows } = await db.query<Row>(catalogueSql, [
    tables.map(({ schema }) => schema),
    tables.map(({ name }) => name),
    hops,
  ])
  return new Catalogue(rows.map(tableOf))
}

function tableOf(row: Row): Table {
  const uniqueKeys = row.keys.filter(({ partial }) => !partial)
  return {
    schema: row.schema,
    name: row.name,
    columns: new Map(
      row.columns.map((column) => [column.name, { ...column, element: column.element ?? undefined }]),
    ),
    primaryKey: row.constraints.find(({ type }) => type === 'p')?.columns ?? [],
    foreignKeys: row.constraints.filter(({ type }) => type === 'f'),
    unique: new Set(uniqueKeys.flatMap(({ columns }) => (columns.length === 1 ? columns : []))),
    uniqueKeys,
    partialKeys: row.keys.filter(({ partial }) => partial),
    referenced: row.referenced,
    partitioned: row.partitioned,
    elsewhere: row.elsewhere,
    checks: row.checks,
  }
}
