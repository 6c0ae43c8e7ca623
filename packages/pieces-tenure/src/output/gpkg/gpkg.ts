import { createWriteStream } from 'node:fs'
import { type FileHandle, open, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Output, OutputContext } from '@piecework/core/piece'
import { withTemporaryFolder } from '@piecework/core/store'
import { findGdal, runGdal } from '@piecework/gdal'
import { projectsOf } from '../project-entries.js'
import { shp } from '../shp.js'
import { type Layer, layersOf } from './layers.js'
import { type SourceFile, sourceBytes, vrtOf } from './source-file.js'

/** All tables with all attributes as one GeoPackage, written by GDAL's ogr2ogr. */
export const gpkg: Output = {
  name: 'tenure/gpkg',
  mediaType: 'application/geopackage+sqlite3',
  pieces: shp.pieces ?? [],
  fileName: ({ name, resource }) => `${name ?? resource.id}.gpkg`,
  check: async ({ signal }) => {
    await findGdal(undefined, { signal })
  },
  assemble: geopackage,
}

const fileName = 'tenure.gpkg'
const sourceName = 'tenure.vrt'

/** It would write when the file was made. */
const date = '1970-01-01T00:00:00.000Z'

async function* geopackage(context: OutputContext): AsyncGenerator<Uint8Array> {
  const { signal } = context
  let file: FileHandle | undefined
  try {
    await withTemporaryFolder({ purpose: 'gpkg', signal }, async (folder) => {
      // Before anything is written: the worker is another machine than that of the request.
      const gdal = await findGdal(undefined, { signal })
      await writeFile(join(folder, sourceName), vrtOf(await sources(context, folder)))
      const config = ['--config', 'OGR_CURRENT_DATE', date]
      const options = ['-dsco', 'VERSION=1.2', '-lco', 'GEOMETRY_NAME=geometry', '-lco', 'FID=fid']
      await runGdal(gdal, 'ogr2ogr', [...config, '-f', 'GPKG', ...options, fileName, sourceName], {
        signal,
        folder,
      })
      // What is open is read to its end after its folder has gone.
      file = await open(join(folder, fileName))
    })
    if (file) yield* file.createReadStream({ autoClose: false })
  } finally {
    await file?.close()
  }
}

/** Writes each table to a file of its own. */
async function sources(context: OutputContext, folder: string): Promise<readonly SourceFile[]> {
  let rows = 0
  const files: SourceFile[] = []
  for await (const project of projectsOf(context))
    for (const layer of await layersOf(project, context)) {
      const name = `${files.length}.geojsonl`
      await pipeline(sourceBytes(counted(layer)), createWriteStream(join(folder, name)), {
        signal: context.signal,
      })
      files.push({ layer, name })
    }
  return files

  function counted(layer: Layer): Layer {
    return {
      ...layer,
      rows: async function* () {
        for await (const batch of layer.rows()) {
          yield batch
          rows += batch.length
          context.progress(rows)
        }
      },
    }
  }
}
