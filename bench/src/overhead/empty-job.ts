import { createPiecework } from '@piecework/core'
import type { Runtime } from '@piecework/core/store'
import { fromPg, postgresStore } from '@piecework/postgres'
import { Pool } from 'pg'
import { emptyPack, shelfOf } from './empty-pack.js'
import { partedPack, scrollOf } from './parted-pack.js'

export interface JobSeconds {
  /** From the request to the end: planning, nodes, assembly and clean-up. */
  readonly whole: number
  /** From the start of the first node to the end of the last. */
  readonly nodes: number
}

export interface EmptyJobs {
  /** Seconds that an export of so many empty nodes takes. */
  run(nodes: number): Promise<JobSeconds>
  /** The same of a piece in so many parts, which is watched. */
  runParts(parts: number): Promise<number>
}

/** A Piecework with the guarantees of the Postgres store. */
export async function withEmptyJobs<T>(
  url: string,
  runtime: Runtime,
  work: (jobs: EmptyJobs) => Promise<T>,
): Promise<T> {
  const pool = new Pool({ connectionString: url, max: 12 })
  const control = new Pool({ connectionString: url, max: 6 })
  // Idle connections may still be closing when their database is dropped.
  for (const one of [pool, control]) one.on('error', () => {})
  const store = postgresStore({ database: fromPg(pool), control: fromPg(control) })
  const piecework = createPiecework({ packs: [emptyPack, partedPack], store, runtime })
  await piecework.start()
  const run = async (nodes: number): Promise<JobSeconds> => {
    const started = performance.now()
    const request = { resource: shelfOf(nodes), principal: { id: 'bench' } }
    const { job, nodes: done } = await (await piecework.export(request)).ended()
    const whole = (performance.now() - started) / 1000
    const exports = done.filter(({ task }) => task === 'export')
    if (job.status !== 'succeeded' || exports.length !== nodes) {
      throw new Error(`${exports.length} nodes: ${job.status}, ${JSON.stringify(job.error)}`)
    }
    const times = exports.flatMap(({ startedAt, endedAt }) => [startedAt?.getTime(), endedAt?.getTime()])
    const known = times.filter((time) => time !== undefined)
    const [first, last] = known.reduce(
      ([least, most], time) => [Math.min(least, time), Math.max(most, time)],
      [Number.POSITIVE_INFINITY, 0],
    )
    return { whole, nodes: (last - first) / 1000 }
  }
  const runParts = async (parts: number): Promise<number> => {
    const started = performance.now()
    const job = await piecework.export({ resource: scrollOf(parts), principal: { id: 'bench' } })
    let done = 0
    for await (const { nodesDone } of job.watch()) done = nodesDone
    const { archive } = await job.result()
    // Beside them the plan, the assembly and the last step.
    if (!archive || done !== parts + 3) throw new Error(`${done} nodes, not ${parts + 3}`)
    return (performance.now() - started) / 1000
  }
  try {
    return await work({ run, runParts })
  } finally {
    await piecework.stop()
    await pool.end()
    await control.end()
  }
}
