import assert from 'node:assert/strict'
import { isPieceworkError, type Pack } from '@piecework/core'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import {
  ann,
  contentOf,
  integerPack,
  integerTables,
  projectKind,
  sampleProject,
  serverWorld,
  succeeded,
  type World,
  withHost,
} from './support.js'

const test = needsServer(suite('ids that are drawn at the request'))

let world: World
test.before(async () => {
  world = await serverWorld(integerTables)
})
test.after(() => world.close())

/** As in a new database, whose connections would have to read the catalogue first: numbers begin at 1, and no job is there. */
test.before.each(async () => {
  const [store] = await world.query<{ tables: string }>(
    `SELECT string_agg(format('piecework.%I', tablename), ', ') AS tables FROM pg_tables
     WHERE schemaname = 'piecework' AND tablename <> 'migrations'`,
  )
  await world.query(`TRUNCATE ${store?.tables} RESTART IDENTITY CASCADE`)
  await world.query('DROP TABLE projects, notes, boards, cards, scenarios, units CASCADE')
  await world.query('DROP SCHEMA IF EXISTS "Numbers" CASCADE')
  await world.query(integerTables)
})

const refused = (work: Promise<unknown>, code: Parameters<typeof isPieceworkError>[1], words = /./) =>
  assert.rejects(work, (error) => isPieceworkError(error, code) && words.test(error.message))

const project = (id: string) => ({ kind: 'project', id })

/** Rows of all tables, and where the sequences stand. */
async function state() {
  const [rows] = await world.query(
    `SELECT (SELECT jsonb_agg(p ORDER BY id) FROM projects p) AS projects, (SELECT count(*) FROM notes) AS notes,
       (SELECT jsonb_agg(b ORDER BY id) FROM boards b) AS boards, (SELECT count(*) FROM cards) AS cards,
       (SELECT count(*) FROM scenarios) AS scenarios`,
  )
  return rows
}
const drawn = async () => (await world.query('SELECT last_value FROM projects_id_seq'))[0]?.last_value

test('nothing half-made: a request that is refused leaves nothing but unused numbers', async () => {
  const id = await sampleProject(world)
  const before = await state()
  await withHost(world, integerPack, async (piecework) => {
    const claim = await piecework.guard.claim([project(id)], { id: 'run', kind: 'run' })
    await refused(piecework.clone({ resource: project(id), principal: ann }), 'resource-busy')
    await claim.release()
    assert.deepEqual(await state(), before)
    assert.deepEqual(await piecework.jobs({ principal: ann }), [])
    assert.deepEqual(await piecework.guard.holders(project(id), { principal: ann }), [])
    const { job } = await succeeded(piecework.clone({ resource: project(id), principal: ann }))
    assert.ok(
      Number(job.result.resource?.id) > Number(id) + 1,
      'the number of the refused request is used again',
    )
  })
})

test('nothing half-made: a request in a transaction of the host that rolls back leaves nothing', async () => {
  const id = await sampleProject(world)
  const before = await state()
  await withHost(world, integerPack, async (piecework) => {
    await world.database
      .transaction(async (tx) => {
        await piecework.using(tx).clone({ resource: project(id), principal: ann })
        throw new Error('the host thinks again')
      })
      .catch(() => {})
    assert.deepEqual(await piecework.jobs({ principal: ann }), [])
    assert.deepEqual(await state(), before)
    const handle = await world.database.transaction((tx) =>
      piecework.using(tx).clone({ resource: project(`00${id}`), principal: ann }),
    )
    assert.equal((await handle.ended()).job.outcome, 'succeeded')
  })
})

test('new ids: neither validate nor diff draws a number', async () => {
  const id = await sampleProject(world)
  await withHost(world, integerPack, async (piecework) => {
    const { job } = await succeeded(piecework.export({ resource: project(id), principal: ann }))
    const { archive } = job.result
    assert.ok(archive)
    const before = await drawn()
    const validated = await succeeded(piecework.validate({ archive, principal: ann }))
    assert.equal(validated.job.target, undefined)
    const side = { resource: project(id), principal: ann }
    await piecework.diff(side, archive)
    assert.equal(await drawn(), before)
  })
})

test('new ids: an import goes into a resource with an integer id', async () => {
  const [from, into] = [await sampleProject(world, 'From'), await sampleProject(world, 'Into')]
  await withHost(world, integerPack, async (piecework) => {
    const [board] = await world.query<{ id: number }>(
      'SELECT id FROM boards WHERE project_id = $1 ORDER BY name',
      [from],
    )
    const exported = await piecework.export({
      resource: { kind: 'board', id: String(board?.id) },
      principal: ann,
    })
    const { archive } = await exported.result()
    assert.ok(archive)
    const request = { archive, into: project(` +0${into}`), principal: ann, name: 'New' }
    assert.equal((await (await piecework.validate(request)).ended()).job.outcome, 'succeeded')
    const { job } = await (await piecework.import(request)).ended()
    assert.equal(job.outcome, 'succeeded', JSON.stringify(job.error))
    assert.deepEqual(job.request.into, project(into))
    const rows = await world.query(
      `SELECT project_id, name, ready, (SELECT count(*)::int FROM cards WHERE board_id = b.id) AS cards,
         (SELECT count(*)::int FROM cards WHERE board_id = b.id AND project_id IS NOT NULL) AS strays
       FROM boards b WHERE id = $1`,
      [job.result.resource?.id],
    )
    // Cards lead to a project that the job does not carry: no id of the source may survive.
    assert.deepEqual(rows, [{ project_id: Number(into), name: 'New', ready: true, cards: 3, strays: 0 }])
    await refused(piecework.import({ ...request, into: project('4000000') }), 'resource-not-found')
    await refused(piecework.import({ ...request, into: project('99999999999') }), 'resource-not-found')
  })
})

test('new ids: a retry draws anew, and a job that failed or was cancelled leaves no row', async () => {
  const id = await sampleProject(world)
  const before = await state()
  let broken = true
  const pack: Pack = {
    ...integerPack,
    pieces: [
      ...(integerPack.pieces ?? []),
      {
        contract: 1,
        name: 'project/last',
        of: 'project',
        version: 1,
        after: ['project/own'],
        exporter: { export: async () => ({ rows: 0 }) },
        importer: {
          import: async () => {
            if (broken) throw new Error('no')
            return { rows: 0 }
          },
        },
        cloner: {
          clone: async () => {
            if (broken) throw new Error('no')
            return { rows: 0 }
          },
        },
      },
    ],
  }
  await withHost(world, pack, async (piecework) => {
    const exported = await succeeded(piecework.export({ resource: project(id), principal: ann }))
    const { archive } = exported.job.result
    assert.ok(archive)
    const failed = [
      await (await piecework.clone({ resource: project(id), principal: ann })).ended(),
      await (await piecework.import({ archive, principal: ann })).ended(),
    ].map(({ job }) => job)
    for (const { outcome } of failed) assert.equal(outcome, 'failed')
    assert.deepEqual(await state(), before)
    broken = false
    const made = new Set<unknown>(failed.map(({ target }) => target?.id))
    for (const job of failed) {
      const retried = await (await piecework.retry(job.id, { principal: ann })).ended()
      assert.equal(retried.job.outcome, 'succeeded', JSON.stringify(retried.job.error))
      assert.deepEqual(
        await contentOf(world, retried.job.result.resource?.id ?? ''),
        await contentOf(world, id),
      )
      made.add(retried.job.result.resource?.id)
    }
    assert.equal(made.size, 4)
  })
})

test('new ids: processes that draw at once, beside inserts of the host, meet nowhere', async () => {
  const id = await sampleProject(world)
  const before = await contentOf(world, id)
  let copies: string[] = []
  const clones = () =>
    withHost(world, integerPack, async (piecework) => {
      for (let n = 0; n < 4; n++) {
        // Clones claim their source: one waits for the other.
        for (;;) {
          try {
            const { job } = await succeeded(piecework.clone({ resource: project(id), principal: ann }))
            copies = [...copies, job.result.resource?.id ?? '']
            break
          } catch (error) {
            if (!isPieceworkError(error, 'resource-busy')) throw error
            await new Promise((resolve) => setTimeout(resolve, 5))
          }
        }
      }
    })
  let ended = false
  const inserts = async () => {
    const own: string[] = []
    while (!ended) {
      const [row] = await world.query<{ id: number }>(
        `INSERT INTO projects (name) VALUES ('host') RETURNING id`,
      )
      own.push(String(row?.id))
    }
    return own
  }
  const host = inserts()
  await Promise.all([clones(), clones()])
  ended = true
  const all = [id, ...copies, ...(await host)]
  assert.equal(copies.length, 8)
  assert.equal(new Set(all).size, all.length)
  for (const copy of copies) assert.deepEqual(await contentOf(world, copy), before)
  assert.equal((await world.query(`SELECT FROM projects WHERE name = 'host'`)).length, (await host).length)
})

test('nothing half-made: a sequence behind its table is refused, and nothing of the row that stands there changes', async () => {
  const id = await sampleProject(world)
  const taken = Number(id) + 1
  await world.query(`INSERT INTO projects (id, name) OVERRIDING SYSTEM VALUE VALUES ($1, 'by hand')`, [taken])
  await world.query(`INSERT INTO notes (text, project_id) VALUES ('kept', $1)`, [taken])
  const before = await state()
  await withHost(world, integerPack, async (piecework) => {
    const clone = () => piecework.clone({ resource: project(id), principal: ann })
    const error = await clone().catch((thrown: unknown) => thrown)
    assert.ok(isPieceworkError(error, 'sequence-behind'), String(error))
    assert.deepEqual(await state(), before)
    // The statement that the message names, as it stands there.
    const [statement] = /SELECT setval\(.*\)\)/.exec(error.message) ?? []
    await world.query(statement ?? '')
    await succeeded(clone())
    assert.equal((await world.query(`SELECT name FROM projects WHERE id = $1`, [taken]))[0]?.name, 'by hand')
  })
})

test('nothing half-made: a row that takes a drawn number before its shell is made stays as it is', async () => {
  const id = await sampleProject(world)
  const pack: Pack = {
    ...integerPack,
    pieces: [
      ...(integerPack.pieces ?? []),
      {
        contract: 1,
        name: 'project/slow',
        of: 'project',
        version: 1,
        exporter: { export: async () => ({ rows: 0 }) },
        importer: { import: async () => ({ rows: 0 }) },
        validators: [
          {
            // Between the request and the shells of an import.
            validate: async function* ({ target }) {
              await world.query(
                `INSERT INTO projects (id, name) OVERRIDING SYSTEM VALUE VALUES ($1, 'by hand') ON CONFLICT DO NOTHING`,
                [target?.id],
              )
              await world.query(`INSERT INTO notes (text, project_id) VALUES ('kept', $1)`, [target?.id])
              yield { severity: 'warning', code: 'test/by-hand', message: 'A row is there.' }
            },
          },
        ],
      },
    ],
  }
  await withHost(world, pack, async (piecework) => {
    const { archive } = await (await piecework.export({ resource: project(id), principal: ann })).result()
    const { job } = await (
      await piecework.import({ archive: archive ?? assert.fail(), principal: ann })
    ).ended()
    assert.equal(job.error?.code, 'sequence-behind')
    const rows = await world.query(
      'SELECT name, (SELECT count(*)::int FROM notes WHERE project_id = p.id) AS notes FROM projects p WHERE id = $1',
      [job.target?.id],
    )
    assert.deepEqual(rows, [{ name: 'by hand', notes: 1 }])
  })
})

for (const [what, ...statements] of [
  [
    'the sequence has ended',
    'ALTER SEQUENCE projects_id_seq MAXVALUE 2 RESTART 2',
    "SELECT nextval('projects_id_seq')",
  ],
  [
    'the column holds no more',
    'ALTER SEQUENCE projects_id_seq AS bigint MAXVALUE 9000000000 RESTART 2147483648',
  ],
] as const) {
  test(`nothing half-made: a clone is refused if ${what}`, async () => {
    const id = await sampleProject(world)
    assert.equal(id, '1')
    for (const sql of statements) await world.query(sql)
    const before = await state()
    await withHost(world, integerPack, async (piecework) => {
      await refused(
        piecework.clone({ resource: project(id), principal: ann }),
        'keys-exhausted',
        /projects_id_seq/,
      )
      assert.deepEqual(await state(), before)
    })
  })
}

test("exclusion: a number that the column cannot hold is not found, and the host's transaction goes on", async () => {
  const id = await sampleProject(world)
  await withHost(world, integerPack, async (piecework) => {
    for (const wide of ['2147483648', '-2147483649', '99999999999', '9223372036854775807', '1e3', "1'"]) {
      const resource = project(wide)
      await refused(piecework.export({ resource, principal: ann }), 'resource-not-found')
      await refused(piecework.jobs({ principal: ann, resource }), 'resource-not-found')
      await refused(piecework.forget(resource), 'resource-not-found')
      await refused(piecework.guard.checkEditable(`project:${wide}`), 'resource-not-found')
      await world.database.transaction(async (tx) => {
        await refused(
          piecework.guard.edit(resource, async () => {}, { tx }),
          'resource-not-found',
        )
        await refused(piecework.using(tx).clone({ resource, principal: ann }), 'resource-not-found')
        await tx.query('SELECT 1')
      })
    }
    // The greatest that it can hold is no resource, either.
    await refused(piecework.export({ resource: project('2147483647'), principal: ann }), 'resource-not-found')
    const claim = await piecework.guard.claim([project(`0${id}`)], { id: 'run', kind: 'run' })
    await refused(
      piecework.guard.edit(project(id), async () => {}),
      'resource-busy',
    )
    await refused(piecework.guard.checkEditable(`project:%2B${id}`), 'resource-busy')
    await claim.release()
  })
})

test('exclusion: a column that was widened since holds wider numbers', async () => {
  await sampleProject(world)
  await withHost(world, integerPack, async (piecework) => {
    await refused(piecework.export({ resource: project('5000000000'), principal: ann }), 'resource-not-found')
    await world.query('ALTER TABLE projects ALTER COLUMN id TYPE bigint')
    await world.query(`INSERT INTO projects (id, name) OVERRIDING SYSTEM VALUE VALUES (5000000000, 'wide')`)
    await piecework.guard.checkEditable(project('5000000000'))
  })
})

test('new ids: a sequence is named by schema and name, as the catalogue has them', async () => {
  await world.query('CREATE SCHEMA "Numbers"')
  await world.query('CREATE SEQUENCE "Numbers"."Of Projects.all" START 700')
  const id = await sampleProject(world)
  const named = (sequence: string): Pack => ({
    ...integerPack,
    kinds: (integerPack.kinds ?? []).map((kind) =>
      kind.kind === 'project' ? { ...projectKind, key: { sequence } } : kind,
    ),
  })
  await withHost(world, named('Numbers.Of Projects.all'), async (piecework) => {
    const { job } = await succeeded(piecework.clone({ resource: project(id), principal: ann }))
    assert.equal(job.result.resource?.id, '700')
  })
  for (const missing of ['public.Of Projects.all', 'none', 'projects'])
    await withHost(world, named(missing), (piecework) =>
      refused(
        piecework.clone({ resource: project(id), principal: ann }),
        'registry-invalid',
        /does not exist/,
      ),
    )
})

test.run()
