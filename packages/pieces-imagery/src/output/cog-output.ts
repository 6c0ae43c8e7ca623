import type { Output } from '@piecework/core/piece'
import { withTemporaryFolder } from '@piecework/core/store'
import type { Gdal } from '@piecework/gdal'
import { assembleCog } from '../cog/assemble-cog.js'
import { renderedExport, wholeLayout } from './rendered-export.js'

/** One cloud optimized GeoTIFF, of tiles that windows have compressed. */
export function cogOutput(gdal: () => Promise<Gdal>): Output {
  return {
    name: 'imagery/cog',
    mediaType: 'image/tiff; application=geotiff; profile=cloud-optimized',
    pieces: ['imagery/render'],
    fileName: ({ name, resource }) => `${name ?? resource.id}.tif`,
    check: async () => void (await gdal()),
    assemble: async function* (context) {
      const { signal, progress } = context
      const rendered = await renderedExport(context)
      const { layout, close } = await withTemporaryFolder({ purpose: 'imagery', signal }, async (folder) =>
        wholeLayout(await gdal(), rendered, { folder, signal }),
      )
      let bytes = 0
      try {
        for await (const chunk of assembleCog(layout)) {
          signal.throwIfAborted()
          bytes += chunk.length
          progress(bytes)
          yield chunk
        }
      } finally {
        await close()
      }
    },
  }
}
