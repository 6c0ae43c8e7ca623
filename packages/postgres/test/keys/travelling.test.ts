import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import {
  ann,
  cloneOf,
  made,
  serverWorld,
  shelfPack,
  shelfPiece,
  succeeded,
  type World,
  withHost,
} from './support.js'

const test = needsServer(suite('keys: numbers that travel'))
let world: World

const tables = `CREATE TABLE shelves (id uuid PRIMARY KEY, name text, ready boolean NOT NULL DEFAULT true);
CREATE TABLE lines (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), shelf_id uuid REFERENCES shelves ON DELETE CASCADE, no serial, UNIQUE (shelf_id, no));
CREATE TABLE codes (id serial PRIMARY KEY, shelf_id uuid REFERENCES shelves ON DELETE CASCADE)`

test.before(async () => {
  world = await serverWorld(tables)
})
test.after(() => world.close())

const next = async (sequence: string): Promise<number> => {
  const [row] = await world.query<{ n: string }>(`SELECT nextval('${sequence}') AS n`)
  return Number(row?.n)
}

test("new ids: after an import or a clone whose numbers travel, the host's own next insert works", async () => {
  const pack = shelfPack(
    shelfPiece('lines', [{ table: 'lines', owner: 'shelf_id', order: ['no'], columns: ['no'] }]),
    shelfPiece('codes', [{ table: 'codes', owner: 'shelf_id', order: ['id'], key: 'natural' }]),
  )
  const shelf = randomUUID()
  await world.query(`INSERT INTO shelves VALUES ($1, 'travels')`, [shelf])
  await world.query('INSERT INTO lines (shelf_id, no) VALUES ($1, 2), ($1, 30), ($1, 7)', [shelf])
  await world.query('INSERT INTO codes (id, shelf_id) VALUES (3, $1), (40, $1)', [shelf])
  const resource = { kind: 'shelf', id: shelf }
  const archive = await withHost(world, pack, async (piecework) => {
    const { job } = await succeeded(piecework.export({ resource, principal: ann }))
    const { bytes } = await piecework.download(job.id, { principal: ann })
    const all: Uint8Array[] = []
    for await (const chunk of bytes) all.push(chunk)
    return Buffer.concat(all)
  })
  const there = await serverWorld(tables)
  const stream = async function* () {
    yield archive
  }
  const numbers = async (of: string) =>
    (
      await there.query<{ numbers: string }>(
        `SELECT concat_ws(' ', (SELECT string_agg(no::text, ',' ORDER BY no) FROM lines WHERE shelf_id = $1), (SELECT string_agg(id::text, ',' ORDER BY id) FROM codes WHERE shelf_id = $1)) AS numbers`,
        [of],
      )
    )[0]?.numbers
  const next = async (of: string) => {
    const [line] = await there.query('INSERT INTO lines (shelf_id) VALUES ($1) RETURNING no', [of])
    const [code] = await there.query('INSERT INTO codes (shelf_id) VALUES ($1) RETURNING id', [of])
    return [line?.no, code?.id]
  }
  try {
    await withHost(there, pack, async (piecework) => {
      const imported = made(
        await succeeded(piecework.import({ archive: { stream: stream() }, principal: ann })),
      )
      assert.equal(await numbers(imported), '2,7,30 3,40')
      assert.deepEqual(await next(imported), [31, 41])
    })
    // Keys of people cannot stand twice: lines alone.
    await withHost(there, { ...pack, pieces: pack.pieces?.slice(0, 1) ?? [] }, async (piecework) => {
      const [source] = await there.query<{ id: string }>('SELECT id FROM shelves')
      await there.query('INSERT INTO lines (shelf_id, no) VALUES ($1, 35)', [source?.id])
      const cloned = made(await succeeded(cloneOf(piecework, source?.id ?? '')))
      assert.match((await numbers(cloned)) ?? '', /^2,7,30,31,35\b/)
      const [line] = await there.query('INSERT INTO lines (shelf_id) VALUES ($1) RETURNING no', [cloned])
      assert.equal(line?.no, 36)
    })
  } finally {
    await there.close()
  }
})

test('new ids: a sequence that is more than 1,000,000 behind the numbers of a copy fails the job before its first row', async () => {
  const pack = shelfPack(
    shelfPiece('lines', [{ table: 'lines', owner: 'shelf_id', order: ['no'], columns: ['no'] }]),
  )
  const counts = () =>
    world.query('SELECT (SELECT count(*) FROM shelves) AS shelves, (SELECT count(*) FROM lines) AS lines')
  const shelf = randomUUID()
  await world.query(`INSERT INTO shelves VALUES ($1, 'far')`, [shelf])
  await withHost(world, pack, async (piecework) => {
    for (const [behind, fits] of [
      [1_000_001, false],
      [1_000_000, true],
    ] as const) {
      await world.query('DELETE FROM lines')
      await world.query('INSERT INTO lines (shelf_id, no) VALUES ($1, 1), ($1, $2)', [shelf, 5 + behind])
      const exported = await succeeded(
        piecework.export({ resource: { kind: 'shelf', id: shelf }, principal: ann }),
      )
      const { archive } = exported.job.result
      assert.ok(archive)
      const copies = [() => piecework.import({ archive, principal: ann }), () => cloneOf(piecework, shelf)]
      // To move it so far takes a second.
      for (const copy of fits ? copies.slice(0, 1) : copies) {
        await world.query(`SELECT setval('lines_no_seq', 5)`)
        const before = await counts()
        const { job } = await (await copy()).ended()
        if (fits) {
          assert.equal(job.outcome, 'succeeded', JSON.stringify(job.error))
          assert.equal(await next('lines_no_seq'), 6 + behind)
        } else {
          assert.deepEqual([job.error?.code, job.error?.retryable], ['sequence-behind', false])
          assert.match(job.error?.node ?? '', /^keys /)
          assert.deepEqual(await counts(), before)
          assert.equal(await next('lines_no_seq'), 6)
        }
      }
    }
  })
})

test.run()
