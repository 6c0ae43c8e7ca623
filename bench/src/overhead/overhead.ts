import { randomUUID } from 'node:crypto'
import type { Runtime } from '@piecework/core/store'
import { inProcess } from '@piecework/runtime-inprocess'
import { redisRuntime } from '@piecework/runtime-redis'
import { type Bench, compared, type Measure } from '../measure.js'
import { Databases } from '../planning/databases.js'
import { type JobSeconds, withEmptyJobs } from './empty-job.js'
import { migrated } from './migrated.js'
import { bareBullmq, barePQueue, withoutStore } from './queues.js'

const nodes = 10_000
const concurrency = 16
/** Of the nodes of one run, by turns with those of the peer. */
const slices = 5
/** Fewer say little of works that take seconds. */
const leastRuns = 5

/** Runs of one runtime and its peer, and of a tenth of the nodes. */
interface Rounds {
  readonly ours: readonly JobSeconds[]
  readonly peer: readonly number[]
  readonly tenth: readonly number[]
}

/** Jobs whose nodes do nothing, so that only what a node costs by itself remains. */
export const overheadBench: Bench = async ({ runs: asked, url, log }) => {
  const runs = Math.max(asked, leastRuns)
  const redis = process.env.REDIS_URL
  if (!redis) throw new Error('The overhead needs a Redis server: install one, or set REDIS_URL.')
  const databases = new Databases(url)
  const measured = async (
    name: string,
    runtime: Runtime,
    bare: (tasks: number) => Promise<number>,
  ): Promise<Rounds> => {
    const database = await databases.create()
    await migrated(database)
    return withEmptyJobs(database, runtime, async ({ run }) => {
      await bare(nodes / 10)
      await run(nodes / 10)
      const rounds: { ours: JobSeconds; peer: number; tenth: number }[] = []
      for (let round = 1; round <= runs; round++) {
        // Around ours: what else the machine does slows both.
        const [tenth, peer] = [[await run(nodes / 10)], [await bare(nodes)]]
        const ours = await run(nodes)
        peer.push(await bare(nodes))
        tenth.push(await run(nodes / 10))
        log(`${name}, run ${round} of ${runs}: ${perSecond(ours.whole)}; bare ${perSecond(mean(peer))}`)
        const whole = mean(tenth.map((seconds) => seconds.whole))
        rounds.push({ ours, peer: mean(peer), tenth: whole })
      }
      return {
        ours: rounds.map((round) => round.ours),
        peer: rounds.map((round) => round.peer),
        tenth: rounds.map((round) => round.tenth),
      }
    })
  }
  try {
    const queue = `bench-${randomUUID()}`
    const inHere = await measured('in process', inProcess({ concurrency }), (tasks) =>
      barePQueue(tasks, concurrency),
    )
    const overRedis = await measured(
      'Redis',
      redisRuntime({ connection: redis, queue, concurrency }),
      (tasks) => bareBullmq(tasks, concurrency, redis),
    )
    const queued = await queueAlone(runs, redis)
    return [
      ...measures('in-process', 'p-queue, without any store', inHere, { reach: 0, aim: 0.02 }),
      ...measures('redis', 'BullMQ, without any store', overRedis, { reach: 0.15, aim: 0.4 }),
      compared(
        'overhead/redis-alone',
        queued.ours,
        queued.peer,
        { reach: 0.8, aim: 1.5 },
        { nodes, concurrency },
      ),
    ]
  } finally {
    await databases.dropAll()
  }
}

/** The runtime by itself, without jobs and store: what it takes of the whole. */
async function queueAlone(runs: number, redis: string): Promise<{ ours: number[]; peer: number[] }> {
  const [ours, peer]: [number[], number[]] = [[], []]
  const slice = nodes / slices
  for (let run = 1; run <= runs; run++) {
    const [own, bare]: [number[], number[]] = [[], []]
    for (let at = 0; at < slices; at++) {
      own.push(await withoutStore(slice, concurrency, redis))
      bare.push(await bareBullmq(slice, concurrency, redis))
    }
    ours.push(mean(own) * slices)
    peer.push(mean(bare) * slices)
  }
  return { ours, peer }
}

function measures(
  name: string,
  peerName: string,
  { ours, peer, tenth }: Rounds,
  goal: { readonly reach: number; readonly aim: number },
): readonly Measure[] {
  const whole = ours.map((seconds) => seconds.whole)
  const facts = {
    nodes,
    concurrency,
    peer: peerName,
    nodesPerSecond: whole.map((seconds) => Math.round(nodes / seconds)),
    whileNodesRun: ours.map((seconds) => Math.round(nodes / seconds.nodes)),
  }
  // What as many nodes would take at the cost of one in the small job.
  const atSmallCost = tenth.map((seconds) => seconds * 10)
  return [
    compared(`overhead/${name}`, whole, peer, goal, facts),
    compared(
      `overhead/${name}-growth`,
      whole,
      atSmallCost,
      { reach: 0.8, aim: 1 },
      { nodes, peerNodes: nodes / 10 },
    ),
  ]
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

const perSecond = (seconds: number): string =>
  `${Math.round(nodes / seconds).toLocaleString('en-US')} nodes/s`
