import { type KeyForm, keyFormText, type Queryable } from '@piecework/core/piece'
import { quoteIdent } from '../database/quote-ident.js'
import { type TableName, tableKey } from '../table-piece/table-name.js'
import type { Ask, Below } from './proposal.js'
import { nameColumn } from './propose-table.js'
import { shellValues } from './shell-values.js'
import { Source, textSource, valueSource } from './source-text.js'

export interface KindSource {
  readonly kind: string
  readonly variable: string
  readonly key: KeyForm | undefined
}

/** The kind of the root, with statements for its shells. */
export async function kindSource(
  db: Queryable,
  below: Below,
  { kind, variable, key }: KindSource,
  ask: Ask,
): Promise<string> {
  const { root, key: id } = below
  const named = nameColumn(root)
  const name = named ? `coalesce(${quoteIdent(named.name)}, '')` : `${quoteIdent(id)}::text`
  const select = `SELECT ${name} AS name FROM ${qualified(root)} WHERE ${quoteIdent(id)} = $1`
  if (key === 'natural')
    ask(
      'people give these ids, so no copy can be given one: resources of this kind can be exported only.',
      id,
    )
  const source = valueSource({
    kind,
    table: tableKey(root),
    ...(key !== undefined && { key: new Source(keyFormText(key)) }),
    describe: new Source(
      `async ({ id }, db) =>\n    (await db.query<{ name: string }>(${textSource(select)}, [id])).rows[0]`,
    ),
    ...(key !== 'natural' && { shell: await shellSource(db, below, ask) }),
  })
  return `export const ${variable}: ResourceKind = ${source}\n`
}

const qualified = ({ schema, name }: TableName): string => `${quoteIdent(schema)}.${quoteIdent(name)}`

async function shellSource(
  db: Queryable,
  below: Below,
  ask: Ask,
): Promise<Readonly<Record<'create' | 'ready' | 'remove', Source>>> {
  const table = qualified(below.root)
  const id = quoteIdent(below.key)
  const values = await shellValues(db, below, nameColumn(below.root), ask)
  const columns = [id, ...values.map(({ column }) => quoteIdent(column.name))]
  const bound = ['ref.id']
  const inserted = values.map(({ value, sql }) => {
    if (value === undefined) return sql
    bound.push(value)
    return `$${bound.length}`
  })
  const insert = `INSERT INTO ${table} (${columns.join(', ')}) OVERRIDING SYSTEM VALUE VALUES (${['$1', ...inserted].join(', ')}) ON CONFLICT (${id}) DO NOTHING`
  const used = ['name', 'owner'].filter((one) => bound.some((value) => value.startsWith(one)))
  ask(
    'hide a shell until "ready": by a column that "create" and "ready" set, and that "describe" and your own queries ask for. Until then people see a copy while it is made.',
  )
  const statement = (sql: string, values: string): string => `await tx.query(${textSource(sql)}, [${values}])`
  const create = statement(insert, bound.join(', '))
  const remove = statement(`DELETE FROM ${table} WHERE ${id} = $1`, 'id')
  return {
    create: new Source(`async ({ ${['ref', ...used].join(', ')} }, tx) => {\n      ${create}\n    }`),
    ready: new Source('async () => {}'),
    remove: new Source(`async ({ id }, tx) => {\n      ${remove}\n    }`),
  }
}
