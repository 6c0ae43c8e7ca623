import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { prepare } from '@piecework/bench/planning-host'
import { fleet, redisServer, scratchDatabase } from '@piecework/test-support'
import { startRequester } from './asking.js'
import { openDisk } from './disk.js'
import { applicationName, soakHost } from './host.js'
import { learn } from './learn.js'
import type { Scene } from './scene.js'
import { makeSources } from './sources.js'

export interface SceneOptions {
  /** A PostgreSQL server; a database of its own is made on it and dropped. */
  readonly url: string
  readonly workers: number
  /** Chooses which worker is hit. */
  readonly random: () => number
  log(text: string): void
}

export interface OpenScene extends Scene {
  close(): Promise<void>
}

/** Makes the database, the sources, the servers and the processes, and learns what each job does. */
export async function openScene({ url, workers: count, random, log }: SceneOptions): Promise<OpenScene> {
  const ends: (() => Promise<unknown>)[] = []
  const close = async () => {
    for (const end of ends.reverse()) await end()
  }
  try {
    log('making servers, a database and a project')
    const folder = await mkdtemp(join(tmpdir(), 'piecework-soak-'))
    ends.push(() => rm(folder, { recursive: true, force: true }))
    const scratch = await scratchDatabase({ url, template: { name: 'soak', prepare } })
    ends.push(() => scratch.drop())
    const redis = await redisServer()
    ends.push(() => redis.remove())
    const disk = await openDisk(folder)
    ends.push(() => disk.remove())
    const place = {
      database: scratch.url,
      redis: redis.url,
      artifacts: join(disk.folder, 'artifacts'),
      temporary: join(folder, 'temporary'),
    }
    await mkdir(place.temporary)
    const sources = await makeSources(scratch.url, folder)
    const host = soakHost(place, 'watcher')
    ends.push(() => host.stop())
    const workers = fleet({
      script: new URL('./worker.js', import.meta.url),
      args: [JSON.stringify(place)],
      env: { ...process.env, TMPDIR: place.temporary },
      random,
    })
    ends.push(() => workers.end())
    await Promise.all(Array.from({ length: count }, workers.add))
    let requester = await startRequester(place)
    ends.push(() => requester.kill())
    const replaceRequester = async () => {
      await requester.kill()
      // What it asked for last may be committed after its death.
      const connected = `SELECT FROM pg_stat_activity WHERE application_name = $1 AND datname = current_database()`
      for (;;) {
        const { rowCount } = await host.database.query(connected, [applicationName('requester')])
        if (rowCount === 0) break
        await sleep(20)
      }
      requester = await startRequester(place)
    }
    log('running each kind of job once without a fault')
    const learnt = await learn(host, requester, sources)
    const scene = { place, sources, host, workers, redis, disk, ...learnt }
    return { ...scene, requester: () => requester, replaceRequester, close }
  } catch (error) {
    await close()
    throw error
  }
}
