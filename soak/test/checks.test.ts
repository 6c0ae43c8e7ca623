import assert from 'node:assert/strict'
import { createHash, randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { prepare } from '@piecework/bench/planning-host'
import { type Database, fileArtifacts, type Job, type JobStatus } from '@piecework/core'
import { dropboxTarget } from '@piecework/delivery'
import { fromPg, postgresStore } from '@piecework/postgres'
import { needsServer, type ScratchDatabase, schemaPrints, scratchDatabase } from '@piecework/test-support'
import pg from 'pg'
import { suite } from 'uvu'
import { countsReconcile } from '../src/checks/counts.js'
import { deliveredWhole } from '../src/checks/delivered.js'
import { deliveriesTold } from '../src/checks/deliveries.js'
import { onDrive } from '../src/checks/drive.js'
import { freedAt, oneAtATime } from '../src/checks/exclusion.js'
import { noFiles } from '../src/checks/files.js'
import { linksOpen } from '../src/checks/links.js'
import { quiet } from '../src/checks/quiet.js'
import { nothingDoneWithout, recordedOnce } from '../src/checks/rights.js'
import { added, type Contents, rowsAsBefore, rowsOnce } from '../src/checks/rows.js'
import { nothingHalfMade } from '../src/checks/shell.js'
import { toldOnce } from '../src/checks/told.js'
import { Account } from '../src/drive/account.js'
import { startDrive } from '../src/drive/drive.js'
import type { Said } from '../src/hooks.js'
import type { Problem } from '../src/problem.js'

const test = needsServer(suite('checks of the soak, and what each of them reports'))
let scratch: ScratchDatabase
let pool: pg.Pool
let database: Database
let before: Contents
let folder: string

test.before(async () => {
  scratch = await scratchDatabase({ template: { name: 'soak', prepare } })
  pool = new pg.Pool({ connectionString: scratch.url, max: 4 })
  database = fromPg(pool)
  before = await contents()
  folder = await mkdtemp(join(tmpdir(), 'piecework-checks-'))
})
test.after(async () => {
  await pool.end()
  await scratch.drop()
  await rm(folder, { recursive: true, force: true })
})

const contents = (): Promise<Contents> => schemaPrints(database, 'planning')
const whats = (problems: readonly Problem[]) => problems.map(({ what }) => what)
const project = (name: string) =>
  database.query<{ id: string }>(
    `INSERT INTO planning.projects (name, owner_id) VALUES ($1, 'ann') RETURNING id`,
    [name],
  )
const patienceMs = 300
const look = (since = new Date()) => quiet(database, since, patienceMs)

test('a row that was not deleted is left over, a missing one is lost, another in its place is wrong', async () => {
  assert.deepEqual(rowsAsBefore(before, await contents()), [])
  await project('Reefs')
  const one = await contents()
  assert.deepEqual(whats(rowsAsBefore(before, one)), ['left over'])
  assert.deepEqual(whats(rowsAsBefore(one, before)), ['lost'])
  await database.query(`UPDATE planning.projects SET description = 'another'`)
  assert.deepEqual(whats(rowsAsBefore(one, await contents())), ['wrong'])
  await database.query('DELETE FROM planning.projects')
})

test('a row that a job made twice is doubled, one that it did not make is lost', async () => {
  await project('Reefs')
  const made = added(before, await contents())
  assert.deepEqual(rowsOnce(made, added(before, await contents())), [])
  await project('Reefs again')
  assert.deepEqual(whats(rowsOnce(made, added(before, await contents()))), ['doubled'])
  await database.query('DELETE FROM planning.projects')
  assert.deepEqual(whats(rowsOnce(made, added(before, await contents()))), ['lost'])
})

test('a visible project that no job has made is left over; what is hidden is not visible', async () => {
  const { rows } = await project('Reefs')
  const known = rows.map(({ id }) => id)
  assert.deepEqual(await nothingHalfMade(database, known), [])
  assert.deepEqual(whats(await nothingHalfMade(database, [])), ['left over'])
  await database.query(`UPDATE planning.projects SET state = 'incomplete'`)
  assert.deepEqual(await nothingHalfMade(database, []), [])
  await database.query('DELETE FROM planning.projects')
})

test('a hold that was not released is left over', async () => {
  const { guard } = postgresStore({ database })
  const claim = await guard.claim(['project:1'], { id: 'run-7', kind: 'solver-run' })
  assert.match((await look())[0]?.text ?? '', /hold of solver-run run-7 on project:1/)
  await claim.release()
  assert.deepEqual(await look(), [])
})

test('an open transaction and a session lock are left over, what begins later is not', async () => {
  const client = await pool.connect()
  const earlier = new Date(Date.now() - 60_000)
  try {
    await client.query('BEGIN; SELECT FROM planning.projects')
    assert.deepEqual(await look(earlier), [])
    assert.match((await look(new Date(Date.now() + 1000)))[0]?.text ?? '', /transaction of backend/)
    await client.query('ROLLBACK')
    await client.query('SELECT pg_advisory_lock(7)')
    assert.match((await look(earlier))[0]?.text ?? '', /advisory lock of backend/)
  } finally {
    client.release(true)
  }
  assert.deepEqual(await look(), [])
})

test('an outbox item that is not carried out is left over', async () => {
  await database.query(`INSERT INTO piecework.outbox (action) VALUES ('{"type":"batch"}')`)
  assert.match((await look())[0]?.text ?? '', /outbox/)
  await database.query('DELETE FROM piecework.outbox')
})

test('exclusion: of jobs of one resource, one that begins while another is under way is wrong, and so is none', () => {
  const job = (id: string, from: number, to: number) =>
    ({ id, createdAt: new Date(from), changes: [{ status: 'failed', at: new Date(to) }] }) as unknown as Job
  assert.deepEqual(oneAtATime([job('b', 20, 30), job('a', 10, 20)]), [])
  assert.match(oneAtATime([job('b', 19, 30), job('a', 10, 20)])[0]?.text ?? '', /job b .* 1 ms before a/)
  assert.deepEqual(whats(oneAtATime([])), ['wrong'])
})

test('exclusion: a job claims until it delivers or ends, not while it is ending after a delivery', () => {
  const changes = (...statuses: readonly JobStatus[]) =>
    statuses.map((status, at) => ({ status, at: new Date(at) }))
  assert.equal(freedAt({ changes: changes('running', 'ending') }), undefined)
  assert.deepEqual(freedAt({ changes: changes('running', 'ending', 'failed') }), new Date(2))
  assert.deepEqual(freedAt({ changes: changes('running', 'delivering', 'ending') }), new Date(1))
})

test('files are left over: artifacts, and those that a put had not finished', async () => {
  const artifacts = fileArtifacts(folder)
  const check = () => noFiles({ folders: [folder], age: false, patienceMs })
  assert.deepEqual(await check(), [])
  await artifacts.put('jobs/1/a.csv', bytes())
  assert.deepEqual(whats(await check()), ['left over'])
  assert.deepEqual(await check(), [], 'reported once')
  const unfinished = join(folder, '~unfinished')
  await mkdir(unfinished, { recursive: true })
  await writeFile(join(unfinished, 'half'), 'half')
  assert.match((await check())[0]?.text ?? '', /half/)
})

test('a delivered file that is cut or of something else is wrong, one that is there twice is doubled, none is lost', async () => {
  const outputs = ['archive', 'list'].map((name) => ({
    name,
    sha256: createHash('sha256').update(name).digest('hex'),
  }))
  const own = join(folder, 'delivered')
  await mkdir(own)
  const look = (...delivered: string[]) => deliveredWhole({ folder: own, outputs, delivered })
  assert.deepEqual(whats(await look('archive')), ['lost'])
  await writeFile(join(own, 'a.zip'), 'archive')
  assert.deepEqual(await look('archive'), [])
  assert.deepEqual(await look(), [], 'its worker died before it could say so')
  await writeFile(join(own, 'a (2).zip'), 'archive')
  assert.deepEqual(whats(await look('archive')), ['doubled'])
  await writeFile(join(own, 'a (2).zip'), 'archi')
  assert.deepEqual(whats(await look('archive', 'list')), ['wrong', 'lost'])
  await rm(own, { recursive: true })
})

test('a delivery without a receipt is lost where the job has succeeded, and wrong where nobody tells of it', () => {
  const deliver = ['a', 'b'].map((key) => ({ target: 'link', output: 'archive', destination: {}, key }))
  const [a, b] = deliver.map(({ key }) => ({
    target: 'link',
    output: 'archive',
    key,
    deliveredAt: new Date(),
  }))
  const job = { id: '1', request: { options: {}, deliver } }
  const node = (place: number, status: string, error?: string) => ({
    id: `deliver ${place} link`,
    status,
    error,
  })
  const both = [node(1, 'done'), node(2, 'done')]
  const receipts = (...of: readonly (typeof a)[]) => ({ deliveries: of.flatMap((one) => one ?? []) })
  const succeeded = { ...job, outcome: 'succeeded' as const }
  assert.deepEqual(deliveriesTold({ ...succeeded, result: receipts(a, b) }, both), [])
  assert.deepEqual(whats(deliveriesTold({ ...succeeded, result: receipts(a) }, both)), ['lost', 'wrong'])
  assert.deepEqual(whats(deliveriesTold({ ...succeeded, result: receipts(a, b, b) }, both)), ['doubled'])
  const failed = { ...job, outcome: 'failed' as const, result: receipts(a) }
  const error = { code: 'delivery-full' as const, message: '', retryable: false, node: 'deliver 2 link' }
  const one = [node(1, 'done'), node(2, 'failed', 'delivery-full')]
  assert.deepEqual(deliveriesTold({ ...failed, error }, one), [])
  const { node: _, ...unnamed } = error
  assert.deepEqual(whats(deliveriesTold({ ...failed, error: unnamed }, one)), ['wrong'])
  assert.deepEqual(whats(deliveriesTold({ ...failed, error }, [node(1, 'done'), node(2, 'failed')])), [
    'wrong',
  ])
})

test('a target that says that it has delivered before the last part is there loses it, and leaves its upload', async () => {
  const drive = await startDrive(() => 1)
  const api = `http://127.0.0.1:${drive.port}`
  const target = dropboxTarget({
    credentials: { open: async (id) => ({ refreshToken: id }), revoked: async () => {} },
    appKey: 'soak',
    chunkBytes: 10,
    api: { api, content: api },
  })
  const content = Buffer.from('some bytes of an archive')
  const sha256 = createHash('sha256').update(content).digest('hex')
  /** A hasty one ends when this many bytes are there. */
  const deliver = (credential: string, endsAt = Number.POSITIVE_INFINITY) => {
    const done = target.deliver({
      jobId: '1',
      principal: { id: 'ann' },
      key: '1',
      destination: { credential, folder: '/a' },
      file: {
        output: 'archive',
        mediaType: 'application/zip',
        fileName: 'a.zip',
        size: content.length,
        sha256,
        open: async function* () {
          yield content
        },
      },
      state: {
        get: async () => undefined,
        put: async (state) => {
          if ((state as { readonly offset: number }).offset >= endsAt) throw new Error('In haste.')
        },
      },
      signal: new AbortController().signal,
      progress: () => {},
      finding: () => {},
    })
    return endsAt < content.length ? done.catch(() => ({ location: '/a/a.zip' })) : done
  }
  const look = async (credential: string, endsAt?: number) => {
    const { location } = await deliver(credential, endsAt)
    return onDrive({ account: drive.account(credential), output: 'archive', sha256, location, attempts: 1 })
  }
  try {
    assert.deepEqual(await look('steady'), [])
    assert.deepEqual(whats(await look('hasty', 20)), ['lost', 'left over'])
  } finally {
    await drive.stop()
  }
})

test('what is in the drive twice is doubled, other bytes are wrong, an upload may be left by an attempt that could not keep it', () => {
  const account = new Account()
  const hashed = createHash('sha256').update('a').digest('hex')
  const look = (attempts: number, location?: string, left?: ReadonlySet<string>) =>
    whats(onDrive({ account, output: 'a', sha256: hashed, location, attempts, ...(left && { left }) }))
  const take = (route: string, argument: object) =>
    account.take(`files/${route}`, { ...argument }, Buffer.from('a'), false)
  assert.deepEqual(look(0), [])
  take('upload', { path: '/a' })
  assert.deepEqual(look(1, '/a'), [])
  assert.deepEqual(look(1, '/b'), ['lost'])
  take('upload_session/start', {})
  assert.deepEqual(look(1, '/a'), ['left over'])
  assert.deepEqual(look(1, '/a', new Set(account.sessions.keys())), [])
  assert.deepEqual(look(2, '/a'), [])
  const [id] = account.sessions.keys()
  take('upload_session/append_v2', { cursor: { session_id: id, offset: 1 } })
  assert.deepEqual(look(2, '/a'), ['left over'])
  assert.deepEqual(look(2), [], 'the delivery has failed')
  take('upload', { path: '/b' })
  assert.deepEqual(look(2), ['doubled'])
  account.take('files/upload', { path: '/c' }, Buffer.from('other'), false)
  assert.deepEqual(look(2), ['wrong', 'doubled'])
})

test('a link that is not there, or does not open, is lost, one of other bytes is wrong, one more is doubled', async () => {
  const links = [{ id: 'l1', output: 'archive' }]
  const receipts = [{ output: 'archive', location: 'l1', sha256: 'a' }]
  const look = async (given: Partial<Parameters<typeof linksOpen>[0]> = {}) =>
    whats(await linksOpen({ links, receipts, begun: 0, open: async () => 'a', ...given }))
  assert.deepEqual(await look(), [])
  assert.deepEqual(await look({ links: [] }), ['lost'])
  assert.deepEqual(await look({ open: async () => 'b' }), ['wrong'])
  const expired = async () => {
    throw new Error('It has expired.')
  }
  assert.deepEqual(await look({ open: expired }), ['lost'])
  const two = [...links, { id: 'l2', output: 'archive' }]
  assert.deepEqual(await look({ links: two }), ['doubled'])
  assert.deepEqual(await look({ links: two, begun: 1 }), [])
  assert.deepEqual(await look({ receipts: [...receipts, ...receipts] }), ['doubled'])
})

test('what follows a job and is not told is lost, what is not to follow is doubled, the same key with other words is wrong', () => {
  const keys = ['1/onSuccess/0', '1/onSuccess/1']
  const [one, two] = keys.map((key) => ({ key, body: key })) as [Said, Said]
  const done = keys.map((key) => ({ key, action: 'count', status: 'done' as const, attempt: 1 }))
  assert.deepEqual(toldOnce([one, two, one], keys, done), [])
  assert.deepEqual(whats(toldOnce([one], keys, done)), ['lost'])
  assert.deepEqual(whats(toldOnce([one, two, { ...one, key: '1/onFailure/0' }], keys, done)), ['doubled'])
  assert.deepEqual(whats(toldOnce([one, two, { ...one, body: 'other' }], keys, done)), ['wrong'])
  assert.deepEqual(
    whats(
      toldOnce(
        [one, two],
        keys,
        done.map((each) => ({ ...each, status: 'failed' as const })),
      ),
    ),
    ['wrong', 'wrong'],
  )
})

test('what a delivery has kept is left over', async () => {
  const store = postgresStore({ database })
  const job = randomUUID()
  const project = { kind: 'project', id: randomUUID() }
  await store.jobs.create({
    id: job,
    kind: 'export',
    tree: { ...project, children: [] },
    principal: { id: 'ann' },
    request: { options: {} },
    claims: [],
    nodes: [{ id: 'finish', task: 'finish', batch: 0 }],
    batches: 0,
  })
  const lease = await store.attempts.begin({ job, node: 'finish', attempt: 1 }, 'w')
  if (!lease) throw new Error('There is no lease.')
  await store.states.put(lease, 'kept')
  assert.ok((await look()).some(({ text }) => /state of node finish/.test(text)))
  await database.query('DELETE FROM piecework.node_states')
  await database.query('DELETE FROM piecework.jobs')
  await database.query('DELETE FROM piecework.outbox')
  assert.deepEqual(await look(), [])
})

test('a piece that was done without a right is wrong, a job that is not in the record is lost, one that is there twice is doubled', async () => {
  const store = postgresStore({ database })
  const job = randomUUID()
  const entry = { principal: 'ann', action: 'export', outcome: 'allowed', job } as const
  await store.jobs.create({
    id: job,
    kind: 'export',
    tree: { kind: 'project', id: randomUUID(), children: [] },
    principal: { id: 'ann' },
    request: { options: {} },
    claims: [],
    nodes: [
      { id: 'export a', task: 'export', batch: 0 },
      { id: 'finish', task: 'finish', batch: 1 },
    ],
    batches: 1,
  })
  assert.deepEqual(whats(await recordedOnce(database, [job])), ['lost'])
  await store.records.add(entry)
  assert.deepEqual(await recordedOnce(database, [job]), [])
  await store.records.add(entry)
  assert.deepEqual(whats(await recordedOnce(database, [job])), ['doubled'])
  const before = new Date(0)
  const lease = await store.attempts.begin({ job, node: 'export a', attempt: 1 }, 'w')
  if (!lease) throw new Error('There is no lease.')
  assert.deepEqual(await nothingDoneWithout(database, 'ann', before), [])
  await store.attempts.run(lease, {})
  assert.deepEqual(whats(await nothingDoneWithout(database, 'ann', before)), ['wrong'])
  assert.deepEqual(await nothingDoneWithout(database, 'bob', before), [])
  assert.deepEqual(await nothingDoneWithout(database, 'ann', new Date(Date.now() + 60_000)), [])
  await database.query('DELETE FROM piecework.jobs')
  await database.query('DELETE FROM piecework.record')
  await database.query('DELETE FROM piecework.outbox')
})

test('counts of a piece that differ, are missing or were not expected are wrong', async () => {
  const right = { 'project/features': 3, 'project/metadata': 1 }
  assert.deepEqual(countsReconcile(right, right), [])
  assert.deepEqual(whats(countsReconcile(right, { ...right, 'project/features': 6 })), ['wrong'])
  assert.deepEqual(whats(countsReconcile(right, { 'project/features': 3 })), ['wrong'])
  assert.deepEqual(whats(countsReconcile({}, right)), ['wrong', 'wrong'])
})

async function* bytes() {
  yield Buffer.from('a')
}

test.run()
