import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import {
  createPiecework,
  type Database,
  type JobReport,
  memoryArtifacts,
  type Piecework,
} from '@piecework/core'
import type { Queryable } from '@piecework/core/piece'
import { postgresStore, type TablePieceSpec, tablePiece } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import {
  atlas,
  atlasPack,
  atlasTables,
  logTrigger,
  type OnDelete,
  onDeletes,
  refuse,
  rowCounts,
} from './atlas.js'

type Test = (name: string, run: () => Promise<void>) => void

const principal = { id: 'ann' }
let schemas = 0

const finding = (): never => assert.fail('found something')

/** What hosts do to keep rows that are deleted. */
const keepers: Readonly<Record<string, (schema: string) => readonly string[]>> = {
  'a trigger': (schema) => [
    `CREATE FUNCTION ${schema}.keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$`,
    `CREATE TRIGGER keep BEFORE DELETE ON ${schema}.notes FOR EACH ROW EXECUTE FUNCTION ${schema}.keep()`,
  ],
  'a rule': (schema) => [`CREATE RULE keep AS ON DELETE TO ${schema}.notes DO INSTEAD NOTHING`],
}

interface Host {
  readonly schema: string
  readonly piecework: Piecework
  readonly id: string
  /** What runs when all rows are written. */
  last: (tx: Queryable) => Promise<void>
}

/** What a job has made is gone when it failed or was cancelled, on any database. `actions`: of the foreign keys. */
export function removalBehaviour(
  test: Test,
  database: () => Database,
  actions: readonly OnDelete[] = onDeletes,
): void {
  const withHost = async (
    action: OnDelete,
    use: (host: Host) => Promise<void>,
    prepare: (schema: string) => readonly string[] = () => [],
    log: Pick<TablePieceSpec, 'exportOnly'> = {},
  ): Promise<void> => {
    const db = database()
    const schema = `atlas_${++schemas}`
    for (const sql of [...atlasTables(schema, action), ...prepare(schema)]) await db.query(sql)
    const host = { schema, id: await atlas(db, schema), last: async (_tx: Queryable): Promise<void> => {} }
    const store = postgresStore({ database: db })
    const packs = [atlasPack(schema, (tx) => host.last(tx), log)]
    const piecework = createPiecework({
      packs,
      store,
      artifacts: memoryArtifacts(),
      runtime: inProcess(),
      backoffMs: 60_000,
    })
    await piecework.start()
    try {
      await use(Object.assign(host, { piecework }))
    } finally {
      await piecework.stop()
    }
  }
  const clone = async ({ piecework, id }: Host): Promise<JobReport> =>
    (await piecework.clone({ resource: { kind: 'project', id }, principal })).ended()
  const twice = (counts: Readonly<Record<string, number>>) =>
    Object.fromEntries(Object.entries(counts).map(([table, count]) => [table, 2 * count]))

  for (const action of actions) {
    test(`nothing half-made: a clone that fails at its end leaves no row: foreign keys ${action}`, async () => {
      await withHost(action, async (host) => {
        const before = await rowCounts(database(), host.schema)
        let written: Readonly<Record<string, number>> = {}
        host.last = async (tx) => {
          if (!written.projects) written = await rowCounts(tx, host.schema)
          refuse()
        }
        const { job } = await clone(host)
        assert.deepEqual([job.status, job.error?.message], ['failed', 'It ends badly.'])
        assert.deepEqual(written, twice(before), 'there was something to remove')
        assert.deepEqual(await rowCounts(database(), host.schema), before)
      })
    })

    test(`nothing half-made: an import that fails at its end leaves no row: foreign keys ${action}`, async () => {
      await withHost(action, async (host) => {
        const { piecework, schema } = host
        const before = await rowCounts(database(), schema)
        const exported = await piecework.export({ resource: { kind: 'project', id: host.id }, principal })
        const { archive = assert.fail('no archive') } = await exported.result()
        host.last = async () => refuse()
        const { job } = await (await piecework.import({ archive, principal })).ended()
        assert.deepEqual([job.status, job.error?.message], ['failed', 'It ends badly.'])
        assert.deepEqual(await rowCounts(database(), schema), before)
      })
    })
  }

  for (const action of actions.slice(0, 3)) {
    test(`nothing half-made: rows that a trigger wrote for another piece go too: foreign keys ${action}`, async () => {
      await withHost(
        action,
        async (host) => {
          const { schema } = host
          const before = await rowCounts(database(), schema)
          host.last = async () => refuse()
          const { job } = await clone(host)
          assert.equal(job.status, 'failed')
          assert.deepEqual(await rowCounts(database(), schema), before)
          host.last = async () => {}
          assert.equal((await clone(host)).job.status, 'succeeded')
          const { log } = await rowCounts(database(), schema)
          assert.equal(log, 5 + (before.log ?? 0), 'the trigger fires')
        },
        (schema) => [logTrigger(schema)],
      )
    })

    test(`nothing half-made: rows that a trigger wrote for a piece that is exported only go too: foreign keys ${action}`, async () => {
      await withHost(
        action,
        async (host) => {
          const before = await rowCounts(database(), host.schema)
          host.last = async () => refuse()
          assert.equal((await clone(host)).job.status, 'failed')
          assert.deepEqual(await rowCounts(database(), host.schema), before)
        },
        (schema) => [logTrigger(schema)],
        { exportOnly: true },
      )
    })

    test(`nothing half-made: a cancelled clone leaves no row: foreign keys ${action}`, async () => {
      await withHost(action, async (host) => {
        const before = await rowCounts(database(), host.schema)
        host.last = async () => refuse(true)
        const handle = await host.piecework.clone({ resource: { kind: 'project', id: host.id }, principal })
        for await (const { stages } of handle.watch()) if (stages.some(({ retried }) => retried > 0)) break
        await handle.cancel()
        const { job } = await handle.ended()
        assert.equal(job.status, 'cancelled')
        assert.deepEqual(await rowCounts(database(), host.schema), before)
      })
    })
  }

  for (const [how, keep] of Object.entries(keepers)) {
    test(`nothing half-made: rows that ${how} keeps from being deleted are told`, async () => {
      await withHost(
        'none',
        async (host) => {
          const before = await rowCounts(database(), host.schema)
          host.last = async () => refuse()
          const { job, findings } = await clone(host)
          assert.equal(job.status, 'failed')
          assert.deepEqual(
            findings.map(({ code, piece, count }) => [code, piece, count]),
            [['table/rows-left', 'atlas/photos', 5]],
          )
          assert.match(findings[0]?.message ?? '', /^5 rows of table "notes"/)
          const after = await rowCounts(database(), host.schema)
          assert.deepEqual(after, { ...before, notes: 10 })
        },
        keep,
      )
    })
  }

  test('a piece whose owner cannot hold the ids of the resources keeps no job from ending', async () => {
    const schema = `atlas_${++schemas}`
    for (const sql of atlasTables(schema, 'none')) await database().query(sql)
    const tables = [{ table: 'notes', owner: 'n', order: ['n'] }]
    const wrong = tablePiece({ name: 'atlas/wrong', of: 'project', version: 1, schema, tables })
    const resources = [{ kind: 'project', id: randomUUID() }]
    await database().transaction(async (tx) =>
      wrong.remover?.remove({ resources, table: 'projects', tablesAbove: [], tx, finding }),
    )
  })

  const deletions = async (action: OnDelete): Promise<readonly string[]> => {
    const schema = `atlas_${++schemas}`
    for (const sql of atlasTables(schema, action)) await database().query(sql)
    const statements: string[] = []
    await database().transaction(async (tx) => {
      const query: typeof tx.query = (sql, values) => {
        statements.push(sql)
        return tx.query(sql, values)
      }
      const recording: typeof tx = { query, copyIn: tx.copyIn.bind(tx), copyOut: tx.copyOut.bind(tx) }
      const resources = [randomUUID(), randomUUID()].map((id) => ({ kind: 'project', id }))
      for (const { of, remover } of atlasPack(schema, async () => {}).pieces ?? [])
        if (of === 'project')
          await remover?.remove({ resources, table: 'projects', tablesAbove: [], tx: recording, finding })
    })
    return statements.filter((sql) => /^(DELETE|WITH d0) /.test(sql))
  }

  test('a table that goes with the resource by its foreign keys needs no statement, others one for all resources', async () => {
    assert.deepEqual(await deletions('CASCADE'), [])
    const circle = await deletions('RESTRICT')
    assert.equal(circle.length, 1, 'tables that refer to each other go in one statement')
    assert.match(circle[0] ?? '', /photos.*notes|notes.*photos/s)
    assert.equal((await deletions('none')).length, 2)
  })
}
