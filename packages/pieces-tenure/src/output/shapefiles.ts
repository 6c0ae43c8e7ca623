import { isPieceworkError, type OutputContext, type ZipMember } from '@piecework/core/piece'
import { type OutputFeature, type OutputLayer, shapefileFiles } from '@piecework/vector-files'
import { readEwkb } from './ewkb.js'
import { locationsTable } from './people-tables.js'
import type { ProjectEntries } from './project-entries.js'
import type { ShapeCounts } from './shape-counts.js'
import { type ShapeKind, shapeKinds, shapeOf } from './shape-of.js'

/** The folder of the shapefiles, in that of the project. */
export const shapefileFolder = 'shapefiles/'

/**
 * The files of one shapefile for each kind of geometry, one shapefile after the other: each is in temporary files until
 * the next one is asked for. One that would be too large is left out, with a warning.
 */
export async function* shapefiles(
  { widths }: ShapeCounts,
  project: ProjectEntries,
  { signal, finding }: Pick<OutputContext, 'signal' | 'finding'>,
): AsyncGenerator<ZipMember> {
  for (const kind of shapeKinds) {
    const width = widths.get(kind)
    if (!width) continue
    const layer: OutputLayer = {
      name: kind,
      polygonal: false,
      fields: [
        { name: 'id', type: 'text', width: width.id },
        { name: 'type', type: 'text', width: width.type },
      ],
      features: () => featuresOf(kind, project),
    }
    const made = await shapefileFiles(layer, { signal }).catch((error: unknown) => {
      if (!isPieceworkError(error, 'vector/file-too-large')) throw error
      const file = `${shapefileFolder}${kind}.shp`
      finding({ severity: 'warning', code: 'tenure/shapefile-too-large', file, message: error.message })
    })
    if (!made) continue
    try {
      for (const file of made.files) {
        const extension = file.name.slice(file.name.lastIndexOf('.'))
        yield { name: `${project.folder}${shapefileFolder}${kind}${extension}`, open: () => file.open() }
      }
    } finally {
      await made.close()
    }
  }
}

async function* featuresOf(
  kind: ShapeKind,
  project: ProjectEntries,
): AsyncGenerator<readonly OutputFeature[]> {
  for await (const batch of project.of(locationsTable.piece).rows(locationsTable.entry))
    yield batch.flatMap(({ id = null, type = null, geom }) => {
      const shape = geom ? shapeOf(readEwkb(geom)) : undefined
      return shape?.kind === kind && 'geometry' in shape
        ? [{ values: [id, type], geometry: shape.geometry }]
        : []
    })
}
