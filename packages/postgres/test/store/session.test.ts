import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import {
  createPiecework,
  memoryArtifacts,
  memoryStore,
  type Piecework,
  type PieceworkOptions,
  type ResourceKind,
} from '@piecework/core'
import type { SessionContext } from '@piecework/core/store'
import { fromPg, postgresStore, tablePiece } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import { needsServer, scratchDatabase } from '@piecework/test-support'
import pg from 'pg'
import { suite } from 'uvu'
import { scratchEmbedded } from '../scratch-embedded.js'

const ddl = `
  CREATE TABLE albums (id uuid PRIMARY KEY, name text, ready boolean NOT NULL);
  CREATE TABLE photos (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), album_id uuid NOT NULL REFERENCES albums ON DELETE CASCADE,
    n int UNIQUE, by text DEFAULT current_setting('app.user', true));
  CREATE TABLE audit (what text, who text);
  CREATE FUNCTION audit() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN INSERT INTO public.audit VALUES (TG_TABLE_NAME || ' ' || TG_OP, current_setting('app.user', true)); RETURN NULL; END $$;
  CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON albums FOR EACH ROW EXECUTE FUNCTION audit();
  CREATE TRIGGER audit AFTER INSERT OR DELETE ON photos FOR EACH ROW EXECUTE FUNCTION audit();`

const kind: ResourceKind = {
  kind: 'album',
  table: 'albums',
  describe: async ({ id }, db) =>
    (await db.query<{ name: string }>('SELECT name FROM albums WHERE id = $1 AND ready', [id])).rows[0],
  shell: {
    create: async ({ ref, name }, tx) =>
      void (await tx.query('INSERT INTO albums VALUES ($1, $2, false) ON CONFLICT DO NOTHING', [
        ref.id,
        name,
      ])),
    ready: async ({ id }, tx) => void (await tx.query('UPDATE albums SET ready = true WHERE id = $1', [id])),
    remove: async ({ id }, tx) => void (await tx.query('DELETE FROM albums WHERE id = $1', [id])),
  },
}
const piece = tablePiece({
  name: 'album/photos',
  of: 'album',
  version: 1,
  tables: [{ table: 'photos', owner: 'album_id', order: ['n'], triggers: ['audit'], ignore: ['by'] }],
})
const pack = { name: 'albums', kinds: [kind], pieces: [piece] }
const principal = { id: 'ann' }

type Parts = Pick<PieceworkOptions, 'store'> & {
  readonly sql: (sql: string, values?: unknown[]) => Promise<{ rows: unknown[] }>
  close(): Promise<void>
}

const hosts: Readonly<Record<string, () => Promise<Parts>>> = {
  server: async () => {
    const scratch = await scratchDatabase()
    const pool = new pg.Pool({ connectionString: scratch.url, max: 4 })
    const store = postgresStore({ database: fromPg(pool) })
    await store.migrate()
    return {
      store,
      sql: (sql, values) => pool.query(sql, values),
      close: () => pool.end().then(() => scratch.drop()),
    }
  },
  embedded: async () => {
    const database = await scratchEmbedded()
    return {
      store: memoryStore({ database }),
      sql: (sql, values) => database.query(sql, values),
      close: () => database.close(),
    }
  },
}

for (const [name, open] of Object.entries(hosts)) {
  const base = suite(`the session of the host, ${name}`)
  const test = name === 'server' ? needsServer(base) : base
  let here: Parts
  let piecework: Piecework
  const seen: SessionContext[] = []
  test.before(async () => {
    here = await open()
    await here.sql(ddl)
    const session: PieceworkOptions['session'] = async (tx, context) => {
      seen.push(context)
      await tx.query(`SELECT set_config('app.user', $1, true)`, [context.principal.id])
    }
    piecework = createPiecework({
      packs: [pack],
      ...(here.store && { store: here.store }),
      artifacts: memoryArtifacts(),
      runtime: inProcess(),
      session,
    })
    await piecework.start()
  })
  test.after(async () => {
    await piecework.stop()
    await here.close()
  })

  const briefly = () =>
    seen
      .splice(0)
      .map(
        ({ kind: of, principal: by, piece: in_, resource }) =>
          `${of} ${by.id} ${in_ ?? '-'} ${resource?.kind ?? '-'}`,
      )
  const audited = async () => {
    const { rows } = await here.sql(
      'SELECT what, who, count(*)::int AS n FROM audit GROUP BY 1, 2 ORDER BY 1, 2',
    )
    await here.sql('TRUNCATE audit')
    return rows
  }

  test('runs in each transaction of a piece and of shells, for triggers and defaults', async () => {
    const id = randomUUID()
    await here.sql('INSERT INTO albums VALUES ($1, $2, true)', [id, 'one'])
    await here.sql('INSERT INTO photos (album_id, n) VALUES ($1, 1)', [id])
    await here.sql('TRUNCATE audit')
    const resource = { kind: 'album', id }
    const exported = await (await piecework.export({ resource, principal })).ended()
    assert.equal(exported.job.outcome, 'succeeded')
    assert.deepEqual(briefly(), ['export ann album/photos album'])
    const archive = { artifact: exported.job.result?.archive?.artifact ?? '' }
    // The number is unique in the whole database: a second copy is refused, and removed.
    const failed = await (await piecework.import({ archive, principal })).ended()
    assert.equal(failed.job.outcome, 'failed')
    assert.deepEqual(briefly(), [
      'import ann album/photos album',
      'import ann - -',
      'import ann album/photos album',
      'import ann - -',
    ])
    assert.deepEqual(await audited(), [
      { what: 'albums DELETE', who: 'ann', n: 1 },
      { what: 'albums INSERT', who: 'ann', n: 1 },
    ])
    await here.sql('DELETE FROM photos')
    await here.sql('TRUNCATE audit')
    const imported = await (await piecework.import({ archive, principal })).ended()
    assert.equal(imported.job.outcome, 'succeeded', imported.job.error?.message)
    assert.deepEqual(briefly(), [
      'import ann album/photos album',
      'import ann - -',
      'import ann album/photos album',
      'import ann - -',
    ])
    assert.deepEqual(await audited(), [
      { what: 'albums INSERT', who: 'ann', n: 1 },
      { what: 'albums UPDATE', who: 'ann', n: 1 },
      { what: 'photos INSERT', who: 'ann', n: 1 },
    ])
    assert.deepEqual((await here.sql('SELECT by FROM photos')).rows, [{ by: 'ann' }])
    await here.sql('DELETE FROM photos')
    const cloned = await (await piecework.clone({ resource, principal: { id: 'bob' } })).ended()
    assert.equal(cloned.job.outcome, 'succeeded')
    assert.deepEqual(briefly(), ['clone bob - -', 'clone bob album/photos album', 'clone bob - -'])
    await piecework.diff({ resource, principal }, { resource, principal })
    assert.deepEqual(briefly(), ['diff ann album/photos album', 'diff ann album/photos album'])
  })

  test('a session that fails keeps the piece from running', async () => {
    const id = randomUUID()
    await here.sql('INSERT INTO albums VALUES ($1, $2, true)', [id, 'two'])
    const failing = createPiecework({
      packs: [pack],
      ...(here.store && { store: here.store }),
      artifacts: memoryArtifacts(),
      runtime: inProcess(),
      maxAttempts: 1,
      session: async (tx) => void (await tx.query('SELECT 1 / 0')),
    })
    await piecework.stop()
    await failing.start()
    const { job } = await (await failing.export({ resource: { kind: 'album', id }, principal })).ended()
    await failing.stop()
    assert.deepEqual([job.outcome, job.error?.code], ['failed', 'database'])
  })

  test.run()
}
