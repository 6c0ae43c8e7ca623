import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createDeflateRaw } from 'node:zlib'
import { fileArtifacts, type JobReport } from '@piecework/core'
import type { ArchiveRef } from '@piecework/core/piece'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import { cpuTime } from './cpu-time.js'
import type { Bench } from './measure.js'
import { WorkTimes } from './work-times.js'
import { fillWorld, type KeyType, openWorld, ownIds, principal, survey, type World } from './world.js'

/** Of an archive and a copy with other ids. */
const diff = { reach: 1, aim: 1.5 }

/** Import, export, clone and comparison of one large table, each against what one would write by hand, or against exports. */
export const tablePieceBench: Bench = (options) =>
  largeTable(options, 'uuid', {
    import: { reach: 0.5, aim: 0.9 },
    export: { reach: 0.8, aim: 1.5 },
    clone: { reach: 0.9, aim: 1 },
    diff,
  })

/** The same with integer keys: a bigint and two references. */
export const keysBench: Bench = (options) =>
  largeTable(options, 'integer', {
    import: { reach: 0.8, aim: 0.95 },
    export: { reach: 0.8, aim: 1.5 },
    clone: { reach: 1, aim: 1.3 },
    diff,
  })

type Goals = Readonly<
  Record<'import' | 'export' | 'clone' | 'diff', { readonly reach: number; readonly aim: number }>
>

async function largeTable(
  { rows, runs, url, log }: Parameters<Bench>[0],
  keys: KeyType,
  goals: Goals,
): ReturnType<Bench> {
  const dir = await mkdtemp(join(tmpdir(), 'piecework-bench-'))
  const world = await openWorld(url, fileArtifacts(join(dir, 'artifacts')), keys)
  const name = keys === 'uuid' ? 'table-piece' : 'keys'
  try {
    log(`making ${rows.toLocaleString('en-US')} rows`)
    await fillWorld(world, rows)
    await world.pool.query('CREATE TABLE backup AS TABLE observations')
    const { archive } = await (await world.piecework.export({ resource: survey, principal })).result()
    if (!archive) throw new Error('no archive')
    const place = { world, keys, archive, dir }
    const cpu = await cpuTime(world.pool)
    log('warming up')
    await round(place, new WorkTimes(cpu))
    const times = new WorkTimes<Work>(cpu)
    for (let run = 1; run <= runs; run++) {
      log(`run ${run} of ${runs}`)
      await round(place, times)
    }
    const facts = { rows, runs, keys }
    return [
      times.compared(`${name}/import`, ['import', 'copyIn'], goals.import, {
        ...facts,
        peer: 'COPY FROM into the same indexed table',
        wholeJob: times.compared('', ['job', 'copyIn'], goals.import, {}).ratio,
      }),
      times.compared(`${name}/export`, ['export', 'copyOut'], goals.export, {
        ...facts,
        peer: 'COPY TO through one deflate level 1',
      }),
      times.compared(`${name}/clone`, ['clone', 'byHand'], goals.clone, {
        ...facts,
        peer: 'INSERT … SELECT through a map table',
      }),
      times.compared(`${name}/diff`, ['diff', 'export', 3], goals.diff, { ...facts, peer: 'three exports' }),
    ]
  } finally {
    await world.close()
    await rm(dir, { recursive: true, force: true })
  }
}

type Work = keyof Goals | 'copyIn' | 'copyOut' | 'byHand' | 'job'

interface Place {
  readonly world: World
  readonly keys: KeyType
  readonly archive: ArchiveRef
  readonly dir: string
}

async function round({ world, keys, archive, dir }: Place, times: WorkTimes<Work>): Promise<void> {
  const { piecework, pool } = world
  await times.measure('copyOut', () => copyOutDeflated(world, join(dir, 'peer.deflate')))
  await times.measure('export', async () =>
    (await piecework.export({ resource: survey, principal })).result(),
  )

  await times.measure('byHand', () => cloneByHand(world, keys))
  await restore(world)
  const clone = await (await piecework.clone({ resource: survey, principal })).ended()
  times.add('clone', secondsOf(clone))
  await times.measure('diff', () => diffCopy(world, archive, clone))
  await restore(world)

  const csv = join(dir, 'observations.csv')
  await copyOut(world, csv)
  await pool.query('TRUNCATE observations')
  await times.measure('copyIn', () => copyIn(world, csv))
  await pool.query('TRUNCATE observations')
  const report = await times.measure('job', async () =>
    (await piecework.import({ archive, principal, name: 'again' })).ended(),
  )
  times.add('import', secondsOf(report))
  await restore(world)
}

async function diffCopy({ piecework }: World, archive: ArchiveRef, clone: JobReport): Promise<void> {
  const { resource } = clone.job.result
  if (!resource) throw new Error('no copy')
  const { equal } = await piecework.diff(archive, { resource, principal })
  if (!equal) throw new Error('The copy is not equal.')
}

/** Of the node that moved the rows, and of the one that reserved their keys. */
function secondsOf(report: JobReport | undefined): number {
  if (report?.job.status !== 'succeeded') throw new Error(`The job failed: ${report?.job.error?.message}`)
  const nodes = report.nodes.filter(
    ({ piece, task }) => piece === 'survey/observations' && ['keys', 'import', 'clone'].includes(task),
  )
  if (nodes.length === 0) throw new Error('No node moved the rows.')
  return nodes.reduce((sum, { startedAt, endedAt }) => {
    if (!startedAt || !endedAt) throw new Error('The node has no times.')
    return sum + (endedAt.getTime() - startedAt.getTime()) / 1000
  }, 0)
}

/** The same table and indexes again. */
async function restore({ pool }: World): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query('TRUNCATE observations')
    await client.query('DELETE FROM surveys WHERE NOT starts_with(id::text, $1)', [ownIds])
    // The rows are known to be right: no foreign key is asked again.
    await client.query('SET session_replication_role = replica')
    await client.query('INSERT INTO observations TABLE backup')
    await client.query('RESET session_replication_role')
    await client.query('VACUUM ANALYZE surveys, units, features, observations')
    await client.query('CHECKPOINT')
  } finally {
    client.release()
  }
}

async function copyOut({ pool }: World, file: string): Promise<void> {
  const client = await pool.connect()
  try {
    const sql = 'COPY observations TO STDOUT (FORMAT csv)'
    await pipeline(client.query(copyTo(sql)), createWriteStream(file))
  } finally {
    client.release()
  }
}

async function copyOutDeflated({ pool }: World, file: string): Promise<void> {
  const client = await pool.connect()
  try {
    const sql = `COPY (SELECT * FROM observations WHERE survey_id = '${survey.id}') TO STDOUT (FORMAT csv, HEADER)`
    await pipeline(client.query(copyTo(sql)), createDeflateRaw({ level: 1 }), createWriteStream(file))
  } finally {
    client.release()
  }
}

async function copyIn({ pool }: World, file: string): Promise<void> {
  const client = await pool.connect()
  try {
    const sql = 'COPY observations FROM STDIN (FORMAT csv)'
    await pipeline(createReadStream(file, { highWaterMark: 1 << 16 }), client.query(copyFrom(sql)))
  } finally {
    client.release()
  }
}

/**
 * What one writes without a library: maps of old ids to new ones, and a join for each column that holds one.
 */
async function cloneByHand({ pool }: World, keys: KeyType): Promise<void> {
  const client = await pool.connect()
  const type = keys === 'uuid' ? 'uuid' : 'bigint'
  const newKey = (table: string): string =>
    keys === 'uuid' || table === 'surveys'
      ? 'gen_random_uuid()'
      : `nextval(pg_get_serial_sequence('${table}', 'id'))`
  try {
    await client.query('BEGIN')
    for (const table of ['surveys', 'units', 'features', 'observations']) {
      const key = table === 'surveys' ? 'uuid' : type
      await client.query(
        `CREATE TEMPORARY TABLE new_${table} (old ${key} PRIMARY KEY, new ${key} NOT NULL) ON COMMIT DROP`,
      )
      const owner = table === 'surveys' ? 'id' : 'survey_id'
      await client.query(
        `INSERT INTO new_${table} SELECT id, ${newKey(table)} FROM ${table} WHERE ${owner} = '${survey.id}'`,
      )
      await client.query(`ANALYZE new_${table}`)
    }
    await client.query(
      `INSERT INTO surveys SELECT m.new, s.name, true FROM surveys s JOIN new_surveys m ON m.old = s.id`,
    )
    for (const table of ['units', 'features']) {
      await client.query(`INSERT INTO ${table} SELECT m.new, s.new, t.number FROM ${table} t
        JOIN new_${table} m ON m.old = t.id JOIN new_surveys s ON s.old = t.survey_id`)
    }
    await client.query(`INSERT INTO observations SELECT m.new, s.new, u.new, f.new, t.amount FROM observations t
      JOIN new_observations m ON m.old = t.id JOIN new_surveys s ON s.old = t.survey_id
      JOIN new_units u ON u.old = t.unit_id JOIN new_features f ON f.old = t.feature_id`)
    await client.query('COMMIT')
  } finally {
    client.release()
  }
}
