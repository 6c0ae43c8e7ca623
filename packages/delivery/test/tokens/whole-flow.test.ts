import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import { createPiecework, isTerminal, memoryArtifacts, type Pack, PieceworkError } from '@piecework/core'
import { scopedTokens } from '@piecework/delivery'
import { fromPg, postgresStore } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import { needsServer, type ScratchDatabase, scratchDatabase, storeTemplate } from '@piecework/test-support'
import pg from 'pg'
import { suite } from 'uvu'
import { ann, refusal } from './support.js'

const test = needsServer(suite('a request by a scoped token'))
let scratch: ScratchDatabase
let pool: pg.Pool
test.before(async () => {
  scratch = await scratchDatabase({ template: storeTemplate })
  pool = new pg.Pool({ connectionString: scratch.url, max: 4 })
})
test.after(async () => {
  await pool?.end()
  await scratch?.drop()
})

const plans: Pack = {
  name: 'plans',
  kinds: [{ kind: 'plan', table: 'plans', key: 'nanoid', describe: async ({ id }) => ({ name: id }) }],
  pieces: [
    {
      contract: 1,
      name: 'plans/notes',
      of: 'plan',
      version: 1,
      exportOnly: true,
      exporter: {
        export: async ({ resource, write, finding }) => {
          if (resource.id === 'broken') throw new PieceworkError('plans/broken', 'The notes are lost.')
          finding({ severity: 'warning', code: 'plans/short', message: 'There is one note.' })
          await write('notes.txt', Buffer.from('one'))
          return { rows: 0 }
        },
      },
    },
  ],
}

test('its text is nowhere: in no table, job, finding, event, error or output; its id and recipient are in the record', async () => {
  const store = postgresStore({ database: fromPg(pool) })
  const told: unknown[] = []
  const kept = captured(told)
  const piecework = createPiecework({
    packs: [plans],
    store,
    artifacts: memoryArtifacts(),
    runtime: inProcess(),
    access: { allows: async () => true },
    backoffMs: 1,
  })
  for (const event of ['job:status', 'node:failed', 'node:done', 'error'] as const)
    piecework.events.on(event as 'error', (one: unknown) => told.push(one))
  try {
    await piecework.start()
    const tokens = scopedTokens({ store, keys: [{ id: 'k1', secret: randomBytes(32) }], user: () => ann })
    const scope = { GET: ['/plans/atlas'], POST: ['/plans/atlas/export'] }
    const { token, id } = await tokens.issue({ principal: ann, scope, recipient: 'worker of the port' })
    const asked = (method: string, url: string, text = token) =>
      tokens.authenticate({ authorization: `ScopedToken ${text}`, method, url })

    const { principal } = (await asked('POST', '/plans/atlas/export')) ?? assert.fail('it is no token')
    for (const plan of ['atlas', 'broken']) {
      const job = await piecework.export({ resource: { kind: 'plan', id: plan }, principal })
      const report = await job.ended()
      assert.ok(isTerminal(report.job.status))
      assert.deepEqual(report.job.principal, { id: 'ann', token: id })
      told.push(report, await piecework.steps(job.id, { principal }))
      if (plan === 'broken') told.push(await job.result().catch((error: unknown) => error))
      else for await (const _ of (await piecework.download(job.id, { principal })).bytes);
    }
    told.push(await refusal(asked('DELETE', '/plans/atlas')))
    told.push(await refusal(asked('GET', '/plans/atlas', `${token.slice(0, -4)}AAAA`)))
    await tokens.revoke(id)
    told.push(await refusal(asked('GET', '/plans/atlas')))

    const record = await piecework.record({}, { principal: ann })
    told.push(record)
    const by = record.filter((entry) => entry.token === id)
    assert.deepEqual(by.map(({ action }) => action).sort(), ['download', 'export', 'export', 'issue-token'])
    assert.equal(by.find(({ action }) => action === 'issue-token')?.recipient, 'worker of the port')

    const { rows: tables } = await pool.query<{ name: string }>(
      `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'piecework' AND table_type = 'BASE TABLE'`,
    )
    assert.ok(tables.length > 10)
    let rowsRead = 0
    for (const { name } of tables) {
      const { rows } = await pool.query<{ row: string }>(
        `SELECT t::text AS row FROM piecework.${pg.escapeIdentifier(name)} t`,
      )
      rowsRead += rows.length
      told.push(name, rows)
    }
    assert.ok(rowsRead > 10)
    const all = inspect(told, {
      depth: Number.POSITIVE_INFINITY,
      maxStringLength: null,
      maxArrayLength: null,
    })
    const [, payload = '', signature = ''] = token.split('.')
    for (const part of [payload.slice(0, 30), signature.slice(0, 12)])
      assert.ok(!all.includes(part), 'its text is told')
    for (const known of [id, 'worker of the port', 'plans/short', 'The notes are lost'])
      assert.ok(all.includes(known))
  } finally {
    kept.release()
    await piecework.stop()
  }
})

/** What the process prints is kept, too. */
function captured(told: unknown[]): { release(): void } {
  const streams = [process.stdout, process.stderr].map((stream) => {
    const write = stream.write
    stream.write = ((chunk: Uint8Array | string, ...rest: never[]) => {
      told.push(String(chunk))
      return write.call(stream, chunk, ...rest)
    }) as typeof write
    return () => {
      stream.write = write
    }
  })
  return { release: () => void streams.map((release) => release()) }
}

test.run()
