import { fieldNamed, layerLabels, openDbf } from '@piecework/vector-files'
import { readEwkb } from '../../output/ewkb.js'
import { type ShapeKind, shapeKinds, shapeOf } from '../../output/shape-of.js'
import { shapefileFolder } from '../../output/shapefiles.js'
import { shown } from '../cell-values.js'
import type { CsvTables } from '../csv-tables.js'
import { fileProblem } from '../file-problem.js'
import type { KnownRows } from '../known-rows.js'
import type { PlacedProblem } from '../raw-table.js'
import { uploadRole } from '../uploaded-export.js'
import { kindOfDigest, linesOfGeometry, shapeDigest } from './shape-digest.js'
import { shapeRecords } from './shape-records.js'

/** Of a row of locations: what the shapefile of its kind must hold. */
export function locationDigest([, type, , geometry]: readonly (string | null)[]): number {
  const shape = geometry ? shapeOf(readEwkb(geometry)) : undefined
  return shape && 'geometry' in shape
    ? shapeDigest(shape.kind, type ?? '', linesOfGeometry(shape.geometry))
    : 0
}

/** Where the shapefiles of an export say something else than its locations.csv, which is what is imported. */
export async function* shapefileProblems(
  { files }: CsvTables,
  known: KnownRows,
): AsyncGenerator<PlacedProblem> {
  for (const kind of shapeKinds) {
    const shp = files.get(`${shapefileFolder}${kind}.shp`)
    if (shp) yield* problemsOf(kind, shp.name, files, known)
  }
}

async function* problemsOf(
  kind: ShapeKind,
  file: string,
  files: CsvTables['files'],
  { locations }: KnownRows,
): AsyncGenerator<PlacedProblem> {
  const differs = (message: string, line?: number): PlacedProblem => ({
    code: 'tenure/shapefile-differs',
    file,
    message,
    hint: 'locations.csv is what is imported: mend it, or leave the folder of the shapefiles out of the zip.',
    ...(line !== undefined && { line }),
  })
  const seen = new Uint8Array(locations.size)
  for await (const { id, digest, record } of shapesOf(kind, file, files)) {
    const at = locations.indexOf(id)
    if (at === -1) yield differs(`There is no location ${shown(id)} in locations.csv.`, record)
    else if (seen[at] === 1) yield differs(`Two records are of the location ${shown(id)}.`, record)
    else if (locations.valueAt(at) !== digest)
      yield differs(`The location ${shown(id)} has another geometry or type in locations.csv.`, record)
    seen[at] = 1
  }
  for (const [at, isSeen] of seen.entries())
    if (isSeen === 0 && kindOfDigest(locations.valueAt(at)) === kind)
      yield differs(`The location ${shown(locations.idAt(at))} of locations.csv is missing.`)
}

async function* shapesOf(kind: ShapeKind, file: string, files: CsvTables['files']) {
  const part = (extension: string) => files.get(`${shapefileFolder}${kind}.${extension}`)
  const [shp, dbf, cpg] = [part('shp'), part('dbf'), part('cpg')]
  const invalid = (message: string) => fileProblem({ code: 'tenure/shapefile-invalid', message }, { file })
  if (!shp || !dbf) throw invalid(`The .dbf file of ${kind}.shp is missing.`)
  const labels = layerLabels({
    role: uploadRole,
    piece: '',
    code: 'tenure/shapefile',
    what: `the shapefile ${kind}`,
  })
  const table = await openDbf({ dbf, ...(cpg && { cpg }) }, labels)
  const [id, type] = ['id', 'type'].map((name) => fieldNamed(table.fields, name))
  if (!id || !type) throw invalid(`The shapefile ${kind} has no field id or type.`)
  const shapes = shapeRecords(shp)
  try {
    let record = 0
    for await (const batch of table.records())
      for (const one of batch) {
        let lines: Awaited<ReturnType<typeof shapes.next>>
        do lines = await shapes.next()
        while (++record < one.number)
        if (lines.done) throw invalid(`The shapefile ${kind} has fewer shapes than records.`)
        const digest = lines.value ? shapeDigest(kind, one.text(type), lines.value) : 0
        yield { id: one.text(id), digest, record }
      }
  } finally {
    await shapes.return(undefined)
  }
}
