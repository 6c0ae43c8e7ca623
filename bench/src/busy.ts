import { createPiecework, type Pack } from '@piecework/core'
import { fromPg, postgresStore } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import PQueue from 'p-queue'
import { Pool } from 'pg'
import { type Bench, compared } from './measure.js'
import { Databases } from './planning/databases.js'

const principals = 50
const concurrency = 4
/** Requests that a host makes at once. */
const requests = 8

/** When each job has ended, in seconds from the first request, in order. */
type Ends = readonly number[]

/** Thousands of small jobs that are asked for at once, against a plain queue that asks for each when one has ended. */
export const busyBench: Bench = async ({ runs, jobs, url, log }) => {
  const databases = new Databases(url)
  try {
    const [ours, peer]: [Ends[], Ends[]] = [[], []]
    for (let run = 1; run <= runs; run++) {
      ours.push(await endsOf({ url: await databases.create(), jobs, atOnce: requests, awaited: false }))
      peer.push(await endsOf({ url: await databases.create(), jobs, atOnce: concurrency, awaited: true }))
      log(`run ${run} of ${runs}: ${shown(ours)}; plain queue ${shown(peer)}`)
    }
    const facts = {
      jobs,
      principals,
      concurrency,
      peer: 'p-queue over the same jobs, one request per free place',
    }
    return [50, 99].map((percent) => {
      const at = (ends: Ends) => percentile(ends, percent)
      const goal = { reach: 0.5, aim: 0.9 }
      return compared(`busy/p${percent}`, ours.map(at), peer.map(at), goal, facts)
    })
  } finally {
    await databases.dropAll()
  }
}

interface Round {
  readonly url: string
  readonly jobs: number
  /** Requests. */
  readonly atOnce: number
  /** A request is made only when the job before in its place has ended. */
  readonly awaited: boolean
}

async function endsOf({ url, jobs, atOnce, awaited }: Round): Promise<Ends> {
  const [pool, control] = [
    new Pool({ connectionString: url, max: 8 }),
    new Pool({ connectionString: url, max: 4 }),
  ]
  for (const one of [pool, control]) one.on('error', () => {})
  const store = postgresStore({ database: fromPg(pool), control: fromPg(control) })
  await store.migrate()
  const piecework = createPiecework({ packs: [notes], store, runtime: inProcess({ concurrency }) })
  await piecework.start()
  const ends: number[] = []
  const started = performance.now()
  const done = new Promise<void>((resolve, reject) => {
    piecework.events.on('job:status', ({ id, status }) => {
      if (status === 'failed') reject(new Error(`The job ${id} failed.`))
      if (status !== 'succeeded') return
      ends.push((performance.now() - started) / 1000)
      if (ends.length === jobs) resolve()
    })
  })
  try {
    const queue = new PQueue({ concurrency: atOnce })
    for (let count = 0; count < jobs; count++) {
      const request = {
        resource: { kind: 'note', id: `n${count}` },
        principal: { id: `p${count % principals}` },
      }
      void queue.add(async () => {
        const job = await piecework.export(request)
        if (awaited) await job.result()
      })
    }
    await done
    // Who waits for a job reads its report once more.
    await queue.onIdle()
    return ends
  } finally {
    await piecework.stop()
    await Promise.all([pool.end(), control.end()])
  }
}

function percentile(ends: Ends, percent: number): number {
  return ends[Math.ceil((ends.length * percent) / 100) - 1] ?? Number.NaN
}

const shown = (rounds: readonly Ends[]): string => {
  const ends = rounds.at(-1) ?? []
  return `median ${percentile(ends, 50).toFixed(1)} s, p99 ${percentile(ends, 99).toFixed(1)} s`
}

const notes: Pack = {
  name: 'notes',
  kinds: [{ kind: 'note', table: 'notes', key: 'nanoid', describe: async ({ id }) => ({ name: id }) }],
  pieces: ['text', 'links'].map((name) => ({
    contract: 1 as const,
    name: `notes/${name}`,
    of: 'note',
    version: 1,
    exportOnly: true as const,
    exporter: { export: async () => ({ rows: 0 }) },
  })),
}
