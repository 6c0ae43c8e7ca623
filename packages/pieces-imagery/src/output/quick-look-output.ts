import type { Output } from '@piecework/core/piece'
import { withTemporaryFolder } from '@piecework/core/store'
import type { Gdal } from '@piecework/gdal'
import { quickLookPixels } from '../defaults.js'
import { quickLook } from '../picture/quick-look.js'
import { renderedExport, wholeLayout } from './rendered-export.js'

/** A picture of 512 pixels, to see whether it is the right place. */
export function quickLookOutput(gdal: () => Promise<Gdal>): Output {
  return {
    name: 'imagery/quick-look',
    mediaType: 'image/png',
    pieces: ['imagery/render'],
    fileName: ({ name, resource }) => `${name ?? resource.id}-quick-look.png`,
    // Four bands of bytes.
    estimate: async () => 4 * quickLookPixels ** 2,
    assemble: async function* (context) {
      const { signal } = context
      const rendered = await renderedExport({ ...context, finding: () => undefined })
      yield await withTemporaryFolder({ purpose: 'imagery', signal }, async (folder) => {
        const run = { folder, signal }
        const { layout, close } = await wholeLayout(await gdal(), rendered, run)
        return quickLook(await gdal(), layout, rendered.plan.output, run).finally(close)
      })
    },
  }
}
