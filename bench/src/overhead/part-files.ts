import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { createPiecework, fileArtifacts, type Pack } from '@piecework/core'
import type { Output, Piece } from '@piecework/core/piece'
import { fromPg, postgresStore } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import { Pool } from 'pg'
import { type Bench, compared, limited } from '../measure.js'
import { Databases } from '../planning/databases.js'
import { migrated } from './migrated.js'

const parts = 10_000
const limitMb = 60
/** As long as the result of a part may be. */
const lengths = Array.from({ length: 4000 }, (_, at) => 100 + (at % 100))
const tile = Buffer.alloc(3000, 7)

/** Parts that write a file each and return a long result, and an output that reads them twice, in processes of their own. */
export const partFilesBench: Bench = async ({ runs, url, log }) => {
  const databases = new Databases(url)
  const [large, small, growth]: [number[], number[], number[]] = [[], [], []]
  try {
    const database = await databases.create()
    await migrated(database)
    for (let run = 1; run <= runs; run++) {
      const few = await exported(parts / 10, database)
      const many = await exported(parts, database)
      large.push(many.seconds)
      small.push(10 * few.seconds)
      growth.push(many.peakMb - few.peakMb)
      log(`run ${run} of ${runs}: ${JSON.stringify({ few, many })}`)
    }
  } finally {
    await databases.dropAll()
  }
  const mb = [...growth].sort((a, b) => a - b)[growth.length >> 1] ?? Number.NaN
  return [
    compared('part-files/growth', large, small, { reach: 0.8, aim: 1 }, { parts, peerParts: parts / 10 }),
    limited('part-files/memory', mb, limitMb, { parts, peerParts: parts / 10, growthMb: growth }),
  ]
}

interface Exported {
  readonly seconds: number
  readonly peakMb: number
}

async function exported(count: number, url: string): Promise<Exported> {
  // What is held is measured, not what waits to be collected.
  const args = ['--max-old-space-size=100', fileURLToPath(import.meta.url), String(count)]
  const child = spawn(process.execPath, args, {
    env: { ...process.env, DATABASE_URL: url },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')])
  if (code !== 0) throw new Error(`The process with ${count} parts ended with ${code}.`)
  return JSON.parse(output) as Exported
}

const tiles: Piece = {
  contract: 1,
  name: 'mosaic/tiles',
  of: 'mosaic',
  version: 1,
  exportOnly: true,
  exporter: {
    parts: async ({ resource }) => ({
      plan: { lengths },
      parts: Array.from({ length: Number(resource.id) }, (_, range) => ({ range })),
    }),
    export: async ({ part, write }) => {
      await write(`tiles/${part?.number}.bin`, tile, { stored: true })
      return { rows: 0, result: { lengths } }
    },
  },
}

const image: Output = {
  name: 'mosaic/image',
  mediaType: 'application/octet-stream',
  fileName: () => 'image.bin',
  assemble: async function* ({ pieces: [one] }) {
    if (!one) return
    let sum = 0
    for await (const { result } of one.parts()) sum += (result as { lengths: number[] }).lengths.length
    yield Buffer.from(`${sum}\n`)
    for await (const { entries } of one.parts())
      for (const path of entries.paths) yield* entries.open(path, { start: 0, end: tile.length })
  },
}

const pack: Pack = {
  name: 'mosaic',
  kinds: [{ kind: 'mosaic', table: 'mosaics', key: 'nanoid', describe: async () => ({ name: 'A mosaic' }) }],
  pieces: [tiles],
  outputs: [image],
}

/** In the child: prints what an export of so many parts takes. */
async function child(count: number, url: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'piecework-bench-'))
  const [pool, control] = [12, 6].map((max) => new Pool({ connectionString: url, max })) as [Pool, Pool]
  const piecework = createPiecework({
    packs: [pack],
    store: postgresStore({ database: fromPg(pool), control: fromPg(control) }),
    artifacts: fileArtifacts(folder),
    runtime: inProcess({ concurrency: 4 }),
  })
  await piecework.start()
  try {
    const started = performance.now()
    const resource = { kind: 'mosaic', id: String(count) }
    const principal = { id: 'bench' }
    const job = await piecework.export({ resource, outputs: [{ name: image.name }], principal })
    const { outputs: [made] = [] } = await job.result()
    const seconds = (performance.now() - started) / 1000
    const size = `${count * lengths.length}\n`.length + count * tile.length
    if (made?.size !== size) throw new Error(`The output has ${made?.size} bytes, not ${size}.`)
    const peakMb = Math.round(process.resourceUsage().maxRSS / 102.4) / 10
    console.log(JSON.stringify({ seconds, peakMb }))
  } finally {
    await piecework.stop()
    await Promise.all([pool.end(), control.end()])
    await rm(folder, { recursive: true, force: true })
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await child(Number(process.argv[2]), process.env.DATABASE_URL ?? '')
