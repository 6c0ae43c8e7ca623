import { mkdir, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { prepare } from '@piecework/bench/planning-host'
import {
  fleet,
  type PostgresServer,
  postgresServer,
  redisServer,
  removeFolder,
  scratchDatabase,
  whenGone,
} from '@piecework/test-support'
import { startRequester } from './asking.js'
import { moveDatabase } from './database-disk.js'
import { mountDisk, openDisk } from './disk.js'
import { startDrive } from './drive/drive.js'
import { startHooks } from './hooks.js'
import { applicationName, soakHost } from './host.js'
import { type Lessons, learn } from './learn.js'
import type { Scene } from './scene.js'
import { makeSources } from './sources.js'
import { splitRows } from './split/split-rows.js'
import { openWhole } from './split/whole.js'

export interface SceneOptions {
  /** A PostgreSQL server; a database of its own is made on it and dropped. */
  readonly url?: string | undefined
  /** Folder of PostgreSQL's programs, for a server of its own. */
  readonly programs?: string | undefined
  /** Whether some pieces have their rows in a database of a second server, which is made in any case. */
  readonly split?: boolean
  readonly workers: number
  readonly lessons: Lessons
  /** Chooses which worker is hit. */
  readonly random: () => number
  /** Chooses what befalls calls of the drive. */
  readonly troubles: () => number
  log(text: string): void
}

export interface OpenScene extends Scene {
  close(): Promise<void>
}

/** Of artifacts. */
const megabytes = 24
/** Of the database, whose deleted rows stay until they are vacuumed. */
const databaseMegabytes = 256

/** Makes the database, the sources, the servers and the processes, and learns what each job does. */
export async function openScene(options: SceneOptions): Promise<OpenScene> {
  const { workers: count, lessons, random, log } = options
  const ends: (() => Promise<unknown>)[] = []
  const close = async () => {
    for (const end of ends.splice(0).reverse()) await end()
  }
  try {
    log('making servers, a database and a project')
    const folder = await mkdtemp(join(tmpdir(), 'piecework-soak-'))
    ends.push(whenGone(removeFolder, folder).now)
    const { url, ...own } = await openDatabase(options, ends)
    const geoServer = options.split ? await openGeo(options, ends) : undefined
    const redis = await redisServer()
    ends.push(() => redis.remove())
    const disk = await openDisk({ parent: folder, megabytes })
    ends.push(() => disk.remove())
    const hooks = await startHooks()
    ends.push(() => hooks.stop())
    const drive = await startDrive(options.troubles)
    ends.push(() => drive.stop())
    const place = {
      database: url,
      ...(geoServer && { geo: geoServer.url }),
      redis: redis.url,
      artifacts: join(disk.folder, 'artifacts'),
      delivered: join(disk.folder, 'delivered'),
      hooks: hooks.port,
      drive: drive.port,
      mood: join(folder, 'mood'),
      rights: join(folder, 'rights'),
      temporary: join(folder, 'temporary'),
    }
    await mkdir(place.temporary)
    const sources = await makeSources(url, folder)
    if (geoServer) await splitRows(url, geoServer.url)
    const host = soakHost(place, 'watcher')
    ends.push(() => host.stop())
    const whole = geoServer ? await openWhole(place) : undefined
    if (whole) ends.push(whole.stop)
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
    log('running each kind of job without a fault')
    const { beside, references } = await learn(host, requester, sources, lessons)
    const parts = {
      place,
      host,
      workers,
      redis,
      hooks,
      drive,
      disk,
      ...own,
      ...(geoServer && { geoServer }),
      whole: whole ? whole.look : async () => host,
      requester: () => requester,
      replaceRequester,
    }
    const scene: Omit<Scene, 'beside'> = { ...parts, sources, references }
    const other: Scene = {
      ...parts,
      ...beside,
      get beside() {
        return other
      },
    }
    return { ...scene, beside: other, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** On a server of its own the database lies on a small disk, where one can be mounted. */
async function openDatabase(
  { url, programs }: SceneOptions,
  ends: (() => Promise<unknown>)[],
): Promise<Pick<Scene, 'server' | 'databaseDisk'> & { readonly url: string }> {
  const template = { name: 'soak', prepare }
  if (url !== undefined) {
    const scratch = await scratchDatabase({ url, template })
    ends.push(() => scratch.drop())
    return scratch
  }
  if (programs === undefined) throw new Error('The soak needs a server, or the programs of one.')
  const server = await postgresServer({ programs })
  ends.push(() => server.remove())
  const scratch = await scratchDatabase({ url: server.url, template })
  const databaseDisk = await mountDisk({
    parent: server.folder,
    megabytes: databaseMegabytes,
    owner: server.owner,
  })
  if (databaseDisk) {
    ends.push(() => databaseDisk.remove())
    await moveDatabase({ server: server.url, database: scratch.url, folder: databaseDisk.folder })
  }
  return { url: scratch.url, server, ...(databaseDisk && { databaseDisk }) }
}

async function openGeo(
  { programs }: SceneOptions,
  ends: (() => Promise<unknown>)[],
): Promise<PostgresServer> {
  const server = await postgresServer({ ...(programs !== undefined && { programs }), password: 'geo' })
  ends.push(() => server.remove())
  return server
}
