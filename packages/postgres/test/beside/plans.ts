import { randomUUID } from 'node:crypto'
import type { ResourceKind } from '@piecework/core'
import type { Piece, Transaction } from '@piecework/core/piece'
import type { Database } from '@piecework/core/store'
import { postgresStore, tablePiece } from '@piecework/postgres'

/** The database of the store, and one that has shapes. */
export interface Two {
  readonly main: Database
  readonly geo: Database
}

/** The tables of the store, of plans and of their shapes. */
export async function makeTables({ main, geo }: Two): Promise<void> {
  await postgresStore({ database: main, databases: { geo } }).migrate()
  await main.transaction(async (tx) => {
    await tx.query('CREATE TABLE plans (id uuid PRIMARY KEY, name text NOT NULL, ready boolean NOT NULL)')
    await tx.query(
      'CREATE TABLE goals (id uuid PRIMARY KEY, plan_id uuid NOT NULL REFERENCES plans, label text NOT NULL)',
    )
  })
  await geo.transaction(async (tx) => {
    await tx.query(
      'CREATE TABLE shapes (id uuid PRIMARY KEY, plan_id uuid NOT NULL, code text NOT NULL UNIQUE)',
    )
    await tx.query(
      'CREATE TABLE corners (shape_id uuid NOT NULL REFERENCES shapes, n int, PRIMARY KEY (shape_id, n))',
    )
  })
}

export const plan: ResourceKind = {
  kind: 'plan',
  table: 'plans',
  describe: async ({ id }, db) =>
    (await db.query<{ name: string }>('SELECT name FROM plans WHERE id = $1 AND ready', [id])).rows[0],
  shell: {
    create: async ({ ref, name }, tx) =>
      void (await tx.query('INSERT INTO plans VALUES ($1, $2, false) ON CONFLICT DO NOTHING', [
        ref.id,
        name ?? '',
      ])),
    ready: async ({ id }, tx) => void (await tx.query('UPDATE plans SET ready = true WHERE id = $1', [id])),
    remove: async ({ id }, tx) => void (await tx.query('DELETE FROM plans WHERE id = $1', [id])),
  },
}

export const goals = tablePiece({
  name: 'plan/goals',
  of: 'plan',
  version: 1,
  tables: [{ table: 'goals', owner: 'plan_id', order: ['label'] }],
})

export const shapes = tablePiece({
  name: 'plan/shapes',
  of: 'plan',
  version: 1,
  after: ['plan/goals'],
  database: 'geo',
  tables: [
    { table: 'shapes', owner: 'plan_id', order: ['code'], unique: { code: 'suffix' } },
    { table: 'corners', owner: 'shape_id.plan_id', order: ['n'], references: { shape_id: 'shapes' } },
  ],
})

/** Runs behind all others, in the store's database. */
export const last = (work: (tx: Transaction) => Promise<unknown>): Piece => ({
  contract: 1,
  name: 'plan/last',
  of: 'plan',
  version: 1,
  after: ['plan/shapes'],
  exporter: { export: async () => ({ rows: 0 }) },
  importer: { import: async ({ tx }) => work(tx).then(() => ({ rows: 0 })) },
  cloner: { clone: async ({ tx }) => work(tx).then(() => ({ rows: 0 })) },
})

export async function samplePlan({
  main,
  geo,
}: Two): Promise<{ readonly kind: 'plan'; readonly id: string }> {
  const id = randomUUID()
  const shape = randomUUID()
  await main.query('INSERT INTO plans VALUES ($1, $2, true)', [id, 'a plan'])
  await main.query('INSERT INTO goals VALUES ($1, $2, $3)', [randomUUID(), id, 'a goal'])
  await geo.query('INSERT INTO shapes VALUES ($1, $2, $3)', [shape, id, `code of ${id}`])
  await geo.query('INSERT INTO corners SELECT $1, n FROM generate_series(1, 3) AS n', [shape])
  return { kind: 'plan', id }
}

/** What a plan has in both: 1, 1, 1 and 3 of the sample. */
export async function rowsOf({ main, geo }: Two, id: string) {
  const count = async (db: Database, sql: string) =>
    Number((await db.query<{ n: string }>(sql, [id])).rows[0]?.n)
  return {
    plans: await count(main, 'SELECT count(*)::text AS n FROM plans WHERE id = $1 AND ready'),
    goals: await count(main, 'SELECT count(*)::text AS n FROM goals WHERE plan_id = $1'),
    shapes: await count(geo, 'SELECT count(*)::text AS n FROM shapes WHERE plan_id = $1'),
    corners: await count(
      geo,
      'SELECT count(*)::text AS n FROM corners c JOIN shapes s ON s.id = c.shape_id WHERE s.plan_id = $1',
    ),
  }
}
export const whole = { plans: 1, goals: 1, shapes: 1, corners: 3 }

/** In both databases, of everything. */
export async function totals({ main, geo }: Two): Promise<readonly number[]> {
  const count = async (db: Database, table: string) =>
    Number((await db.query<{ n: string }>(`SELECT count(*)::text AS n FROM ${table}`)).rows[0]?.n)
  return [
    await count(main, 'plans'),
    await count(main, 'goals'),
    await count(geo, 'shapes'),
    await count(geo, 'corners'),
    await count(geo, 'piecework.attempts'),
    await count(geo, 'piecework.summaries'),
    await count(geo, 'piecework.replaced_values'),
  ]
}
