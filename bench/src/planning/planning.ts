import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Bench, compared, limited, type Measure, timed } from '../measure.js'
import { cloneByHand } from './clone-by-hand.js'
import { Databases } from './databases.js'
import { figuresTable } from './figures-table.js'
import { fillProject } from './fill.js'
import { prepare } from './host.js'
import { runStep, type StepFigures } from './step.js'
import { copyIn, copyOut, copyOutDeflated, type Seconds, total } from './tables.js'

const peakLimitMb = 300
const growthLimitMb = 64

/** What one size gave. */
interface Round {
  readonly export: StepFigures
  readonly import: StepFigures
  readonly clone: StepFigures
}

interface Peers {
  readonly copyOut: Seconds
  readonly copyIn: Seconds
  readonly byHand: number
}

/**
 * A whole planning project, each job in a process of its own; peak memory also against a tenth of the units.
 */
export const planningBench: Bench = async ({ units, runs, url, log }) => {
  const folder = await mkdtemp(join(tmpdir(), 'piecework-bench-'))
  const databases = new Databases(url)
  try {
    const empty = await databases.create()
    await prepare(empty)
    const tenth = await withProject(databases, empty, Math.ceil(units / 10), log, (full) =>
      jobs(databases, full, empty, folder),
    )
    return await withProject(databases, empty, units, log, async (full) => {
      const rounds: { ours: Round; peers: Peers }[] = []
      for (let run = 1; run <= runs; run++) {
        log(`run ${run} of ${runs}`)
        const peers = await peersOf(databases, full, empty, folder)
        const ours = await jobs(databases, full, empty, folder)
        rounds.push({ ours, peers })
        log(figuresTable(ours, peers))
      }
      return measures(units, rounds, tenth)
    })
  } finally {
    await databases.dropAll()
    await rm(folder, { recursive: true, force: true })
  }
}

async function withProject<T>(
  databases: Databases,
  empty: string,
  units: number,
  log: (text: string) => void,
  work: (full: string) => Promise<T>,
): Promise<T> {
  return databases.with(empty, async (full) => {
    const seconds = await timed(() => fillProject(full, units))
    log(`made a project of ${units.toLocaleString('en-US')} units in ${seconds.toFixed(0)} s`)
    return work(full)
  })
}

async function jobs(databases: Databases, full: string, empty: string, folder: string): Promise<Round> {
  const artifacts = join(folder, 'artifacts')
  const exported = await runStep({ task: 'export', url: full, folder: artifacts })
  const archive = { folder: artifacts, artifact: exported.artifact ?? '' }
  const imported = await databases.with(empty, (url) => runStep({ task: 'import', url, ...archive }))
  await rm(artifacts, { recursive: true, force: true })
  const cloned = await databases.with(full, (url) => runStep({ task: 'clone', url, folder: artifacts }))
  for (const { rows } of [imported, cloned]) {
    if (rows !== exported.rows) throw new Error(`${exported.rows} rows became ${rows}.`)
  }
  return { export: exported, import: imported, clone: cloned }
}

async function peersOf(databases: Databases, full: string, empty: string, folder: string): Promise<Peers> {
  const files = join(folder, 'peer')
  await mkdir(files)
  try {
    const copiedOut = await copyOutDeflated(full, files)
    await copyOut(full, files)
    const copiedIn = await databases.with(empty, (url) => copyIn(url, files))
    await rm(files, { recursive: true })
    const byHand = await databases.with(full, (url) => timed(() => cloneByHand(url)))
    return { copyOut: copiedOut, copyIn: copiedIn, byHand }
  } finally {
    await rm(files, { recursive: true, force: true })
  }
}

function measures(
  units: number,
  rounds: readonly { readonly ours: Round; readonly peers: Peers }[],
  tenth: Round,
): Measure[] {
  const against = (
    task: keyof Round,
    peer: (peers: Peers) => number,
    goal: { reach: number; aim: number },
    name: string,
  ): Measure => {
    const seconds = (of: (step: StepFigures) => number) => rounds.map(({ ours }) => of(ours[task]))
    const peerSeconds = rounds.map(({ peers }) => peer(peers))
    const rows = rounds[0]?.ours[task].rows
    const moving = compared(
      '',
      seconds(({ movingSeconds }) => movingSeconds),
      peerSeconds,
      goal,
    )
    return compared(
      `planning/${task}`,
      seconds((step) => step.seconds),
      peerSeconds,
      goal,
      {
        units,
        rows,
        peer: name,
        rowsOnly: moving.ratio,
        cpuSeconds: seconds(({ cpuSeconds }) => cpuSeconds),
      },
    )
  }
  const tasks = ['export', 'import', 'clone'] as const
  const memory = tasks.flatMap((task) => {
    const peakMb = Math.max(...rounds.map(({ ours }) => ours[task].peakMb))
    const growthMb = Math.round(10 * (peakMb - tenth[task].peakMb)) / 10
    return [
      limited(`planning/${task}-peak`, peakMb, peakLimitMb, { units }),
      limited(`planning/${task}-growth`, growthMb, growthLimitMb, {
        tenthPeakMb: tenth[task].peakMb,
        peakMb,
      }),
    ]
  })
  return [
    against(
      'export',
      ({ copyOut }) => total(copyOut),
      { reach: 0.5, aim: 1.5 },
      'COPY TO through one deflate level 1',
    ),
    against(
      'import',
      ({ copyIn }) => total(copyIn),
      { reach: 0.5, aim: 0.9 },
      'COPY FROM into the same indexed tables',
    ),
    against('clone', ({ byHand }) => byHand, { reach: 0.9, aim: 1 }, 'INSERT … SELECT through a map table'),
    ...memory,
  ]
}
