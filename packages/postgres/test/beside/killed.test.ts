import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { needsOwnServer, type PostgresServer, postgresServer } from '@piecework/test-support'
import pg from 'pg'
import { suite } from 'uvu'
import { makeTables, rowsOf, samplePlan, totals, whole } from './plans.js'
import { allStanding, type Doing, doings, type Host, hostOf, pieceworkAt, type Standing } from './standing.js'

const test = needsOwnServer(suite('processes and servers that are killed amid jobs in two databases'))
const principal = { id: 'ann' }

/** As many as a job has statements, and some more. */
const most = 24
let servers: readonly PostgresServer[] = []
let folder: string

test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'piecework-killed-'))
  servers = await Promise.all([postgresServer(), postgresServer()])
  const pools = servers.map(({ url }) => new pg.Pool({ connectionString: url, max: 1 }))
  await Promise.all(pools.map((pool) => pool.query('CREATE DATABASE host_0')))
  const first = hostOf(urls(), folder, 0)
  await makeTables(first.two)
  await first.close()
  for (let number = 1; number < most; number++)
    await Promise.all(pools.map((pool) => pool.query(`CREATE DATABASE host_${number} TEMPLATE host_0`)))
  await Promise.all(pools.map((pool) => pool.end()))
})
test.after(async () => {
  await Promise.all(servers.map((server) => server.remove()))
  await rm(folder, { recursive: true, force: true })
})

const urls = () => servers.map(({ url }) => url)

async function withHosts(use: (hosts: readonly Host[]) => Promise<void>): Promise<void> {
  const hosts = Array.from({ length: most }, (_, number) => hostOf(urls(), folder, number))
  try {
    await use(hosts)
  } finally {
    await Promise.all(hosts.map((host) => host.close()))
  }
}

for (const doing of doings) {
  test(`exactly once: a worker killed in front of every statement of the hand-over; another one ends its jobs (${doing})`, async () => {
    const worker = fork(new URL('./killed-worker.js', import.meta.url), [doing, folder, `${most}`, ...urls()])
    const died = once(worker, 'exit').then(() => assert.fail('the worker ended by itself'))
    const [stands] = (await Promise.race([once(worker, 'message'), died])) as [readonly Standing[]]
    worker.kill('SIGKILL')
    await once(worker, 'exit')
    await withHosts((hosts) => endedByAnother(hosts, doing, stands))
  })

  for (const [index, server] of ["the store's server", 'the second server'].entries())
    test(`exactly once: ${server} killed in front of every statement of the hand-over (${doing})`, () =>
      withHosts(async (hosts) => {
        const stands = await allStanding(hosts, doing)
        const server = servers[index] ?? assert.fail()
        await server.end('immediate')
        const released = Promise.all(stands.map(({ release }) => release()))
        // Whose second server is away ends what it has begun; whose store is away waits for it.
        if (index === 1) await released
        await server.restart('immediate')
        await released
        await endedByAnother(hosts, doing, stands)
      }))
}

/** Another process takes over what has not ended, and ends it as it should. */
async function endedByAnother(
  hosts: readonly Host[],
  doing: Doing,
  stands: readonly Omit<Standing, 'release'>[],
): Promise<void> {
  const stood = stands.filter(({ ended }) => !ended).length
  const all = stands.map(({ job }, number) => ended(hosts[number] ?? assert.fail(), doing, job))
  await Promise.allSettled(all)
  await Promise.all(all)
  assert.ok(stood > 8 && stood < stands.length, `${stood} of ${stands.length} stood`)
}

async function ended(host: Host, doing: Doing, id: string): Promise<void> {
  const { two } = host
  await two.main.query(`UPDATE piecework.nodes SET lease_until = piecework.now() WHERE status = 'running'`)
  const piecework = pieceworkAt(host, doing)
  await piecework.start()
  try {
    for await (const _ of piecework.watch(id, { principal }));
    const { job } = await piecework.job(id, { principal })
    assert.equal(job.status, doing === 'removal' ? 'failed' : 'succeeded', job.error?.message)
    if (doing === 'removal') assert.match(job.error?.message ?? '', /no_such_function/)
    else assert.deepEqual(await rowsOf(two, job.target?.id ?? ''), whole)
    // What is kept of a job whose process has died behind its end goes with the end of a later one.
    if ((await totals(two)).slice(4).some((kept) => kept > 0)) {
      await (await piecework.clone({ resource: await samplePlan(two), principal })).ended()
      assert.deepEqual((await totals(two)).slice(4), [0, 0, 0])
    }
  } finally {
    await piecework.stop()
  }
  // No plan is left half-made, and each has its rows in both.
  assert.equal((await two.main.query('SELECT FROM plans WHERE NOT ready')).rowCount, 0)
  const [plans, goals, shapes, corners = 0] = await totals(two)
  assert.deepEqual([goals, shapes, corners / 3], [plans, plans, plans])
}

test.run()
