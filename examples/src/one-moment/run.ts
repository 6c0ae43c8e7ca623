// Ledgers: each booking writes a row and the sum of all rows, in one transaction. An export reads them in two pieces.
import { createPiecework, memoryArtifacts, type ResourceKind } from '@piecework/core'
import { fromPg, postgresStore, tablePiece } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import pg from 'pg'

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 6 })
const database = fromPg(pool)
const store = postgresStore({ database })
await store.migrate()
await pool.query(`
  CREATE TABLE ledgers (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text, ready boolean DEFAULT true);
  CREATE TABLE bookings (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), ledger_id uuid REFERENCES ledgers, amount int);
  CREATE TABLE sums (ledger_id uuid PRIMARY KEY REFERENCES ledgers, amount int)`)

const ledger: ResourceKind = {
  kind: 'ledger',
  table: 'ledgers',
  describe: async ({ id }, db) =>
    (await db.query<{ name: string }>('SELECT name FROM ledgers WHERE id = $1 AND ready', [id])).rows[0],
  shell: {
    create: async ({ ref, name }, tx) =>
      void (await tx.query('INSERT INTO ledgers VALUES ($1, $2, false)', [ref.id, name])),
    ready: async ({ id }, tx) => void (await tx.query('UPDATE ledgers SET ready = true WHERE id = $1', [id])),
    remove: async ({ id }, tx) => void (await tx.query('DELETE FROM ledgers WHERE id = $1', [id])),
  },
}
const owned = { of: 'ledger', version: 1 } as const
const bookings = tablePiece({
  ...owned,
  name: 'ledger/bookings',
  tables: [{ table: 'bookings', owner: 'ledger_id', order: ['id'] }],
})
const sums = tablePiece({
  ...owned,
  name: 'ledger/sums',
  tables: [{ table: 'sums', owner: 'ledger_id', order: ['ledger_id'] }],
})

const packs = [{ name: 'ledgers', kinds: [ledger], pieces: [bookings, sums] }]
const piecework = createPiecework({ packs, store, artifacts: memoryArtifacts(), runtime: inProcess() })
await piecework.start()

const { rows } = await pool.query("INSERT INTO ledgers (name) VALUES ('Tea') RETURNING id")
const [{ id }] = rows
await pool.query('INSERT INTO sums VALUES ($1, 0)', [id])

let isOpen = true
async function book(): Promise<void> {
  while (isOpen)
    await database.transaction(async (tx) => {
      await tx.query('INSERT INTO bookings (ledger_id, amount) VALUES ($1, 1)', [id])
      await tx.query('UPDATE sums SET amount = amount + 1 WHERE ledger_id = $1', [id])
    })
}

const principal = { id: 'ann' }
const booking = book()
const request = { resource: { kind: 'ledger', id }, principal, claim: false }
const { archive } = await (await piecework.export(request)).result()
isOpen = false
await booking
if (!archive) throw new Error('no archive')

const { resource } = await (await piecework.import({ archive, principal })).result()
const counted = `SELECT count(b.id) AS rows, min(s.amount) AS sum FROM bookings b JOIN sums s USING (ledger_id)
  WHERE ledger_id = $1`
const [now, copy] = await Promise.all([id, resource?.id].map((one) => pool.query(counted, [one])))
console.log('bookings since the moment:', Number(now?.rows[0].rows) > Number(copy?.rows[0].rows))
console.log('rows and sum of the copy agree:', Number(copy?.rows[0].rows) === copy?.rows[0].sum)
await piecework.stop()
await pool.end()
