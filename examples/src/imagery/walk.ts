import { execFileSync } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createPiecework, fileArtifacts, memoryStore, type Piecework } from '@piecework/core'
import {
  findGdal,
  type ImageryExport,
  type ImageryExportRequest,
  type ImageryExports,
  imagery,
  imageryExports,
  imageryPolicy,
} from '@piecework/pieces-imagery'
import { inProcess } from '@piecework/runtime-inprocess'
import { madeUpScenes } from './made-up-scenes.js'
import { openDatabase } from './open-database.js'
import { sampleProjects } from './sample-projects.js'

const principal = { id: 'ana' }
const policy = { allows: async () => true }

export interface Walk {
  /** Where GeoTIFFs and quick looks are written. */
  readonly folder: string
  readonly databaseUrl: string | undefined
  /** Folder of scenes. Absent: they are made up. */
  readonly scenes?: string | undefined
  say(line: string): void
}

/** Resolves to how many exports have failed. */
export async function walk({ folder, databaseUrl, scenes, say }: Walk): Promise<number> {
  const { db: database, close } = await openDatabase(databaseUrl)
  const files = fileArtifacts(join(folder, 'store'))
  const gdal = await findGdal()
  const options = { files, gdal, access: policy }
  const piecework = createPiecework({
    packs: [imagery(options)],
    runtime: inProcess({ concurrency: 2 }),
    store: memoryStore({ database }),
    artifacts: fileArtifacts(join(folder, 'artifacts')),
    access: imageryPolicy({ policy, database }),
  })
  await piecework.start()
  try {
    const host = { database, files, gdal }
    const { lake, quarters, area } = await sampleProjects(
      host,
      principal.id,
      scenes ?? (await made(folder, say)),
    )
    const bands = ['red', 'green', 'blue']
    const requests: readonly ImageryExportRequest[] = [
      { name: 'lake-rgb', source: { project: lake }, bands, colorCorrection: true },
      {
        name: 'lake-ndvi',
        source: { tool: ndviOf(lake) },
        projection: 6677,
        resolution: 30,
        mask: area,
        crop: true,
      },
      { name: 'quarters', source: { project: quarters } },
    ]
    const exports = imageryExports({ ...options, piecework, database })
    let failed = 0
    for (const request of requests)
      if (!(await exported({ piecework, exports, folder, say }, request))) failed += 1
    return failed
  } finally {
    await piecework.stop()
    await close()
  }
}

async function made(folder: string, say: Walk['say']): Promise<string> {
  const scenes = join(folder, 'made-up')
  await mkdir(scenes, { recursive: true })
  madeUpScenes(scenes)
  say('The scenes are made up: a lake and four quarters of an image, drawn by formulas.')
  return scenes
}

const ndviOf = (id: string): object => ({
  version: 1,
  nodes: { lake: { type: 'project', id }, ndvi: { type: 'ndvi', input: 'lake' } },
  output: { node: 'ndvi' },
})

interface Host extends Pick<Walk, 'folder' | 'say'> {
  readonly piecework: Piecework
  readonly exports: ImageryExports
}

async function exported(host: Host, request: ImageryExportRequest): Promise<boolean> {
  const { piecework, exports, folder, say } = host
  const made = await exports.create(request, { principal })
  const { pixels, bytes, windows } = made.estimate
  say(`${made.name}: ${pixels} pixels, ${bytes} bytes before they are compressed, ${windows} windows`)
  let told = ''
  for await (const _ of piecework.watch(made.job ?? '', { principal })) {
    const { status, windows: now, assembly } = await exports.get(made.id, { principal })
    const joined = assembly.reduce((sum, { done }) => sum + done, 0)
    const line = `  ${status}: ${now.done} of ${now.total} windows${joined > 0 ? `, ${joined} bytes put together` : ''}`
    if (line !== told) say(line)
    told = line
  }
  const done = await exports.get(made.id, { principal })
  for (const { message } of done.warnings) say(`  ${message}`)
  if (done.error) say(`  ${done.error.message}`)
  if (done.status !== 'SUCCESS') return false
  await written(host, done)
  const info = execFileSync('gdalinfo', ['-nomd', join(folder, `${done.name}.tif`)], { encoding: 'utf8' })
  const lines = info
    .split('\n')
    .filter((line) => /^(Size|Origin|Pixel Size|Band)|ID\["EPSG",\d+\]\]$/.test(line))
  for (const line of lines) say(`  gdalinfo: ${line.trim()}`)
  return true
}

async function written({ piecework, folder, say }: Host, { job = '', name, result }: ImageryExport) {
  for (const { name: output, fileName } of result?.outputs ?? []) {
    const { bytes } = await piecework.download(job, { output, principal })
    const file = join(folder, output === 'imagery/cog' ? `${name}.tif` : fileName)
    await pipeline(bytes, createWriteStream(file))
    say(`  ${file}`)
  }
}
