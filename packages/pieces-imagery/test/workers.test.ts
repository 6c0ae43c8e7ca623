import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, utimesSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ImageryExport } from '@piecework/pieces-imagery'
import {
  type Fleet,
  fleet,
  needsRedisServer,
  needsServer,
  type RedisServer,
  redisServer,
} from '@piecework/test-support'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ana, type ImageryDatabase, imageryDatabase, sampleProject } from './support/imagery-host.js'
import { gdal, needsScenes } from './support/scenes.js'
import { type WatchedPrograms, watchedPrograms } from './support/watched-programs.js'
import { type Place, type WorkerHost, workerHost } from './support/worker-host.js'

const test = needsScenes(needsRedisServer(needsServer(suite('imagery: windows in several processes'))))
let world: ImageryDatabase
let redis: RedisServer
let folder: string
let programs: WatchedPrograms
let lake: string
test.before(async () => {
  world = await imageryDatabase()
  redis = await redisServer()
  folder = await mkdtemp(join(tmpdir(), 'piecework-imagery-'))
  mkdirSync(join(folder, 'delivered/lake'), { recursive: true })
  mkdirSync(temporary())
  programs = watchedPrograms(await gdal(), join(folder, 'programs'))
  const { database, files, stop } = workerHost(placeOf())
  lake = (await sampleProject(database, files, ['landsat-rgbn-256'], ['red', 'green', 'blue', 'nir'])).id
  await stop()
})
test.after(async () => {
  await redis?.remove()
  await world?.close()
  rmSync(folder, { recursive: true, force: true })
})

const placeOf = (): Place => ({ database: world.url, folder, gdal: programs.gdal, redis: redis.url })
const temporary = () => join(folder, 'temporary')

/** Three windows, in a narrow strip from the west to the east of the scene. */
const request = () => ({
  name: 'Lake',
  source: {
    tool: {
      version: 1,
      nodes: { lake: { type: 'project', id: lake, bands: ['nir'] } },
      output: { node: 'lake', blockSize: 128 },
    },
  },
  projection: 32654,
  resolution: 3.5,
  mask: { type: 'Polygon', coordinates: [strip] },
  crop: true,
  outputs: ['imagery/cog'] as const,
  deliver: [{ target: 'folder', destination: { folder: 'lake' } }],
})
const strip = [
  [140.4585, 36.3],
  [140.5425, 36.3],
  [140.5425, 36.301],
  [140.4585, 36.301],
  [140.4585, 36.3],
]
const windows = 3

async function ended({ piecework, exports }: WorkerHost, { id, job }: ImageryExport): Promise<ImageryExport> {
  for await (const _ of piecework.watch(job ?? '', { principal: ana })) void _
  return exports.get(id, { principal: ana })
}

async function until(reached: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await reached())) await sleep(20)
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** What was delivered since it was asked last, by its sum; nothing else lies there. */
function delivered(): string {
  const at = join(folder, 'delivered/lake')
  const names = readdirSync(at)
  assert.equal(names, ['Lake.tif'])
  const sha256 = createHash('sha256')
    .update(readFileSync(join(at, 'Lake.tif')))
    .digest('hex')
  rmSync(join(at, 'Lake.tif'))
  return sha256
}

async function withWorkers(use: (host: WorkerHost, workers: Fleet) => Promise<void>) {
  const place = placeOf()
  const host = workerHost(place)
  const workers = fleet({
    script: new URL('./support/worker.js', import.meta.url),
    args: [JSON.stringify(place)],
    env: { ...process.env, TMPDIR: temporary() },
  })
  try {
    await use(host, workers)
  } finally {
    await workers.end()
    await host.stop()
  }
}

test('one, two and three processes give the same bytes; one that is killed costs its window alone, and what it has left goes', () =>
  withWorkers(async (host, workers) => {
    const sums = new Set<string>()
    const done = async (made: ImageryExport) => {
      const { status, error, result } = await ended(host, made)
      assert.is(status, 'SUCCESS', JSON.stringify(error))
      const [cog] = result?.outputs ?? []
      sums.add(cog?.sha256 ?? '')
      assert.is(delivered(), cog?.sha256)
      const keys: string[] = []
      for await (const key of host.artifacts.list('jobs')) keys.push(key)
      assert.equal(keys, [], 'windows are left')
      const warps = programs.warps()
      return [warps.length, new Set(warps.map(({ worker }) => worker)).size]
    }
    const asked = async (processes: number): Promise<ImageryExport> => {
      while (workers.pids().length < processes) await workers.add()
      const made = await host.exports.create(request(), { principal: ana })
      assert.is(made.estimate.windows, windows)
      return made
    }
    for (const processes of [1, 2]) {
      programs.meet(processes)
      assert.equal(await done(await asked(processes)), [windows, processes])
    }

    // Beside the one that hangs.
    programs.meet(2)
    programs.hang()
    const made = await asked(3)
    await until(() => programs.hung() !== undefined)
    const { pid = 0, worker = 0, window } = programs.hung() ?? {}
    assert.ok(workers.pids().includes(worker), 'a child is that of a worker')
    // The others do the rest, and wait for no one.
    await until(() => programs.warps().length === windows)
    process.kill(worker, 'SIGKILL')
    await until(() => !workers.pids().includes(worker))
    await until(() => !isAlive(pid))
    assert.equal(await done(made), [windows + 1, 3])
    assert.is(programs.warps().filter((warp) => warp.window === window).length, 2)
    assert.is(sums.size, 1)

    const [left = '', ...others] = readdirSync(temporary())
    assert.equal([left.startsWith('piecework-temporary-imagery-'), others], [true, []])
    const long = new Date(Date.now() - 13 * 60 * 60 * 1000)
    utimesSync(join(temporary(), left, 'alive'), long, long)
    const { TMPDIR: before } = process.env
    process.env.TMPDIR = temporary()
    try {
      await host.piecework.start()
      await until(() => readdirSync(temporary()).length === 0)
    } finally {
      if (before === undefined) delete process.env.TMPDIR
      else process.env.TMPDIR = before
    }
  }))

test.run()
