import { createReadStream, createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createDeflateRaw } from 'node:zlib'
import { planningSchema } from '@piecework/pieces-project'
import { Client } from 'pg'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import { timed } from '../measure.js'

/** Those that hold rows, in the order in which foreign keys let them be filled. */
const tables = [
  'projects',
  'planning_units',
  'cost_surfaces',
  'cost_surface_values',
  'features',
  'feature_geometries',
  'feature_amounts',
  'scenarios',
  'scenario_planning_units',
  'scenario_features',
  'scenario_feature_amounts',
] as const

export type Seconds = Readonly<Record<string, number>>

/** COPY of each table through one deflate at the level that exports have. */
export const copyOutDeflated = (url: string, folder: string): Promise<Seconds> =>
  eachTable(url, async (client, table) => {
    const sql = `COPY ${planningSchema}.${table} TO STDOUT (FORMAT csv, HEADER)`
    const file = createWriteStream(join(folder, `${table}.deflate`))
    await pipeline(client.query(copyTo(sql)), createDeflateRaw({ level: 1 }), file)
  })

/** What `copyIn` reads. */
export const copyOut = (url: string, folder: string): Promise<Seconds> =>
  eachTable(url, async (client, table) => {
    const sql = `COPY ${planningSchema}.${table} TO STDOUT (FORMAT csv)`
    await pipeline(client.query(copyTo(sql)), createWriteStream(join(folder, `${table}.csv`)))
  })

/** COPY into the same tables, empty, with the same indexes and foreign keys. */
export const copyIn = (url: string, folder: string): Promise<Seconds> =>
  eachTable(url, async (client, table) => {
    const sql = `COPY ${planningSchema}.${table} FROM STDIN (FORMAT csv)`
    const file = createReadStream(join(folder, `${table}.csv`), { highWaterMark: 1 << 16 })
    await pipeline(file, client.query(copyFrom(sql)))
  })

export const total = (seconds: Seconds): number => Object.values(seconds).reduce((sum, one) => sum + one, 0)

async function eachTable(
  url: string,
  work: (client: Client, table: string) => Promise<void>,
): Promise<Seconds> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    const seconds: Record<string, number> = {}
    for (const table of tables) seconds[table] = await timed(() => work(client, table))
    return seconds
  } finally {
    await client.end()
  }
}
