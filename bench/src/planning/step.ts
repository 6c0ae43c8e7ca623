import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { JobHandle, JobReport } from '@piecework/core'
import type { NodeTask } from '@piecework/core/store'
import { forPeople, principal, project, withHost } from './host.js'

/** One job in a process of its own, so that its peak memory is its own. */
export interface Step {
  readonly task: 'export' | 'import' | 'clone'
  readonly url: string
  /** Of artifacts. */
  readonly folder: string
  /** For an import. */
  readonly artifact?: string
}

/** One piece, over all resources that have it. */
export interface PieceFigures {
  readonly piece: string
  readonly rows: number
  /** Of its entries as CSV; 0 where nothing was written. */
  readonly bytes: number
  readonly deflated: number
  /** That its nodes ran, together: two may have run at once. */
  readonly seconds: number
}

export interface StepFigures {
  /** From the request to the end. */
  readonly seconds: number
  /** From the first row to the last, without validation and what comes before and after. */
  readonly movingSeconds: number
  readonly peakMb: number
  /** Of this process; the database's is not in it. */
  readonly cpuSeconds: number
  readonly rows: number
  readonly pieces: readonly PieceFigures[]
  readonly artifact?: string
}

export async function runStep(step: Step): Promise<StepFigures> {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), JSON.stringify(step)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')])
  if (code !== 0) throw new Error(`The ${step.task} ended with ${code}.`)
  return JSON.parse(output)
}

async function run({ task, url, folder, artifact = '' }: Step): Promise<StepFigures> {
  return withHost(url, folder, async (piecework) => {
    const started = performance.now()
    const requests: Readonly<Record<Step['task'], () => Promise<JobHandle>>> = {
      export: () => piecework.export({ resource: project, principal, without: forPeople }),
      import: () => piecework.import({ archive: { artifact }, principal }),
      clone: () => piecework.clone({ resource: project, principal }),
    }
    const report = await (await requests[task]()).ended()
    const seconds = (performance.now() - started) / 1000
    return { ...figuresOf(task, report), seconds }
  })
}

/** Of the nodes of one task. Throws if the job failed. */
export function figuresOf(task: NodeTask, { job, nodes, counts, findings }: JobReport) {
  if (job.status !== 'succeeded')
    throw new Error(`The ${task} failed: ${JSON.stringify([job.error, findings])}`)
  const pieces = new Map<string, PieceFigures>()
  const times: number[] = []
  for (const node of nodes) {
    if (node.task !== task || !node.startedAt || !node.endedAt) continue
    const { piece = '', entries = [], startedAt, endedAt } = node
    times.push(startedAt.getTime(), endedAt.getTime())
    const before = pieces.get(piece) ?? { piece, rows: 0, bytes: 0, deflated: 0, seconds: 0 }
    pieces.set(piece, {
      piece,
      rows: before.rows + (node.counts?.rows ?? 0),
      bytes: before.bytes + entries.reduce((sum, { size }) => sum + size, 0),
      deflated: before.deflated + entries.reduce((sum, { deflatedSize }) => sum + deflatedSize, 0),
      seconds: before.seconds + (endedAt.getTime() - startedAt.getTime()) / 1000,
    })
  }
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage()
  return {
    movingSeconds: (Math.max(...times) - Math.min(...times)) / 1000,
    peakMb: Math.round(maxRSS / 102.4) / 10,
    cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
    rows: counts.rows,
    pieces: [...pieces.values()],
    ...(job.result.archive && { artifact: job.result.archive.artifact }),
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log(JSON.stringify(await run(JSON.parse(process.argv[2] ?? '') as Step)))
}
