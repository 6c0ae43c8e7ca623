import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { imageryMigrations } from '@piecework/pieces-imagery'
import { fromPg, migrate } from '@piecework/postgres'
import { sampleFolder } from '@piecework/test-support/fixtures/samples.js'
import { Pool } from 'pg'
import { type Bench, type BenchOptions, compared, limited, type Measure, timed } from '../measure.js'
import { Databases } from '../planning/databases.js'
import { makeScene, type SceneKind, sceneBands, sceneFile } from './scene.js'
import { childrenSeconds, type ImageryFigures, type ImageryTask, imageryStep } from './step.js'
import { watchMemory } from './watch-memory.js'

/** A million rows are 8,000 pixels a side. */
const rowsOfPixel = 125
const processMb = 150

interface Case {
  readonly name: string
  readonly goal: { readonly reach: number; readonly aim: number }
  readonly scene: SceneKind
  readonly request: ImageryTask['request']
  /** Writes the same with GDAL's programs. */
  peer(folder: string): Promise<void>
}

/** Exports of a scene with `rows / 125` pixels a side, as jobs, against GDAL's programs. */
export const imageryBench: Bench = (options) => measured(options, Math.round(options.rows / rowsOfPixel))

/** The whole export of 20,000 × 20,000 pixels, once: with 25 GB of disk. */
export const largeImageryBench: Bench = (options) =>
  measured({ ...options, runs: 1 }, 20_000, 'imagery/whole')

async function measured({ runs, url, log }: BenchOptions, side: number, only?: string): Promise<Measure[]> {
  const databases = new Databases(url)
  const folder = await mkdtemp(join(tmpdir(), 'piecework-bench-'))
  try {
    const database = await databases.create()
    const pool = new Pool({ connectionString: database, max: 1 })
    await migrate(fromPg(pool), imageryMigrations)
    await pool.end()
    const measures: Measure[] = []
    for (const one of await casesOf(folder)) {
      if (only !== undefined && one.name !== only) continue
      makeScene(one.scene, side, folder)
      const scene = sceneFile(one.scene, folder)
      const task = { scene, bands: sceneBands(one.scene), request: one.request }
      const ours: ImageryFigures[] = []
      const peers: number[] = []
      for (let run = 1; run <= runs; run++) {
        const own = join(folder, 'own')
        await mkdir(own)
        const memory = watchMemory()
        const figures = await imageryStep({ ...task, folder: own }, database)
        ours.push(figures)
        log(`${one.name}: ${JSON.stringify({ ...figures, ...memory() })}`)
        await rm(own, { recursive: true })
        await mkdir(own)
        const peerMemory = watchMemory()
        const before = childrenSeconds()
        peers.push(await timed(async () => one.peer(own)))
        const cpuSeconds = childrenSeconds() - before
        log(`${one.name}, GDAL: ${JSON.stringify({ seconds: peers.at(-1), cpuSeconds, ...peerMemory() })}`)
        await rm(own, { recursive: true })
      }
      const seconds = ours.map((figures) => figures.seconds)
      const cpuSeconds = Math.max(...ours.map((figures) => figures.cpuSeconds))
      measures.push(compared(one.name, seconds, peers, one.goal, { side, cpuSeconds }))
      const peak = Math.max(...ours.map(({ peakMb }) => peakMb))
      measures.push(limited(`${one.name}-memory`, peak, processMb, { side }))
    }
    return measures
  } finally {
    await databases.dropAll()
    await rm(folder, { recursive: true, force: true })
  }
}

const execute = promisify(execFile)
const run = async (program: string, ...args: string[]): Promise<void> => void (await execute(program, args))
const cog = ['-of', 'COG', '-co', 'COMPRESS=DEFLATE', '-co', 'BLOCKSIZE=256', '-co', 'PREDICTOR=YES']

async function casesOf(folder: string): Promise<readonly Case[]> {
  const rgb = sceneFile('rgb', folder)
  const rgbn = sceneFile('rgbn', folder)
  const area = join(sampleFolder, 'imagery/aoi_b.geojson')
  const mask: unknown = JSON.parse(await readFile(area, 'utf8'))
  return [
    {
      name: 'imagery/whole',
      goal: { reach: 1, aim: 1.7 },
      scene: 'rgb',
      request: { projection: 3857, resampling: 'bilinear', mask },
      peer: async (own) => {
        const warped = join(own, 'warped.tif')
        const warp = [
          '-q',
          '-et',
          '0',
          '-multi',
          '-t_srs',
          'EPSG:3857',
          '-r',
          'bilinear',
          '-wo',
          'UNIFIED_SRC_NODATA=YES',
        ]
        await run('gdalwarp', ...warp, rgb, warped)
        await run('ogr2ogr', '-t_srs', 'EPSG:3857', join(own, 'area.gpkg'), area)
        for (const band of ['1', '2', '3'])
          await run('gdal_rasterize', '-q', '-i', '-b', band, '-burn', '0', join(own, 'area.gpkg'), warped)
        await run('gdal_translate', '-q', ...cog, warped, join(own, 'cog.tif'))
      },
    },
    {
      name: 'imagery/ndvi',
      goal: { reach: 1, aim: 1 },
      scene: 'rgbn',
      request: { ndvi: true },
      peer: async (own) => {
        const ndvi = join(own, 'ndvi.tif')
        const calc = ['--quiet', '--calc', '(A.astype(float)-B)/(A.astype(float)+B)', '--type', 'Float32']
        await run(
          'gdal_calc.py',
          ...calc,
          '-A',
          rgbn,
          '--A_band=4',
          '-B',
          rgbn,
          '--B_band=1',
          `--outfile=${ndvi}`,
        )
        await run('gdal_translate', '-q', ...cog, ndvi, join(own, 'cog.tif'))
      },
    },
    {
      name: 'imagery/identity',
      goal: { reach: 0.9, aim: 0.9 },
      scene: 'rgb',
      request: {},
      peer: (own) => run('gdal_translate', '-q', ...cog, rgb, join(own, 'cog.tif')),
    },
  ]
}
