import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { createPiecework, fileArtifacts, memoryStore } from '@piecework/core'
import { type ResourceFiles, tenureProject } from '@piecework/pieces-tenure'
import { fromPg } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import { Pool } from 'pg'
import { timed } from '../measure.js'
import { excelOf } from './excel.js'
import { projectId } from './project.js'

export interface StepFigures {
  readonly seconds: number
  readonly peakMb: number
  /** Files that were open at once, at most. */
  readonly open: number
}

/** An output, or the peer's workbook, in a process of its own. `folder`: of what it writes. */
export async function tenureStep(task: string, url: string, folder: string): Promise<StepFigures> {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), task, folder], {
    env: { ...process.env, DATABASE_URL: url },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')])
  if (code !== 0) throw new Error(`The process for ${task} ended with ${code}.`)
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
    put: async () => undefined,
    delete: async () => undefined,
  }
}

async function exported(output: string, pool: Pool, folder: string): Promise<number> {
  const counts = { open: 0, most: 0 }
  const piecework = createPiecework({
    packs: [tenureProject({ files: photos(counts) })],
    store: memoryStore({ database: fromPg(pool) }),
    artifacts: fileArtifacts(folder),
    runtime: inProcess({ concurrency: 2 }),
  })
  await piecework.start()
  const resource = { kind: 'tenure-project', id: projectId }
  const job = await piecework.export({ resource, outputs: [{ name: output }], principal: { id: '1' } })
  await job.result()
  await piecework.stop()
  return counts.most
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [task = '', folder = ''] = process.argv.slice(2)
  const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: 4 })
  let open = 0
  const seconds = await timed(async () => {
    if (task === 'exceljs') await excelOf(pool, folder)
    else open = await exported(task, pool, folder)
  })
  await pool.end()
  const peakMb = Math.round(process.resourceUsage().maxRSS / 102.4) / 10
  console.log(JSON.stringify({ seconds, peakMb, open } satisfies StepFigures))
}
