import { type ExportContext, isPieceworkError, type Piece, type Schema } from '@piecework/core/piece'
import {
  dbfTextBytes,
  geoJson,
  type OutputFeature,
  type OutputLayer,
  shapefileZip,
} from '@piecework/vector-files'
import { z } from 'zod'
import { type PlanningDatabases, placed } from '../planning-databases.js'
import { featuresQuery } from './features-query.js'
import { gridQuery } from './grid-query.js'
import type { LayerQuery } from './layer-query.js'
import { type MeasuredLayer, measuredLayer } from './measured-layer.js'
import { planningAreaQuery } from './planning-area-query.js'

export interface GeodataOptions {
  /** None: the piece is left out. */
  readonly formats: readonly ('geojson' | 'shapefile')[]
}

const options: Schema<GeodataOptions> = z.strictObject({
  formats: z.array(z.enum(['geojson', 'shapefile'])).default(['geojson', 'shapefile']),
})

/** Planning area, grid and features for people, as GeoJSON and as zipped shapefiles. Counts no rows. */
export const geodata = (databases: PlanningDatabases): Piece<GeodataOptions> => ({
  contract: 1,
  ...placed('project/geodata', databases),
  of: 'project',
  version: 1,
  exportOnly: true,
  options,
  applies: async ({ options: { formats } }) => formats.length > 0,
  exporter: {
    export: async (context) => {
      const { tx, resource } = context
      const features = await featuresQuery(tx, resource.id)
      if (features.truncated)
        context.finding({
          severity: 'warning',
          code: 'project/geodata-properties',
          message:
            'The features have more properties than a table can have columns; the last ones in order are left out.',
        })
      const progress = progressOf(context)
      const queries = [planningAreaQuery(resource.id), await gridQuery(tx, resource.id), features]
      for (const query of queries) await exportLayer(context, query, progress)
      return { rows: 0 }
    },
  },
})

/** Sums the batches of all files. */
function progressOf(context: ExportContext<GeodataOptions>): (batch: number) => void {
  let rows = 0
  return (batch) => {
    rows += batch
    context.progress(rows)
  }
}

async function exportLayer(
  context: ExportContext<GeodataOptions>,
  query: LayerQuery,
  progress: (batch: number) => void,
): Promise<void> {
  const { formats } = context.options
  const measured = await measuredLayer(context.tx, query, dbfTextBytes)
  // A host without administrative boundaries has no area for the projects that name one.
  if (query.name === 'planning_area' && measured.count === 0) return
  const layer = { ...measured, features: () => counted(measured, progress) }
  if (formats.includes('geojson')) await context.write(`${layer.name}.geojson`, geoJson(layer))
  if (formats.includes('shapefile')) await exportShapefile(context, layer)
  if (layer.unreadable() > 0)
    context.finding({
      severity: 'warning',
      code: 'project/geodata-geometry',
      file: layer.name,
      count: layer.unreadable(),
      message: 'Coordinates are not finite; the geometry is left out.',
    })
}

async function exportShapefile(context: ExportContext<GeodataOptions>, layer: MeasuredLayer): Promise<void> {
  const file = `${layer.name}.shp.zip`
  const hint = 'GeoJSON has all of it.'
  for (const [column, count] of layer.longTexts)
    context.finding({
      severity: 'warning',
      code: 'project/geodata-cut',
      file,
      column,
      count,
      message: `A shapefile holds ${dbfTextBytes} bytes of a text; longer ones are cut.`,
      hint,
    })
  try {
    await context.write(file, shapefileZip(layer, { signal: context.signal }))
  } catch (error) {
    // The project can be exported without it.
    if (!isPieceworkError(error, 'vector/file-too-large')) throw error
    const { message } = error
    context.finding({ severity: 'warning', code: 'project/geodata-too-large', file, message, hint })
  }
}

async function* counted(
  layer: OutputLayer,
  seen: (features: number) => void,
): AsyncGenerator<readonly OutputFeature[]> {
  for await (const batch of layer.features()) {
    seen(batch.length)
    yield batch
  }
}
