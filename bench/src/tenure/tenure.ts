import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hasOgr2ogr, tableTo } from '../legacy/ogr2ogr.js'
import { type Bench, compared, limited, type Measure, median, timed } from '../measure.js'
import { Databases } from '../planning/databases.js'
import { type BenchProject, csvProject, fillProjects, importProject, outputProject } from './project.js'
import { type StepFigures, tenureStep } from './step.js'

const limitMb = 300
const goal = { reach: 0.7, aim: 1 }

/**
 * A project of half as many locations as `rows` and a tenth as many files: its outputs as jobs, from the database to the zip,
 * against programs that write the same tables from the same database. Then imports of as many locations, parties and relationships.
 */
export const tenureBench: Bench = async ({ rows, runs, url, log }) => {
  const [locations, files] = [Math.ceil(rows / 2), Math.ceil(rows / 10)]
  const databases = new Databases(url)
  const folder = await mkdtemp(join(tmpdir(), 'piecework-bench-'))
  try {
    const database = await databases.create()
    const [outputs, csv] = [outputProject(locations, files), csvProject(locations)]
    const imports = importProject(locations)
    await fillProjects(database, [outputs, csv, imports])
    log(`${locations} locations, ${files} files`)
    const made = join(folder, 'made')
    const figures = new Map<string, StepFigures[]>()
    const step = async (task: string, { id }: BenchProject, name = task, file?: string): Promise<void> => {
      const one = await tenureStep(database, { task, project: id, folder: made, ...(file && { file }) })
      await rm(made, { recursive: true, force: true })
      figures.set(name, [...(figures.get(name) ?? []), one])
      log(`${name}: ${JSON.stringify(one)}`)
    }
    const ogr = await hasOgr2ogr()
    if (!ogr)
      log(
        'skipped: shapefiles and tenure/gpkg against ogr2ogr, which is not installed (apt-get install gdal-bin)',
      )
    const byOgr: number[] = []
    const gpkgByOgr: number[] = []
    for (let run = 1; run <= runs; run++) {
      await step('tenure/shp', csv, 'tenure/csv')
      await step('COPY', csv)
      await step('tenure/shp', outputs)
      if (ogr) {
        byOgr.push(await ogrSeconds(database, made, outputs))
        await step('tenure/gpkg', outputs)
        gpkgByOgr.push(await gpkgSeconds(database, made, outputs))
      }
      await step('tenure/xlsx', outputs)
      await step('exceljs', outputs)
      await step('tenure/resources', outputs)
    }
    for (const format of ['shp', 'xlsx']) {
      const file = join(folder, `${format}.zip`)
      await step(`tenure/${format}`, imports, `tenure/${format} for the import`, file)
      await step(`tenure-${format}`, imports, `tenure-${format}`, file)
      await rm(file)
    }
    const of = (task: string): readonly StepFigures[] => figures.get(task) ?? []
    const seconds = (task: string) => of(task).map((one) => one.seconds)
    const cpu = (task: string) => ({ cpuSeconds: median(of(task).map(({ cpuSeconds }) => cpuSeconds)) })
    const peak = (task: string) => Math.max(...of(task).map(({ peakMb }) => peakMb))
    const rate = (task: string, count = locations) => ({
      rowsPerSecond: Math.round(count / Math.min(...seconds(task))),
      ...cpu(task),
    })
    const against = (task: string, peer: readonly number[], facts: object = {}): Measure =>
      compared(task, seconds(task), peer, goal, { ...rate(task), ...facts })
    const memory = (task: string, facts: object = rate(task)): Measure =>
      limited(`${task}-memory`, peak(task), limitMb, { ...facts })
    const peerFacts = (task: string) => ({ peerMb: peak(task), peerCpuSeconds: cpu(task).cpuSeconds })
    return [
      // CSV files and shapefile, zipped, against both as plain files.
      ...(ogr ? [against('tenure/shp', byOgr)] : []),
      against('tenure/xlsx', seconds('exceljs'), peerFacts('exceljs')),
      // What COPY and ogr2ogr write has no zip, no README and no column for each attribute of each type of party.
      memory('tenure/csv', { ...rate('tenure/csv'), copySeconds: median(seconds('COPY')) }),
      ...(ogr ? [memory('tenure/gpkg', { ...rate('tenure/gpkg'), ogrSeconds: median(gpkgByOgr) })] : []),
      memory('tenure/shp'),
      memory('tenure/xlsx'),
      memory('tenure/resources', {
        files,
        openAtOnce: Math.max(...of('tenure/resources').map(({ open }) => open)),
        filesPerSecond: Math.round(files / Math.min(...seconds('tenure/resources'))),
      }),
      // Ids of three tables are held.
      memory('tenure-shp', rate('tenure-shp', 3 * locations)),
      memory('tenure-xlsx', rate('tenure-xlsx', 3 * locations)),
    ]
  } finally {
    await databases.dropAll()
    await rm(folder, { recursive: true, force: true })
  }
}

const where = ({ id }: BenchProject): string => `WHERE project_id = '${id}'`
const attributes = ['note', 'quality', 'storeys']
  .map((name) => `attributes->>'${name}' AS ${name}`)
  .join(', ')

/** The tables with all attributes as one GeoPackage. */
async function gpkgSeconds(url: string, folder: string, project: BenchProject): Promise<number> {
  await mkdir(folder, { recursive: true })
  const file = join(folder, 'tenure.gpkg')
  const seconds = await timed(async () => {
    const locations = `SELECT id, type, area, geom, ${attributes} FROM tenure.locations ${where(project)}`
    await tableTo(url, file, locations, ['-f', 'GPKG', '-nln', 'locations'])
    const parties = `SELECT id, name, type FROM tenure.parties ${where(project)}`
    await tableTo(url, file, parties, ['-f', 'GPKG', '-update', '-nln', 'parties'])
  })
  await rm(folder, { recursive: true, force: true })
  return seconds
}

/** The tables as CSV with all attributes, and the locations as a shapefile. */
async function ogrSeconds(url: string, folder: string, project: BenchProject): Promise<number> {
  await mkdir(folder, { recursive: true })
  const seconds = await timed(async () => {
    const csv = ['-lco', 'GEOMETRY=AS_WKT']
    await tableTo(
      url,
      join(folder, 'locations.csv'),
      `SELECT id, type, area, geom, ${attributes} FROM tenure.locations ${where(project)}`,
      ['-f', 'CSV', ...csv],
    )
    await tableTo(
      url,
      join(folder, 'parties.csv'),
      `SELECT id, name, type FROM tenure.parties ${where(project)}`,
      ['-f', 'CSV'],
    )
    await tableTo(
      url,
      join(folder, 'polygons.shp'),
      `SELECT id, type, geom FROM tenure.locations ${where(project)}`,
      ['-f', 'ESRI Shapefile'],
    )
  })
  await rm(folder, { recursive: true, force: true })
  return seconds
}
