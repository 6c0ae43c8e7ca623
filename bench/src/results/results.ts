import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { findMarxanFiles, marxanUploads } from '@piecework/marxan-files'
import { Place } from '../legacy/place.js'
import { type Bench, limited, type Measure, median } from '../measure.js'
import { Databases } from '../planning/databases.js'
import { prepare } from '../planning/host.js'
import { checkUsage } from './check.js'
import { type ResultsFolder, writeResults } from './output-folder.js'
import type { Usage } from './usage-at-exit.js'

const units = 1000
const [few, many] = [500, 4000] as const
const growthLimitMb = 48
/** A run of the many may cost 1.2 times as much as one of the few. */
const leastRatio = 0.83

const tasks = ['check', 'validate', 'import'] as const
type Task = (typeof tasks)[number]

/**
 * Runs of Marxan, two files each: what a folder with 4,000 of them costs beside one with 500. What a project without results costs is taken
 * off both.
 */
export const resultsBench: Bench = async ({ runs, url, log }) => {
  const folder = await mkdtemp(join(tmpdir(), 'piecework-bench-'))
  const databases = new Databases(url)
  try {
    const empty = await databases.create()
    await prepare(empty)
    const place = new Place(databases, empty, folder)
    const made = new Map<number, ResultsFolder>()
    for (const count of [0, few, many]) {
      const results = await writeResults(join(folder, `runs-${count}`), units, count)
      made.set(count, { ...results, files: { ...results.files, ...(await zipped(results)) } })
      log(`made a folder of ${count} runs`)
    }
    const usages: Record<Task, Map<number, Usage>[]> = { check: [], validate: [], import: [] }
    for (let run = 1; run <= runs; run += 1)
      for (const task of tasks) {
        const all = new Map<number, Usage>()
        for (const [count, results] of made) all.set(count, await usageOf(task, results, place))
        usages[task].push(all)
        log(`${task}, ${run} of ${runs}: ${JSON.stringify(Object.fromEntries(all))}`)
      }
    return tasks.flatMap((task) => measuresOf(task, usages[task]))
  } finally {
    await databases.dropAll()
    await rm(folder, { recursive: true, force: true })
  }
}

async function usageOf(task: Task, { folder, files }: ResultsFolder, place: Place): Promise<Usage> {
  if (task === 'check') return checkUsage(folder)
  const { cpuSeconds, peakMb } = await place.step(task === 'import' ? 'rows' : task, files)
  return { cpuSeconds, peakMb }
}

/** The output folder as an upload. */
async function zipped({ folder, runs }: ResultsFolder): Promise<Readonly<Record<string, string>>> {
  if (runs === 0) return {}
  const { output } = await marxanUploads(await findMarxanFiles(folder))
  if (!output || !('stream' in output)) throw new Error('no results')
  const file = `${folder}.zip`
  await pipeline(output.stream, createWriteStream(file))
  return { output: file }
}

function measuresOf(task: Task, rounds: readonly ReadonlyMap<number, Usage>[]): readonly Measure[] {
  const cpu = (round: ReadonlyMap<number, Usage>, runs: number) => round.get(runs)?.cpuSeconds ?? Number.NaN
  const ofRun = (round: ReadonlyMap<number, Usage>, runs: number) => (cpu(round, runs) - cpu(round, 0)) / runs
  const round3 = (value: number) => Math.round(value * 1000) / 1000
  const ratios = rounds.map((round) => ofRun(round, few) / ofRun(round, many))
  const peak = (runs: number) => Math.max(...rounds.map((round) => round.get(runs)?.peakMb ?? Number.NaN))
  const medianCpu = (runs: number) => round3(median(rounds.map((round) => cpu(round, runs))))
  return [
    {
      name: `results/${task}`,
      ratio: round3(median(ratios)),
      reach: leastRatio,
      aim: 1,
      ratios: ratios.map(round3),
      peer: `a run of ${few}`,
      cpuSeconds: { 0: medianCpu(0), [few]: medianCpu(few), [many]: medianCpu(many) },
      cpuMillisecondsOfRun: round3(1000 * median(rounds.map((round) => ofRun(round, many)))),
    },
    limited(`results/${task}-growth`, Math.round(10 * (peak(many) - peak(few))) / 10, growthLimitMb, {
      peaksMb: { 0: peak(0), [few]: peak(few), [many]: peak(many) },
    }),
  ]
}
