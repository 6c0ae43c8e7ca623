import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Pool } from 'pg'
import { type CpuTime, cpuTime } from '../cpu-time.js'
import { type Bench, compared, limited, type Measure } from '../measure.js'
import { Databases } from '../planning/databases.js'
import { fillSite } from './host.js'
import { type PartsFigures, type PartsStep, runPartsStep } from './step.js'

const tasks = ['export', 'import', 'clone'] as const
type Round = Readonly<Partial<Record<(typeof tasks)[number], PartsFigures>>>

const growthLimitMb = 32

/** Where a site stands, and where it is imported. */
interface Place {
  readonly databases: Databases
  readonly empty: string
  readonly full: string
  readonly folder: string
  readonly rows: number
  readonly cpu: CpuTime
}

/** One large table as a whole and in 10 and in 100 parts, each job in a process of its own. */
export const tablePartsBench: Bench = ({ rows, runs, url, log }) =>
  withPlace({ rows, url, log }, async (place) => {
    const counts = [1, 10, 100]
    const rounds: Round[][] = []
    // The first warms the server up.
    for (let run = 0; run <= runs; run++) {
      const round: Round[] = []
      for (const parts of counts) round.push(await roundOf(place, { parts }))
      if (run > 0) rounds.push(round)
      log(
        `run ${run} of ${runs}: ${counts.map((parts, at) => `${parts} parts: ${shown(round[at])}`).join('; ')}`,
      )
    }
    return measures(rounds, { rows, runs })
  })

/** The same in 40 parts by one, two and four processes, once or more. */
export const workersBench: Bench = ({ rows, runs, url, log }) =>
  withPlace({ rows, url, log }, async (place) => {
    const counts = [1, 2, 4]
    const rounds: Round[][] = []
    for (let run = 1; run <= runs; run++) {
      const round: Round[] = []
      for (const workers of counts) {
        round.push(await roundOf(place, { parts: 40, workers }))
        log(`run ${run} of ${runs}: ${workers} workers: ${shown(round.at(-1))}`)
      }
      rounds.push(round)
    }
    return tasks.slice(0, 2).flatMap((task) =>
      [1, 2].map((at) => {
        const of = (index: number) => rounds.map((round) => round[index]?.[task]?.seconds ?? Number.NaN)
        const goal = { reach: 1, aim: 1.3 }
        return compared(`workers/${task}-${counts[at]}`, of(at), of(0), goal, { rows, peer: 'one worker' })
      }),
    )
  })

async function withPlace<T>(
  { rows, url, log }: Pick<Parameters<Bench>[0], 'rows' | 'url' | 'log'>,
  work: (place: Place) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'piecework-bench-'))
  const databases = new Databases(url)
  const server = new Pool({ connectionString: url, max: 1 })
  try {
    const [empty, full] = [await databases.create(), await databases.create()]
    await fillSite(empty, 0)
    log(`made ${rows.toLocaleString('en-US')} rows in ${(await fillSite(full, rows)).toFixed(0)} s`)
    return await work({ databases, empty, full, folder, rows, cpu: await cpuTime(server) })
  } finally {
    await server.end()
    await databases.dropAll()
    await rm(folder, { recursive: true, force: true })
  }
}

/** Export, import into an empty database and, by one process, clone. */
async function roundOf(
  { databases, empty, full, folder: parent, rows, cpu }: Place,
  { parts, workers }: { readonly parts: number; readonly workers?: number },
): Promise<Round> {
  const folder = join(parent, 'artifacts')
  const common = {
    folder,
    ...(parts > 1 && { partRows: Math.ceil(rows / parts) }),
    ...(workers !== undefined && { workers }),
  }
  const step = async (given: Pick<PartsStep, 'task' | 'url' | 'artifact'>): Promise<PartsFigures> => {
    const before = cpu()
    const { cpuSeconds, ...ours } = await runPartsStep({ ...common, ...given })
    const found = { ...ours, cpuSeconds: cpuSeconds + cpu() - before }
    const isClone = given.task === 'clone'
    const expected = parts > 1 && !isClone ? parts + 1 : 1
    if (found.rows !== rows + 1000 || found.nodes !== expected)
      throw new Error(`The ${given.task} of ${parts} parts: ${JSON.stringify(found)}`)
    return found
  }
  const exported = await step({ task: 'export', url: full })
  const { artifact = '' } = exported
  const imported = await databases.with(empty, (url) => step({ task: 'import', url, artifact }))
  await rm(folder, { recursive: true, force: true })
  // A clone has no parts.
  const isCloned = workers === undefined && parts <= 10
  const cloned = isCloned ? await databases.with(full, (url) => step({ task: 'clone', url })) : undefined
  return { export: exported, import: imported, ...(cloned && { clone: cloned }) }
}

function measures(rounds: readonly (readonly Round[])[], facts: object): readonly Measure[] {
  const of = (at: number, task: (typeof tasks)[number]) => rounds.flatMap((round) => round[at]?.[task] ?? [])
  const seconds = (found: readonly PartsFigures[]) => found.map((one) => one.seconds)
  const cpu = (found: readonly PartsFigures[]) => found.map(({ cpuSeconds }) => cpuSeconds)
  const peak = (found: readonly PartsFigures[]) => Math.max(...found.map(({ peakMb }) => peakMb))
  return tasks.flatMap((task) => {
    const [whole, ten, hundred] = [of(0, task), of(1, task), of(2, task)]
    const goal = { reach: 0.9, aim: 1 }
    const against = (
      name: string,
      ours: readonly PartsFigures[],
      peer: readonly PartsFigures[],
      what: string,
    ) =>
      compared(`table-parts/${name}`, seconds(ours), seconds(peer), goal, {
        ...facts,
        peer: what,
        cpuRatio: compared('', cpu(ours), cpu(peer), goal).ratio,
        ratioOfRows: compared('', ours.map(moving), peer.map(moving), goal).ratio,
      })
    const growth = hundred.length > 0 ? [against(`${task}-growth`, hundred, ten, 'ten parts')] : []
    const most = Math.max(peak(ten), hundred.length > 0 ? peak(hundred) : 0)
    const growthMb = Math.round((most - peak(whole)) * 10) / 10
    const peaks = { ...facts, wholeMb: peak(whole), partsMb: most }
    return [
      against(task, ten, whole, 'the same in no parts'),
      ...growth,
      limited(`table-parts/${task}-peak`, growthMb, growthLimitMb, peaks),
    ]
  })
}

const moving = ({ movingSeconds }: PartsFigures): number => movingSeconds

const shown = (round: Round = {}): string =>
  Object.entries(round)
    .map(([task, { seconds, movingSeconds, cpuSeconds, peakMb }]) => {
      const [all, moved, cpu] = [seconds, movingSeconds, cpuSeconds].map((one) => one.toFixed(1))
      return `${task} ${all} s (rows ${moved}, CPU ${cpu}, ${peakMb} MB)`
    })
    .join(', ')
