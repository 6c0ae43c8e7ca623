import type { ResourceRef } from '@piecework/core'
import type { Piece, Queryable } from '@piecework/core/piece'
import { quoteIdent, type TableSpec } from '@piecework/postgres'
import { tableSpec } from '#internal/table-piece/spec.js'

interface Led {
  readonly table: string
  readonly key: string
}

/** Of several pieces, in their order, with ids that differ left out. */
export async function contentsOf(
  pieces: readonly Piece[],
  resource: ResourceRef,
  db: Queryable,
): Promise<readonly Content[]> {
  const contents: Content[] = []
  const led = await foreignKeys(db)
  for (const piece of pieces) contents.push(await contentOf(piece, resource, db, undefined, led))
  return contents
}

type Content = Readonly<Record<string, readonly object[]>>

const specOf = (piece: Piece): { readonly schema: string; readonly tables: readonly TableSpec[] } => {
  const { schema = 'public', tables = [] } = tableSpec in piece ? (piece as never)[tableSpec] : {}
  return { schema, tables }
}

const sqlName = (schema: string, table: string): string => `${quoteIdent(schema)}.${quoteIdent(table)}`

/** For `Sample.ids`: tables of the pieces, as `contentOf` names their ids. */
export const idsOf = (pieces: readonly Piece[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    pieces.flatMap((piece) => {
      const { schema, tables } = specOf(piece)
      return tables.map(({ table }) => [sqlName(schema, table), table])
    }),
  )

/**
 * Content of any table piece for `pieceLaws`: of each table, the rows that its owner leads to, in an order of what they
 * hold beside ids. `among`: these pieces' tables have their ids in it, each as `{ [table]: id }`; absent: without ids.
 */
export async function contentOf(
  piece: Piece,
  { id }: ResourceRef,
  db: Queryable,
  among?: readonly Piece[],
  known?: ReadonlyMap<string, Led>,
): Promise<Content> {
  const { schema, tables } = specOf(piece)
  const led = known ?? (await foreignKeys(db))
  const carried = idsOf(among ?? [])
  const [root = ''] = Object.keys(carried)
  const content: Record<string, readonly object[]> = {}
  for (const spec of tables) {
    const table = sqlName(schema, spec.table)
    const where = condition(led, table, spec.owner.split('.'))
    const { rows } = await db.query<{ row: object }>(
      `SELECT to_jsonb(t) - $2::text[]${among ? '' : ' - $3::text[]'} AS row FROM ${table} t WHERE ${where}
       ORDER BY ${[...spec.order.map((path) => sqlOf(led, table, path)), '(to_jsonb(t) - $2::text[] - $3::text[])'].map((sql) => `${sql}::text COLLATE "C"`).join(', ')}`,
      [id, [...(spec.ignore ?? []), ...(await numbers(db, table, spec))], idColumns(spec, led, table)],
    )
    const named = ([name, value]: [string, unknown]): [string, unknown] => {
      const own = name === 'id' ? table : name === spec.owner ? root : ''
      const to = led.get(`${table} ${name}`)?.table ?? own
      return [name, to in carried ? { [to]: value } : value]
    }
    content[spec.table] = among
      ? rows.map(({ row }) => typedIds(spec, schema, Object.fromEntries(Object.entries(row).map(named))))
      : rows.map(({ row }) => row)
  }
  return content
}

/** With the table of each key that another column says it of. */
function typedIds(spec: TableSpec, schema: string, row: Readonly<Record<string, unknown>>): object {
  const typed = Object.entries(spec.references ?? {}).flatMap(([name, reference]) => {
    if (typeof reference !== 'object' || !('tables' in reference)) return []
    const to = reference.tables[String(row[reference.by])]
    return typeof to === 'string' ? [[name, { [sqlName(schema, to)]: row[name] }]] : []
  })
  return { ...row, ...Object.fromEntries(typed) }
}

const idColumns = (spec: TableSpec, led: ReadonlyMap<string, Led>, table: string): readonly string[] => [
  'id',
  'primary key',
  spec.owner.split('.')[0] ?? '',
  ...Object.keys(spec.references ?? {}),
  ...[...led.keys()].filter((at) => at.startsWith(`${table} `)).map((at) => at.slice(table.length + 1)),
]

/** What a copy has of its own: numbers that are no keys, documents with ids, values that are unique. */
async function numbers(db: Queryable, table: string, spec: TableSpec): Promise<readonly string[]> {
  const { rows } = await db.query<{ name: string }>(
    `SELECT a.attname AS name FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
     WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval%' AND a.attname <> 'id'`,
    [table],
  )
  const documents = Object.keys(spec.json ?? {})
  return [
    ...rows.map(({ name }) => name),
    ...documents,
    ...Object.keys(spec.unique ?? {}),
    ...(spec.keepShellValue ?? []),
  ]
}

/** SQL of a column of row `t`, or of a row that it leads to. */
function sqlOf(led: ReadonlyMap<string, Led>, from: string, path: string): string {
  const [first = '', ...rest] = path.split('.')
  const last = rest.reduce(
    ({ sql, table, column }, next) => {
      const to = led.get(`${table} ${column}`)
      if (!to) throw new Error(`"${column}" of ${table} has no foreign key`)
      const row = `SELECT r.${quoteIdent(next)} FROM ${to.table} r WHERE r.${quoteIdent(to.key)} = ${sql}`
      return { sql: `(${row})`, table: to.table, column: next }
    },
    { sql: `t.${quoteIdent(first)}`, table: from, column: first },
  )
  return last.sql
}

function condition(led: ReadonlyMap<string, Led>, table: string, path: readonly string[]): string {
  const [column = '', ...rest] = path
  if (rest.length === 0) return `${quoteIdent(column)}::text = $1`
  const to = led.get(`${table} ${column}`)
  if (!to) throw new Error(`"${column}" of ${table} has no foreign key`)
  return `${quoteIdent(column)} IN (SELECT ${quoteIdent(to.key)} FROM ${to.table} WHERE ${condition(led, to.table, rest)})`
}

async function foreignKeys(db: Queryable): Promise<ReadonlyMap<string, Led>> {
  const { rows } = await db.query<{ at: string; to: string; key: string }>(
    `SELECT format('%I.%I', n.nspname, c.relname) || ' ' || a.attname AS at, format('%I.%I', fn.nspname, f.relname) AS to, k.attname AS key
     FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
     JOIN pg_class f ON f.oid = o.confrelid JOIN pg_namespace fn ON fn.oid = f.relnamespace
     JOIN pg_attribute a ON a.attrelid = o.conrelid AND a.attnum = o.conkey[1]
     JOIN pg_attribute k ON k.attrelid = o.confrelid AND k.attnum = o.confkey[1]
     WHERE o.contype = 'f' AND array_length(o.conkey, 1) = 1`,
  )
  return new Map(rows.map(({ at, to, key }) => [unquoted(at), { table: qualified(to), key }]))
}

/** `format` quotes where it must, and the callers always. */
const qualified = (name: string): string => {
  const [schema = '', table = ''] = [...name.matchAll(/"(?:[^"]|"")+"|[^".]+/g)].map(([part]) =>
    part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part,
  )
  return `${quoteIdent(schema)}.${quoteIdent(table)}`
}

const unquoted = (at: string): string => {
  const end = at.lastIndexOf(' ', at.length)
  const [, name = '', column = ''] =
    /^((?:"(?:[^"]|"")+"|[^". ]+)\.(?:"(?:[^"]|"")+"|[^". ]+)) (.*)$/s.exec(at) ?? []
  return name === '' ? at.slice(0, end) : `${qualified(name)} ${column}`
}
