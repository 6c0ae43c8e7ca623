import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { createPiecework, fileArtifacts, memoryStore, type Piecework } from '@piecework/core'
import { type ResourceFiles, tenureProject } from '@piecework/pieces-tenure'
import { fromPg } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import { Pool } from 'pg'
import { timed } from '../measure.js'
import { organizationId } from './project.js'

export interface StepFigures {
  readonly seconds: number
  readonly peakMb: number
  /** Of all threads, from the start of the process. */
  readonly cpuSeconds: number
  /** Files that were open at once, at most. */
  readonly open: number
}

export interface TenureStep {
  /** An output, a format of imports, `exceljs` or `COPY`. */
  readonly task: string
  /** That is read. */
  readonly project: string
  /** Of what is written on the way. */
  readonly folder: string
  /** That is imported, or that the output is written to. */
  readonly file?: string
}

/** Runs in a process of its own. */
export async function tenureStep(url: string, step: TenureStep): Promise<StepFigures> {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), JSON.stringify(step)], {
    env: { ...process.env, DATABASE_URL: url },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')])
  if (code !== 0) throw new Error(`The process for ${step.task} ended with ${code}.`)
  return JSON.parse(output) as StepFigures
}

/** Made when they are read: none is on a disk. */
function photos(counts: { open: number; most: number }): ResourceFiles {
  const bytes = Buffer.alloc(2000, 'a photo of a parcel ')
  return {
    open: async function* () {
      counts.most = Math.max(counts.most, ++counts.open)
      yield bytes
      counts.open--
    },
    put: async (_key, bytes) => {
      for await (const _ of bytes) void _
    },
    delete: async () => undefined,
  }
}

type Work = (piecework: Piecework) => Promise<void>

const principal = { id: '1' }

const exportOf =
  ({ task, project, file }: TenureStep): Work =>
  async (piecework) => {
    const resource = { kind: 'tenure-project', id: project }
    const job = await piecework.export({ resource, outputs: [{ name: task }], principal })
    await job.result()
    if (file === undefined) return
    const { bytes } = await piecework.download(job.id, { output: task, principal })
    await pipeline(bytes, createWriteStream(file))
  }

const importOf =
  ({ task, file = '' }: TenureStep): Work =>
  async (piecework) => {
    const into = { kind: 'tenure-organization', id: organizationId }
    const uploads = { export: { file } }
    await (await piecework.import({ format: task, uploads, into, principal, name: 'Copy' })).result()
  }

/** Resolves to the number of files that were open at once, at most. */
async function withPiecework(work: Work, pool: Pool, folder: string): Promise<number> {
  const counts = { open: 0, most: 0 }
  const piecework = createPiecework({
    packs: [tenureProject({ files: photos(counts) })],
    store: memoryStore({ database: fromPg(pool) }),
    artifacts: fileArtifacts(folder),
    runtime: inProcess({ concurrency: 2 }),
  })
  await piecework.start()
  await work(piecework)
  await piecework.stop()
  return counts.most
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const step = JSON.parse(process.argv[2] ?? '') as TenureStep
  const { task, project, folder } = step
  const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: 4 })
  let open = 0
  const seconds = await timed(async () => {
    // A peer alone: what it loads is not counted with the others.
    if (task === 'exceljs') await (await import('./excel.js')).excelOf(pool, project, folder)
    else if (task === 'COPY') await (await import('./copied.js')).copiedTo(pool, project, folder)
    else
      open = await withPiecework(task.startsWith('tenure-') ? importOf(step) : exportOf(step), pool, folder)
  })
  await pool.end()
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage()
  const figures: StepFigures = {
    seconds,
    cpuSeconds: Math.round((userCPUTime + systemCPUTime) / 1e5) / 10,
    peakMb: Math.round(maxRSS / 102.4) / 10,
    open,
  }
  console.log(JSON.stringify(figures))
}
