import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream, readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { createPiecework, fileArtifacts, memoryStore } from '@piecework/core'
import {
  addScene,
  findGdal,
  type ImageryExportRequest,
  imagery,
  imageryExports,
} from '@piecework/pieces-imagery'
import { fromPg } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import { Pool } from 'pg'
import { timed } from '../measure.js'

export interface ImageryTask {
  readonly scene: string
  readonly bands: readonly string[]
  readonly request: Omit<ImageryExportRequest, 'source' | 'name'> & { readonly ndvi?: true }
  /** Of what it writes. */
  readonly folder: string
}

export interface ImageryFigures {
  readonly seconds: number
  /** Of this process alone. */
  readonly peakMb: number
  /** Of the programs of GDAL, and of this process. */
  readonly cpuSeconds: number
  readonly windows: number
  /** Of what is made, in bytes. */
  readonly size: number
}

/** An export as a job with two tasks at once, in a process of its own; its scene is added by another. */
export async function imageryStep(task: ImageryTask, url: string): Promise<ImageryFigures> {
  const scene = (await step('add', task, url)) as string
  return (await step(scene, task, url)) as ImageryFigures
}

/** What packages/pieces-imagery/README.md advises for processes that render. */
const asWorkersAreStarted = ['--max-semi-space-size=2']

async function step(name: string, task: ImageryTask, url: string): Promise<unknown> {
  const args = [...asWorkersAreStarted, fileURLToPath(import.meta.url), name, JSON.stringify(task)]
  const child = spawn(process.execPath, args, {
    env: { ...process.env, DATABASE_URL: url },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')])
  if (code !== 0) throw new Error(`The process of an export ended with ${code}.`)
  return JSON.parse(output)
}

const access = { allows: async () => true }
const principal = { id: 'bench' }

const optionsOf = async ({ folder }: ImageryTask) => ({
  files: fileArtifacts(`${folder}/scenes`),
  access,
  gdal: await findGdal(),
})

async function added(task: ImageryTask, pool: Pool): Promise<string> {
  const bytes = createReadStream(task.scene)
  return addScene(
    { ...(await optionsOf(task)), database: fromPg(pool) },
    { name: 'scene', owner: principal.id, bytes, bands: task.bands },
  )
}

async function measured(id: string, task: ImageryTask, pool: Pool): Promise<ImageryFigures> {
  const { request, folder } = task
  const database = fromPg(pool)
  const options = await optionsOf(task)
  const piecework = createPiecework({
    packs: [imagery(options)],
    store: memoryStore({ database }),
    artifacts: fileArtifacts(`${folder}/artifacts`),
    runtime: inProcess({ concurrency: 2 }),
  })
  await piecework.start()
  const exports = imageryExports({ ...options, piecework, database })
  const { ndvi, ...rest } = request
  const nodes = { scene: { type: 'scene', id }, ndvi: { type: 'ndvi', input: 'scene' } }
  const source = ndvi ? { tool: { version: 1, nodes, output: { node: 'ndvi' } } } : { scene: id }
  const before = childrenSeconds()
  const own = process.cpuUsage()
  let [windows, size] = [0, 0]
  const seconds = await timed(async () => {
    const made = await exports.create({ ...rest, name: 'x', source, outputs: ['imagery/cog'] }, { principal })
    for await (const _ of piecework.watch(made.job ?? '', { principal })) void _
    const { status, error, result, windows: rendered } = await exports.get(made.id, { principal })
    if (status !== 'SUCCESS') throw new Error(error?.message ?? status)
    windows = rendered.done
    size = result?.outputs[0]?.size ?? 0
  })
  const { user, system } = process.cpuUsage(own)
  await piecework.stop()
  const peakMb = Math.round(process.resourceUsage().maxRSS / 102.4) / 10
  const cpuSeconds = (user + system) / 1e6 + childrenSeconds() - before
  return { seconds, peakMb, cpuSeconds, windows, size }
}

/** CPU of the children that have ended, as Linux counts it in hundredths. */
export function childrenSeconds(): number {
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[13]) + Number(fields[14])) / 100
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: 4 })
  const [name = '', given = '{}'] = process.argv.slice(2)
  const task = JSON.parse(given) as ImageryTask
  console.log(JSON.stringify(name === 'add' ? await added(task, pool) : await measured(name, task, pool)))
  await pool.end()
}
