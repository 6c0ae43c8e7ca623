import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hasOgr2ogr, tableTo } from '../legacy/ogr2ogr.js'
import { type Bench, compared, limited, type Measure, timed } from '../measure.js'
import { Databases } from '../planning/databases.js'
import { fillProject, projectId } from './project.js'
import { type StepFigures, tenureStep } from './step.js'

const limitMb = 300
const goal = { reach: 0.7, aim: 1 }

/**
 * A project of half as many locations as `rows` and a tenth as many files: its outputs as jobs, from the database to the zip,
 * against programs that write the same tables from the same database.
 */
export const tenureBench: Bench = async ({ rows, runs, url, log }) => {
  const [locations, files] = [Math.ceil(rows / 2), Math.ceil(rows / 10)]
  const databases = new Databases(url)
  const folder = await mkdtemp(join(tmpdir(), 'piecework-bench-'))
  try {
    const database = await databases.create()
    await fillProject(database, locations, files)
    log(`${locations} locations, ${files} files`)
    const made = join(folder, 'made')
    const figures = new Map<string, StepFigures[]>()
    const step = async (task: string): Promise<void> => {
      const one = await tenureStep(task, database, made)
      await rm(made, { recursive: true, force: true })
      figures.set(task, [...(figures.get(task) ?? []), one])
      log(`${task}: ${JSON.stringify(one)}`)
    }
    const ogr = await hasOgr2ogr()
    if (!ogr)
      log(
        'skipped: shapefiles and tenure/gpkg against ogr2ogr, which is not installed (apt-get install gdal-bin)',
      )
    const byOgr: number[] = []
    const gpkgByOgr: number[] = []
    for (let run = 1; run <= runs; run++) {
      await step('tenure/shp')
      if (ogr) {
        byOgr.push(await ogrSeconds(database, made))
        await step('tenure/gpkg')
        gpkgByOgr.push(await gpkgSeconds(database, made))
      }
      await step('tenure/xlsx')
      await step('exceljs')
      await step('tenure/resources')
    }
    const of = (task: string): readonly StepFigures[] => figures.get(task) ?? []
    const seconds = (task: string) => of(task).map((one) => one.seconds)
    const rate = (task: string) => ({ rowsPerSecond: Math.round(locations / Math.min(...seconds(task))) })
    const memory = (task: string, facts: object = {}): Measure => {
      const peak = Math.max(...of(task).map(({ peakMb }) => peakMb))
      return limited(`${task}-memory`, peak, limitMb, { ...rate(task), ...facts })
    }
    return [
      // CSV files and shapefile, zipped, against both as plain files.
      ...(ogr ? [compared('tenure/shp', seconds('tenure/shp'), byOgr, goal, rate('tenure/shp'))] : []),
      compared('tenure/xlsx', seconds('tenure/xlsx'), seconds('exceljs'), goal, {
        ...rate('tenure/xlsx'),
        peerMb: Math.max(...of('exceljs').map(({ peakMb }) => peakMb)),
      }),
      // One file of the same tables, which the peer reads from the database itself.
      ...(ogr
        ? [
            compared('tenure/gpkg', seconds('tenure/gpkg'), gpkgByOgr, goal, rate('tenure/gpkg')),
            memory('tenure/gpkg'),
          ]
        : []),
      memory('tenure/shp'),
      memory('tenure/xlsx'),
      limited(
        'tenure/resources-memory',
        Math.max(...of('tenure/resources').map(({ peakMb }) => peakMb)),
        limitMb,
        {
          files,
          openAtOnce: Math.max(...of('tenure/resources').map(({ open }) => open)),
          filesPerSecond: Math.round(files / Math.min(...seconds('tenure/resources'))),
        },
      ),
    ]
  } finally {
    await databases.dropAll()
    await rm(folder, { recursive: true, force: true })
  }
}

const where = `WHERE project_id = '${projectId}'`
const attributes = ['note', 'quality', 'storeys']
  .map((name) => `attributes->>'${name}' AS ${name}`)
  .join(', ')

/** The tables with all attributes as one GeoPackage. */
async function gpkgSeconds(url: string, folder: string): Promise<number> {
  await mkdir(folder, { recursive: true })
  const file = join(folder, 'tenure.gpkg')
  const seconds = await timed(async () => {
    const locations = `SELECT id, type, area, geom, ${attributes} FROM tenure.locations ${where}`
    await tableTo(url, file, locations, ['-f', 'GPKG', '-nln', 'locations'])
    const parties = `SELECT id, name, type FROM tenure.parties ${where}`
    await tableTo(url, file, parties, ['-f', 'GPKG', '-update', '-nln', 'parties'])
  })
  await rm(folder, { recursive: true, force: true })
  return seconds
}

/** The tables as CSV with all attributes, and the locations as a shapefile. */
async function ogrSeconds(url: string, folder: string): Promise<number> {
  await mkdir(folder, { recursive: true })
  const seconds = await timed(async () => {
    const csv = ['-lco', 'GEOMETRY=AS_WKT']
    await tableTo(
      url,
      join(folder, 'locations.csv'),
      `SELECT id, type, area, geom, ${attributes} FROM tenure.locations ${where}`,
      ['-f', 'CSV', ...csv],
    )
    await tableTo(url, join(folder, 'parties.csv'), `SELECT id, name, type FROM tenure.parties ${where}`, [
      '-f',
      'CSV',
    ])
    await tableTo(url, join(folder, 'polygons.shp'), `SELECT id, type, geom FROM tenure.locations ${where}`, [
      '-f',
      'ESRI Shapefile',
    ])
  })
  await rm(folder, { recursive: true, force: true })
  return seconds
}
