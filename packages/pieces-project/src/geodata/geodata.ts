import { type ExportContext, isPieceworkError, type Piece, type Schema } from '@piecework/core/piece'
import type { GeoRow, GeoTable } from '@piecework/vector-files'
import { geoJson, shapefileZip, textBytes } from '@piecework/vector-files'
import { z } from 'zod'
import { featuresSource } from './features-source.js'
import type { GeoSource } from './geo-source.js'
import { geoTableOf } from './geo-table-of.js'
import { gridSource } from './grid-source.js'
import { planningAreaSource } from './planning-area-source.js'

export interface GeodataOptions {
  /** None of them: the piece is left out. */
  readonly formats: readonly ('geojson' | 'shapefile')[]
}

const options: Schema<GeodataOptions> = z.strictObject({
  formats: z.array(z.enum(['geojson', 'shapefile'])).default(['geojson', 'shapefile']),
})

/** Planning area, grid and features for people: as GeoJSON and as zipped shapefiles. Of these no rows are counted. */
export const geodata: Piece<GeodataOptions> = {
  contract: 1,
  name: 'project/geodata',
  of: 'project',
  version: 1,
  exportOnly: true,
  options,
  applies: async ({ options: { formats } }) => formats.length > 0,
  exporter: {
    export: async (context) => {
      const { tx, resource } = context
      const features = await featuresSource(tx, resource.id)
      if (features.left)
        context.finding({
          severity: 'warning',
          code: 'project/geodata-properties',
          message:
            'The features have more properties than a table can have columns; the last ones in order are left out.',
        })
      const progress = progressOf(context)
      const sources = [planningAreaSource(resource.id), await gridSource(tx, resource.id), features]
      for (const source of sources) await exportSource(context, source, progress)
      return { rows: 0 }
    },
  },
}

/** Told of each batch of rows, over all files. */
function progressOf(context: ExportContext<GeodataOptions>): (batch: number) => void {
  let rows = 0
  return (batch) => {
    rows += batch
    context.progress(rows)
  }
}

async function exportSource(
  context: ExportContext<GeodataOptions>,
  source: GeoSource,
  seen: (batch: number) => void,
): Promise<void> {
  const { options, tx, signal } = context
  const table = await geoTableOf(tx, source, textBytes)
  // A host without the borders of administrative areas has no area for the projects that name one.
  if (source.name === 'planning_area' && table.count === 0) return
  const counted: GeoTable = { ...table, rows: () => counting(table, seen) }
  if (options.formats.includes('geojson')) await context.write(`${source.name}.geojson`, geoJson(counted))
  if (options.formats.includes('shapefile')) {
    const entry = `${source.name}.shp.zip`
    for (const [column, count] of table.longTexts)
      context.finding({
        severity: 'warning',
        code: 'project/geodata-cut',
        file: entry,
        column,
        count,
        message: `A shapefile holds ${textBytes} bytes of a text; longer ones are cut.`,
        hint: 'GeoJSON has all of it.',
      })
    try {
      await context.write(entry, shapefileZip(counted, { signal }))
    } catch (error) {
      // What is for people must not keep the project from being exported.
      if (!isPieceworkError(error, 'unsupported')) throw error
      context.finding({
        severity: 'warning',
        code: 'project/geodata-too-large',
        file: entry,
        message: error.message,
        hint: 'GeoJSON has all of it.',
      })
    }
  }
  if (table.unreadable() > 0)
    context.finding({
      severity: 'warning',
      code: 'project/geodata-geometry',
      file: source.name,
      count: table.unreadable(),
      message: 'Coordinates are not finite; the geometry is left out.',
    })
}

async function* counting(table: GeoTable, seen: (rows: number) => void): AsyncGenerator<readonly GeoRow[]> {
  for await (const batch of table.rows()) {
    seen(batch.length)
    yield batch
  }
}
