import type { Output } from '@piecework/core/piece'
import { withTemporaryFolder } from '@piecework/core/store'
import type { Gdal } from '@piecework/gdal'
import { assembleCog } from '../cog/assemble-cog.js'
import { readExport } from '../exports/export-row.js'
import { largestFile } from '../plan/estimate.js'
import { renderedExport, wholeLayout } from './rendered-export.js'

/** One cloud optimized GeoTIFF, of tiles that windows have compressed. */
export function cogOutput(gdal: () => Promise<Gdal>): Output {
  return {
    name: 'imagery/cog',
    mediaType: 'image/tiff; application=geotiff; profile=cloud-optimized',
    pieces: ['imagery/render'],
    fileName: ({ name, resource }) => `${name ?? resource.id}.tif`,
    check: async () => void (await gdal()),
    estimate: async ({ resource, db }) =>
      largestFile((await readExport(db, resource.id)).estimate, 'with overviews'),
    assemble: async function* (context) {
      const { signal, progress } = context
      const rendered = await renderedExport(context)
      const { layout, close } = await withTemporaryFolder({ purpose: 'imagery', signal }, async (folder) =>
        wholeLayout(await gdal(), rendered, { folder, signal }),
      )
      const { size, bytes } = assembleCog(layout)
      let done = 0
      try {
        for await (const chunk of bytes) {
          signal.throwIfAborted()
          done += chunk.length
          progress(done, size)
          yield chunk
        }
      } finally {
        await close()
      }
    },
  }
}
