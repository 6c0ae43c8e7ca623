import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Bench, type BenchOptions, compared, limited, type Measure, median, timed } from '../measure.js'
import { Databases } from '../planning/databases.js'
import { blob, shelf } from './blob-pack.js'
import { call, drain, json, post, requestsIn, send, withStreams } from './client.js'
import { ServerProcess } from './server-process.js'

const mebibyte = 1024 ** 2
const megabytes = 256
const children = 10_000
const streams = 200
const cutBytes = 1024 * mebibyte
const cuts = 100
const partBytes = 8 * mebibyte
const octets = { 'content-type': 'application/octet-stream' }
const tus = { 'tus-resumable': '1.0.0' }

interface Servers {
  readonly ours: ServerProcess
  /** `node:http` that pipes to a file and from it, and reads a row. */
  readonly bare: ServerProcess
}

interface ServersBench extends Servers {
  start(what: 'piecework' | 'bare', works?: boolean): Promise<ServerProcess>
  /** Id of an export that has made an archive of many MB. */
  readonly exported: string
}

/** The HTTP layer, in processes of its own, beside a bare handler of node:http. */
async function withServers(
  { url, log }: Pick<BenchOptions, 'url' | 'log'>,
  use: (servers: ServersBench) => Promise<readonly Measure[]>,
): Promise<readonly Measure[]> {
  const databases = new Databases(url)
  const folder = await mkdtemp(join(tmpdir(), 'piecework-bench-'))
  const processes: ServerProcess[] = []
  const start = async (what: 'piecework' | 'bare', works = false): Promise<ServerProcess> => {
    const made = await ServerProcess.start({ what, url: database, folder, megabytes, children, works })
    processes.push(made)
    return made
  }
  const database = await databases.create()
  try {
    const ours = await start('piecework', true)
    const bare = await start('bare')
    const exported = await archive(ours)
    log(`made an archive of ${megabytes} MB`)
    return await use({ ours, bare, start, exported })
  } finally {
    await Promise.all(processes.map((one) => one.end()))
    await databases.dropAll()
    await rm(folder, { recursive: true, force: true })
  }
}

export const serverBench: Bench = (options) =>
  withServers(options, async ({ ours, bare, start, exported }) => {
    const { runs, log } = options
    const files = await transfers({ ours, bare }, exported, runs, log)
    const jobs = await jobRequests({ ours, bare }, exported, runs)
    // What takes up jobs would end the one that is followed.
    await ours.end()
    log(`${streams} streams of a job of ${children.toLocaleString('en-US')} nodes`)
    const followed = await followers(await start('piecework'))
    log(`1 GB in ${cuts} cuts over three processes`)
    const several = [await start('piecework'), await start('piecework'), await start('piecework')]
    return [...files, jobs, followed, ...(await cutUpload(several))]
  })

/** Downloads by the address of a link. */
export const linksBench: Bench = (options) =>
  withServers(options, async ({ ours, bare, exported }) => [
    await linkRequests({ ours, bare }, exported, options.runs),
  ])

interface JobAnswer {
  readonly id: string
}

/** Id of an export that has ended. */
async function archive(server: ServerProcess): Promise<string> {
  const { id } = await post<JobAnswer>(server, `/blobs/${blob.id}/export`, { deliver: [{ target: 'link' }] })
  for (;;) {
    const { job } = await json<{ job: { status: string } }>(server, `/jobs/${id}`)
    if (job.status === 'succeeded') return id
    if (job.status === 'failed') throw new Error('The export failed.')
    await sleep(100)
  }
}

async function transfers({ ours, bare }: Servers, job: string, runs: number, log: (text: string) => void) {
  const size = megabytes * mebibyte
  const times = { whole: [], tus: [], barePut: [], get: [], bareGet: [] } as Record<string, number[]>
  const take = async (name: string, work: () => Promise<unknown>) => times[name]?.push(await timed(work))
  const before = await ours.figures()
  for (let run = 0; run <= runs; run++) {
    const draft = await post<JobAnswer>(ours, '/blobs/import/upload', { name: 'Bench' })
    const at = `/blobs/import/upload/${draft.id}/data-file`
    await take('barePut', () => send(bare, '/file', { method: 'POST', headers: octets, offset: 0, size }))
    await take('whole', () =>
      send(ours, `${at}?role=file`, { method: 'POST', headers: octets, offset: 0, size }),
    )
    const upload = await begin(ours, at, size)
    await take('tus', () => send(ours, upload, { method: 'PATCH', headers: partHeaders(0), offset: 0, size }))
    await take('bareGet', () => drain(bare, '/file'))
    await take('get', () => drain(ours, `/jobs/${job}/archive`))
    await call(ours, `/blobs/${draft.id}`, { method: 'DELETE' })
    log(`run ${run} of ${runs}`)
  }
  const after = await ours.figures()
  // The first run warms up.
  const counted = (name: string) => times[name]?.slice(1) ?? []
  const goal = { reach: 0.7, aim: 0.9 }
  const facts = (name: string) => ({
    megabytesPerSecond: Math.round(megabytes / median(counted(name))),
    megabytes,
  })
  const against = (name: string, one: string, peer: string): Measure =>
    compared(name, counted(one), counted(peer), goal, {
      ...facts(one),
      peerMegabytesPerSecond: facts(peer).megabytesPerSecond,
    })
  const growthMb = Math.round((after.peakMb - before.peakMb) * 10) / 10
  return [
    against('server/upload', 'whole', 'barePut'),
    against('server/upload-tus', 'tus', 'barePut'),
    against('server/download', 'get', 'bareGet'),
    limited('server/memory', growthMb, 64, { peakMb: after.peakMb, peakBeforeMb: before.peakMb, megabytes }),
  ]
}

async function jobRequests({ ours, bare }: Servers, job: string, runs: number): Promise<Measure> {
  const load = { seconds: 3, connections: 20 }
  const [own, peer]: [number[], number[]] = [[], []]
  for (let run = 0; run <= runs; run++) {
    peer.push(load.seconds / (await requestsIn(bare, `/${job}`, load)))
    own.push(load.seconds / (await requestsIn(ours, `/jobs/${job}`, load)))
  }
  return compared(
    'server/get-job',
    own.slice(1),
    peer.slice(1),
    { reach: 0.2, aim: 0.5 },
    {
      requestsPerSecond: Math.round(1 / median(own.slice(1))),
      peerRequestsPerSecond: Math.round(1 / median(peer.slice(1))),
    },
  )
}

/** The first bytes of a file, by the address of a link: the policy is asked, the request recorded and metered. */
async function linkRequests({ ours, bare }: Servers, job: string, runs: number): Promise<Measure> {
  const { items } = await json<{ items: { location: string }[] }>(ours, `/jobs/${job}/deliveries`)
  const { url } = await post<{ url: string }>(ours, `/links/${items[0]?.location}/address`, {})
  const path = url.slice(new URL(url).origin.length)
  const load = { seconds: 3, connections: 20 }
  const [own, peer]: [number[], number[]] = [[], []]
  for (let run = 0; run <= runs; run++) {
    peer.push(load.seconds / (await requestsIn(bare, `/${job}`, load)))
    own.push(load.seconds / (await requestsIn(ours, path, { ...load, headers: { range: 'bytes=0-999' } })))
  }
  return compared(
    'links',
    own.slice(1),
    peer.slice(1),
    { reach: 0.05, aim: 0.1 },
    {
      requestsPerSecond: Math.round(1 / median(own.slice(1))),
      peerRequestsPerSecond: Math.round(1 / median(peer.slice(1))),
    },
  )
}

/** Queries per second while a job of many nodes is followed, by many and by one. */
async function followers(server: ServerProcess): Promise<Measure> {
  const seconds = 10
  const { id } = await post<JobAnswer>(server, `/shelves/${shelf.id}/export`, {})
  const queriesOf = async (count: number): Promise<{ queries: number; cpu: number }> => {
    let [queries, cpu] = [0, 0]
    await withStreams(server, `/jobs/${id}/events`, count, async () => {
      const before = await server.figures()
      await sleep(seconds * 1000)
      const after = await server.figures()
      queries = (after.queries - before.queries) / seconds
      cpu = (after.cpuSeconds - before.cpuSeconds) / seconds
    })
    return { queries, cpu }
  }
  const [one, many] = [await queriesOf(1), await queriesOf(streams)]
  return {
    name: 'server/events',
    ratio: Math.round((one.queries / many.queries) * 1000) / 1000,
    reach: 0.7,
    aim: 0.95,
    streams,
    nodes: children,
    queriesPerSecond: many.queries,
    queriesPerSecondOfOne: one.queries,
    cpu: many.cpu,
    cpuOfOne: one.cpu,
  }
}

async function cutUpload(servers: readonly ServerProcess[]): Promise<readonly Measure[]> {
  const at = (turn: number) => servers[turn % servers.length] as ServerProcess
  const draft = await post<JobAnswer>(at(0), '/blobs/import/upload', { name: 'Cut' })
  const file = `/blobs/import/upload/${draft.id}/data-file`
  const small = await begin(at(0), file, 64 * mebibyte)
  await send(at(0), small, { method: 'PATCH', headers: partHeaders(0), offset: 0, size: 64 * mebibyte })
  const before = Math.max(...(await Promise.all(servers.map(async (one) => (await one.figures()).peakMb))))
  const upload = await begin(at(0), file, cutBytes)
  let [sent, offset, turn] = [0, 0, 0]
  for (; offset < cutBytes; turn += 1) {
    const server = at(turn)
    const most = turn < cuts ? Math.floor((cutBytes / cuts) * (0.5 + Math.random())) : undefined
    const cut = most !== undefined && offset + most < cutBytes ? { most } : {}
    sent += await send(server, upload, {
      method: 'PATCH',
      headers: partHeaders(offset),
      offset,
      size: cutBytes,
      ...cut,
    })
    offset = (await json<{ offset: number }>(at(turn + 1), upload, { headers: tus })).offset
  }
  const peakMb = Math.max(...(await Promise.all(servers.map(async (one) => (await one.figures()).peakMb))))
  const twice = sent - cutBytes
  return [
    {
      name: 'server/cuts',
      ratio: Math.round((Math.min(turn, cuts) * partBytes * 100) / Math.max(twice, 1)) / 100,
      reach: 1,
      aim: 4,
      cuts: turn - 1,
      sentTwiceMb: Math.round(twice / mebibyte),
      sentTwicePerCutMb: Math.round((twice / mebibyte / Math.max(1, turn - 1)) * 10) / 10,
      processes: servers.length,
    },
    limited('server/cuts-growth', Math.round((peakMb - before) * 10) / 10, 32, {
      peakMb,
      peakOf64Mb: before,
    }),
  ]
}

/** Path of a new upload. */
async function begin(server: ServerProcess, at: string, size: number): Promise<string> {
  const metadata = `role ${Buffer.from('file').toString('base64')}`
  const headers = { ...tus, 'upload-length': size, 'upload-metadata': metadata }
  const { id } = await json<JobAnswer>(server, at, { method: 'POST', headers })
  return `/uploads/${id}`
}

const partHeaders = (offset: number) => ({
  ...tus,
  'content-type': 'application/offset+octet-stream',
  'upload-offset': offset,
})
