import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Pool } from 'pg'
import { type CpuTime, cpuTime } from '../cpu-time.js'
import { type Bench, compared, limited, type Measure } from '../measure.js'
import { Databases } from '../planning/databases.js'
import { fillSite } from './host.js'
import { type PartsFigures, type PartsStep, runPartsStep } from './step.js'

const tasks = ['export', 'import'] as const
type Round = Readonly<Record<(typeof tasks)[number], PartsFigures>>

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

/** One large table as a whole, in 10 and in 100 parts, each job in a process of its own. */
export const tablePartsBench: Bench = ({ rows, runs, url, log }) =>
  withPlace({ rows, url, log }, async (place) => {
    const counts = [1, 10, 100]
    const rounds: Round[][] = []
    // Warms the server up.
    await roundOf(place, { parts: 10 })
    for (let run = 1; run <= runs; run++) {
      const round: Round[] = []
      for (const parts of counts) {
        const one = await roundOf(place, { parts })
        log(`run ${run} of ${runs}, ${parts} parts: ${shown(one)}`)
        round.push(one)
      }
      rounds.push(round)
    }
    const held: Round[] = []
    for (const parts of counts) {
      const one = await roundOf(place, { parts, isHeld: true })
      log(`without garbage, ${parts} parts: ${shown(one)}`)
      held.push(one)
    }
    return measures(rounds, held, { rows, runs })
  })

/** The same in 40 parts by one, two and four processes that do one node at a time. */
export const workersBench: Bench = ({ rows, runs, url, log }) =>
  withPlace({ rows, url, log }, async (place) => {
    const counts = [1, 2, 4]
    const rounds: Round[][] = []
    for (let run = 1; run <= runs; run++) {
      const round: Round[] = []
      for (const workers of counts) {
        const one = await roundOf(place, { parts: 40, workers })
        log(`run ${run} of ${runs}, ${workers} workers: ${shown(one)}`)
        round.push(one)
      }
      rounds.push(round)
    }
    const goal = { reach: 1, aim: 1.3 }
    return tasks.flatMap((task) =>
      [1, 2].map((at) => {
        const secondsOf = (index: number) => rounds.map((round) => round[index]?.[task].seconds ?? Number.NaN)
        const facts = { rows, peer: 'one worker' }
        return compared(`workers/${task}-${counts[at]}`, secondsOf(at), secondsOf(0), goal, facts)
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

/** Export, and import into an empty database. */
async function roundOf(
  { databases, empty, full, folder: parent, rows, cpu }: Place,
  { parts, workers, isHeld = false }: { readonly parts: number } & Pick<PartsStep, 'workers' | 'isHeld'>,
): Promise<Round> {
  const folder = join(parent, 'artifacts')
  const common = {
    folder,
    isHeld,
    ...(parts > 1 && { partRows: Math.ceil(rows / parts) }),
    ...(workers !== undefined && { workers }),
  }
  const step = async (given: Pick<PartsStep, 'task' | 'url' | 'artifact'>): Promise<PartsFigures> => {
    const before = cpu()
    const { cpuSeconds, ...ours } = await runPartsStep({ ...common, ...given })
    const found = { ...ours, cpuSeconds: cpuSeconds + cpu() - before }
    if (found.rows < rows || found.nodes !== (parts > 1 ? parts + 1 : 1))
      throw new Error(`The ${given.task} of ${parts} parts: ${JSON.stringify(found)}`)
    return found
  }
  const exported = await step({ task: 'export', url: full })
  const { artifact = '' } = exported
  const imported = await databases.with(empty, (url) => step({ task: 'import', url, artifact }))
  await rm(folder, { recursive: true, force: true })
  return { export: exported, import: imported }
}

/** `held`: without parts and with them. */
function measures(
  rounds: readonly (readonly Round[])[],
  held: readonly Round[],
  facts: object,
): readonly Measure[] {
  return tasks.flatMap((task) => {
    const [whole = [], ten = [], hundred = []] = [0, 1, 2].map((at) =>
      rounds.flatMap((round) => round[at]?.[task] ?? []),
    )
    const peak = (found: readonly PartsFigures[]) => Math.max(...found.map(({ peakMb }) => peakMb))
    const [wholeMb = 0, ...inParts] = held.map((round) => round[task].peakMb)
    const partsMb = Math.max(...inParts)
    const withGarbage = { wholeMb: peak(whole), partsMb: Math.max(peak(ten), peak(hundred)) }
    return [
      against(`table-parts/${task}`, ten, whole, { ...facts, peer: 'the same without parts' }),
      against(`table-parts/${task}-growth`, hundred, ten, { ...facts, peer: 'ten parts' }),
      limited(`table-parts/${task}-held`, tenths(partsMb - wholeMb), growthLimitMb, {
        wholeMb,
        partsMb,
        withGarbage,
      }),
    ]
  })
}

const tenths = (value: number): number => Math.round(value * 10) / 10

/** `rowsOnly`: without validation, request and assembly; `cpuRatio`: of the process and the server. */
function against(
  name: string,
  ours: readonly PartsFigures[],
  peer: readonly PartsFigures[],
  facts: Readonly<Record<string, unknown>>,
): Measure {
  const goal = { reach: 0.9, aim: 1 }
  const ratioOf = (of: (one: PartsFigures) => number) => compared('', ours.map(of), peer.map(of), goal).ratio
  const seconds = (found: readonly PartsFigures[]) => found.map((one) => one.seconds)
  return compared(name, seconds(ours), seconds(peer), goal, {
    ...facts,
    rowsOnly: ratioOf(({ movingSeconds }) => movingSeconds),
    cpuRatio: ratioOf(({ cpuSeconds }) => cpuSeconds),
  })
}

const shown = (round: Round): string =>
  tasks
    .map((task) => {
      const { seconds, movingSeconds, cpuSeconds, peakMb } = round[task]
      const [all, rows, cpu] = [seconds, movingSeconds, cpuSeconds].map((one) => one.toFixed(1))
      return `${task} ${all} s (rows ${rows}, CPU ${cpu}, ${peakMb} MB)`
    })
    .join(', ')
