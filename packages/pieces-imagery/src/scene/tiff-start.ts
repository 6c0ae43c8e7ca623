import { open } from 'node:fs/promises'
import { PieceworkError } from '@piecework/core/piece'

/** The first bytes of a file. */
export async function startOf(file: string): Promise<Uint8Array> {
  const handle = await open(file)
  const start = Buffer.alloc(4)
  const { bytesRead } = await handle.read(start, 0, 4, 0).finally(() => handle.close())
  return start.subarray(0, bytesRead)
}

/** GDAL looks at more than the first bytes; what begins otherwise does not get that far. */
export function assertTiff(start: Uint8Array): void {
  if (!['II*\0', 'MM\0*', 'II+\0', 'MM\0+'].includes(Buffer.from(start.subarray(0, 4)).toString('latin1')))
    throw new PieceworkError(
      'imagery/scene-format',
      'The file of a scene must be a GeoTIFF; this one does not begin as a TIFF',
    )
}
