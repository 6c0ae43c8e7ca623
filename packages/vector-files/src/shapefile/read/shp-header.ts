import type { ZippedFile } from '@piecework/core/archive'
import type { LayerLabels } from '../../layer-labels.js'
import { shapeType, shpBoundsAt, shpFileCode, shpHeaderBytes, shpLengthAt, shpTypeAt } from '../shp-format.js'
import { BufferedBytes } from './buffered-bytes.js'

/** Heights and measures are not read. */
const polygonTypes: readonly number[] = [shapeType.polygon, shapeType.polygonZ, shapeType.polygonM]

export interface ShpHeader {
  readonly bytes: Buffer
  readonly type: number
  /** Bytes that the file states to have. */
  readonly length: number
  /** West, south, east and north, as the file states them; programs that do not know them write zeros. */
  readonly bounds: readonly number[]
}

/** Throws the problem `shp` if it is no .shp or is truncated, `not-polygons` for shapes of another kind. */
export async function readShpHeader(file: ZippedFile, labels: LayerLabels): Promise<ShpHeader> {
  const source = new BufferedBytes(file.open())
  try {
    if (!(await source.fill(shpHeaderBytes)) || source.int32BE(0) !== shpFileCode)
      throw brokenShp(labels, file, 'has no shapefile header')
    const bytes = source.take(shpHeaderBytes)
    const length = bytes.readInt32BE(shpLengthAt) * 2
    if (length > file.size)
      throw brokenShp(labels, file, `is truncated: it has ${file.size} of ${length} bytes`)
    const type = bytes.readInt32LE(shpTypeAt)
    if (!polygonTypes.includes(type))
      throw labels.problem(
        'not-polygons',
        `${file.name} of ${labels.what} holds shapes of type ${type}; only polygons are read`,
      )
    const bounds = [0, 1, 2, 3].map((at) => bytes.readDoubleLE(shpBoundsAt + 8 * at))
    return { bytes, type, length, bounds }
  } finally {
    await source.close()
  }
}

export const brokenShp = (labels: LayerLabels, file: ZippedFile, what: string) =>
  labels.problem('shp', `${file.name} of ${labels.what} ${what}`)
