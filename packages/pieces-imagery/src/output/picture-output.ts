import { createWriteStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Output, OutputContext } from '@piecework/core/piece'
import { withTemporaryFolder } from '@piecework/core/store'
import { type Gdal, runGdal } from '@piecework/gdal'
import { assembleCog } from '../cog/assemble-cog.js'
import { readExport } from '../exports/export-row.js'
import { assertPicture, type PictureFormat, pictureOf, worldFile } from '../picture/picture.js'
import { largestFile } from '../plan/estimate.js'
import { renderedExport } from './rendered-export.js'

const endings = { png: ['png', 'pgw'], jpeg: ['jpg', 'jgw'] } as const

/** A zip of a PNG or a JPEG, its world file and its CRS, for programs that read no GeoTIFF. */
export function pictureOutput(gdal: () => Promise<Gdal>, format: PictureFormat): Output {
  return {
    name: `imagery/${format}`,
    mediaType: 'application/zip',
    pieces: ['imagery/render'],
    fileName: ({ name, resource }) => `${name ?? resource.id}-${format}.zip`,
    check: async () => void (await gdal()),
    estimate: async ({ resource, db }) =>
      largestFile((await readExport(db, resource.id)).estimate, 'without overviews'),
    assemble: (context) => picture(context, gdal, format),
  }
}

async function* picture(
  context: OutputContext,
  gdal: () => Promise<Gdal>,
  format: PictureFormat,
): AsyncGenerator<Uint8Array> {
  const { signal, finding, zip } = context
  const { plan, layout } = await renderedExport(context)
  assertPicture(plan, format)
  if (format === 'jpeg')
    finding({
      severity: 'warning',
      code: 'imagery/lossy',
      message: 'A JPEG changes colors a little, and shows what is nothing as a color.',
      hint: 'For measurements, take the GeoTIFF.',
    })
  let file: FileHandle | undefined
  let crs = ''
  try {
    await withTemporaryFolder({ purpose: 'imagery', signal }, async (folder) => {
      const run = { folder, signal }
      const whole = join(folder, 'whole.tif')
      await pipeline(
        Readable.from(assembleCog({ ...layout, levels: layout.levels.slice(0, 1) }).bytes),
        createWriteStream(whole),
      )
      // What is open is read to its end after its folder has gone.
      file = await open(await pictureOf(await gdal(), whole, format, run))
      crs = await runGdal(
        await gdal(),
        'gdalsrsinfo',
        ['--single-line', '-o', 'wkt_esri', plan.grid.crs],
        run,
      )
    })
    const [image, world] = endings[format]
    const text = (value: string) =>
      async function* () {
        yield Buffer.from(value)
      }
    if (file)
      yield* zip([
        {
          name: `image.${image}`,
          open: () => file?.createReadStream({ autoClose: false, start: 0 }) as AsyncIterable<Uint8Array>,
        },
        { name: `image.${world}`, open: text(worldFile(plan)) },
        { name: 'image.prj', open: text(`${crs.trim()}\n`) },
      ])
  } finally {
    await file?.close()
  }
}
