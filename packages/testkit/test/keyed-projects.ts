import { randomUUID } from 'node:crypto'
import type { KeyForm, Piece, ResourceKind } from '@piecework/core/piece'
import { tablePiece } from '@piecework/postgres'
import type { PieceLawsOptions } from '@piecework/testkit'

/** One host for each sort of resource id: projects that hold notes, each note with two references to its project. */
interface Keyed {
  readonly name: string
  /** Of the column. */
  readonly type: string
  readonly key: KeyForm
  newId(): string
}

const digits = (length: number): string => randomUUID().replaceAll('-', '').slice(0, length)

export const keyed: readonly Keyed[] = [
  { name: 'uuids', type: 'uuid', key: 'uuid', newId: () => randomUUID() },
  { name: 'uuid_texts', type: 'text', key: 'uuid', newId: () => randomUUID() },
  { name: 'hexes', type: 'varchar(24)', key: { hex: 24 }, newId: () => digits(24) },
  { name: 'cuids', type: 'text', key: 'cuid', newId: () => `c${digits(24)}` },
  {
    name: 'nanoids',
    type: 'text',
    key: { nanoid: { length: 20 } },
    newId: () => `${digits(10)}/ü ${digits(5)}`,
  },
  { name: 'padded', type: 'char(40)', key: 'ulid', newId: () => `01${digits(24).toUpperCase()}` },
  { name: 'serials', type: 'serial', key: { sequence: 'public.serials_id_seq' }, newId: () => 'DEFAULT' },
  {
    name: 'identities',
    type: 'bigint GENERATED ALWAYS AS IDENTITY (START 5000000000)',
    key: { sequence: 'identities_id_seq' },
    newId: () => 'DEFAULT',
  },
]

const columnType = (type: string): string =>
  type === 'serial' ? 'int' : type.startsWith('bigint') ? 'bigint' : type

export const keyedTables = keyed
  .map(({ name, type }) => {
    const of = columnType(type)
    return `
CREATE TABLE ${name} (id ${type} PRIMARY KEY, name text, owner_id text REFERENCES people);
CREATE TABLE ${name}_notes (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), position int, text text,
  project_id ${of} NOT NULL REFERENCES ${name} ON DELETE CASCADE, about ${of} REFERENCES ${name})`
  })
  .reduce(
    (all, one) => `${all};${one}`,
    "CREATE TABLE people (id text PRIMARY KEY); INSERT INTO people VALUES ('ann')",
  )

const kindOf = ({ name, key }: Keyed): ResourceKind => ({
  kind: 'project',
  table: name,
  key,
  describe: async ({ id }, db) =>
    (await db.query<{ name: string }>(`SELECT name FROM ${name} WHERE id = $1`, [id])).rows[0],
  shell: {
    create: async ({ ref, owner }, tx) => {
      const override = typeof key === 'object' && 'sequence' in key ? 'OVERRIDING SYSTEM VALUE' : ''
      await tx.query(
        `INSERT INTO ${name} (id, owner_id) ${override} VALUES ($1, $2) ON CONFLICT (id) DO NOTHING`,
        [ref.id, owner],
      )
    },
    ready: async () => {},
    remove: async ({ id }, tx) => {
      await tx.query(`DELETE FROM ${name} WHERE id = $1`, [id])
    },
  },
})

const pieceOf = ({ name }: Keyed): Piece =>
  tablePiece({
    name: `keyed/${name.replace('_', '-')}`,
    of: 'project',
    version: 1,
    tables: [
      { table: name, owner: 'id', order: ['name'], ignore: ['owner_id'] },
      {
        table: `${name}_notes`,
        owner: 'project_id',
        order: ['position'],
        references: { about: { table: name, of: 'project' } },
      },
    ],
  })

export const keyedLaws = (of: Keyed, database: PieceLawsOptions['database']): PieceLawsOptions => ({
  piece: pieceOf(of),
  kind: kindOf(of),
  // Owners are people of the host.
  principal: { id: 'ann' },
  database,
  sample: async (db) => {
    const id = of.newId()
    const { rows } = await db.query<{ id: string }>(
      `INSERT INTO ${of.name} (id, name, owner_id) VALUES (${id === 'DEFAULT' ? id : '$1'}, 'Reef', 'ann') RETURNING id::text`,
      id === 'DEFAULT' ? [] : [id],
    )
    const resource = { kind: 'project', id: rows[0]?.id ?? '' }
    await db.query(
      `INSERT INTO ${of.name}_notes (position, text, project_id, about)
       SELECT n, 'note ' || n, p.id, CASE WHEN n < 3 THEN p.id END FROM ${of.name} p, generate_series(1, 4) n WHERE p.id = $1`,
      [resource.id],
    )
    return { resource, ids: { project_id: of.name, about: of.name } }
  },
  content: async ({ id }, db) => {
    const { rows } = await db.query(
      `SELECT * FROM ${of.name}_notes WHERE project_id = $1 ORDER BY position`,
      [id],
    )
    return rows
  },
})
