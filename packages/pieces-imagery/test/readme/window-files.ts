import type { Output, Pack } from '@piecework/core/piece'
import { renderedWindows } from '@piecework/pieces-imagery'

/** The windows of an export as they were rendered: a zip of GeoTIFFs, named by their places in its grid. */
const files: Output = {
  name: 'acme/windows',
  mediaType: 'application/zip',
  pieces: ['imagery/render'],
  fileName: ({ name, resource }) => `${name ?? resource.id}-windows.zip`,
  assemble: async function* ({ pieces, zip }) {
    const { windows } = renderedWindows(pieces)
    const members = async function* () {
      for await (const { window, open } of windows()) yield { name: `${window.x}-${window.y}.tif`, open }
    }
    yield* zip(members(), { store: true })
  },
}

export const acme: Pack = { name: 'acme', kinds: [], pieces: [], outputs: [files] }
