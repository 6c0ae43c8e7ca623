import { checkOptions, zipFiles } from '@piecework/core/piece'
import type { OutputLayer } from '../../output-layer.js'
import { readme } from './readme.js'
import {
  type ShapefileFilesOptions,
  ShapefileWriter,
  shapefileFilesChecks,
  textFile,
} from './shapefile-writer.js'

export type ShapefileZipOptions = ShapefileFilesOptions

/**
 * A zip with one shapefile for each kind of geometry in the layer, or an empty one of polygons. Features
 * without geometry are null shapes among the polygons; texts are cut to 254 bytes. Writes temporary files.
 * Throws `vector/file-too-large` beyond `maxFileBytes`.
 */
export async function* shapefileZip(
  layer: OutputLayer,
  given?: ShapefileZipOptions,
): AsyncGenerator<Uint8Array> {
  const options = checkOptions('shapefileZip()', given, shapefileFilesChecks)
  const writer = new ShapefileWriter(layer, options)
  try {
    for await (const batch of layer.features()) await writer.add(batch)
    const { files, layers, columns } = await writer.finish()
    const about = textFile('README.txt', readme(layers, layer.fields, columns))
    yield* zipFiles([...files, about], { signal: options.signal })
  } finally {
    await writer.close()
  }
}
