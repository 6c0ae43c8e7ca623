import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { get, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  browser,
  freePort,
  needsBrowser,
  needsServer,
  type ScratchDatabase,
  scratchDatabase,
  skipUnless,
} from '@piecework/test-support'
import pg from 'pg'
import { suite } from 'uvu'
import { type Program, startProgram } from './support/start-program.js'
import { type Seen, watchJob } from './support/watch-job.js'

const redis = skipUnless(
  Boolean(process.env.REDIS_URL),
  'needs a Redis server in REDIS_URL',
  suite('planning server of three processes'),
)
const test = needsServer(redis)
const inBrowser = needsBrowser(test)
const headers = { authorization: 'Bearer ann' }

interface Where {
  readonly url: string
  readonly api: string
  readonly pids: readonly number[]
}

let scratch: ScratchDatabase
let data: string
let server: Program
let where: Where

test.before(async () => {
  scratch = await scratchDatabase()
  data = await mkdtemp(join(tmpdir(), 'piecework-planning-processes-'))
  const args = ['--json', '--units', '100', '--port', String(await freePort()), '--data', data]
  const program = new URL('../src/planning-server/main.js', import.meta.url)
  server = await startProgram(program, { args, env: { DATABASE_URL: scratch.url } })
  where = JSON.parse(server.line) as Where
})
test.after(async () => {
  server.process.kill('SIGKILL')
  await scratch.drop()
  await rm(data, { recursive: true, force: true })
})

/** On a connection of its own: which process answers. */
async function answering(): Promise<number> {
  const [response] = (await once(get(`${where.api}/health`, { agent: false }), 'response')) as [
    IncomingMessage,
  ]
  response.resume()
  return Number(response.headers['x-process'])
}

/** Until the function that it resolves to is called, no job can read the shapes of features. */
async function holdShapes(): Promise<() => void> {
  const client = new pg.Client({ connectionString: scratch.url })
  await client.connect()
  await client.query('BEGIN; LOCK TABLE planning.feature_geometries IN ACCESS EXCLUSIVE MODE')
  return () => void client.end().catch(() => undefined)
}

/** What comes until the process is killed, which it is after the first event. */
async function seenUntilKilled(events: AsyncGenerator<Seen>, pid: number): Promise<Seen> {
  let last: Seen | undefined
  try {
    for await (const seen of events) {
      if (!last) process.kill(pid, 'SIGKILL')
      last = seen
    }
  } catch {
    // The connection has gone with its process.
  }
  return last ?? assert.fail('No event came')
}

test('a job goes on when the process that tells of it is killed', async () => {
  assert.equal(new Set(where.pids).size, 3)
  const [project] = (await (await fetch(`${where.url}/projects`, { headers })).json()) as { id: string }[]
  const release = await holdShapes()
  try {
    const asked = await fetch(`${where.api}/projects/${project?.id}/export`, { method: 'POST', headers })
    assert.equal(asked.status, 202)
    const { links } = (await asked.json()) as { links: { events: string } }

    const first = await watchJob(links.events, headers)
    assert.ok(where.pids.includes(first.pid))
    const last = await seenUntilKilled(first.events(), first.pid)
    assert.match(last.state.job.status, /^(pending|submitted|running)$/)

    const second = await watchJob(links.events, headers, last.id)
    assert.notEqual(second.pid, first.pid)
    release()
    const rest: Seen[] = []
    for await (const seen of second.events()) rest.push(seen)
    // Progress that is not stored yet has the id of what is, in any process.
    const ids = [last, ...rest].map(({ id }) => Number(id))
    assert.deepEqual(
      ids,
      ids.toSorted((a, b) => a - b),
    )
    const { job } = rest.at(-1)?.state ?? assert.fail('Nothing came of the end')
    assert.equal(job.status, 'succeeded')

    const archive = await fetch(job.files[0]?.href ?? '', { headers })
    assert.equal((await archive.arrayBuffer()).byteLength, job.files[0]?.size)
  } finally {
    release()
  }
})

inBrowser('a page that is looked at goes on when the process that it hears is killed', async () => {
  const chromium = await browser()
  const release = await holdShapes()
  try {
    const page = await chromium.context.newPage()
    page.setDefaultTimeout(30_000)
    const heard: number[] = []
    page.on('response', (response) => {
      if (response.url().endsWith('/events')) heard.push(Number(response.headers()['x-process']))
    })
    await page.goto(where.url)
    await page.getByRole('link', { name: 'Tasmania', exact: true }).click()
    await page.getByRole('link', { name: 'Export', exact: true }).click()
    await page.getByRole('button', { name: 'Start the export' }).click()
    await page.getByText('You can close this window: the work goes on without it.').first().waitFor()
    while (heard.length === 0) await sleep(50)
    process.kill(heard[0] ?? 0, 'SIGKILL')
    while (heard.length === 1) await sleep(50)
    release()
    await page.getByText('The export is ready.').first().waitFor()
    assert.notEqual(heard[1], heard[0])
  } finally {
    release()
    await chromium.close()
  }
})

test('another process takes its place, and Ctrl-C ends all of them', async () => {
  const fresh = async () => !where.pids.includes(await answering())
  while (!(await fresh())) await sleep(200)
  assert.equal(await server.end('SIGINT'), 0)
  await assert.rejects(answering())
})

test.run()
