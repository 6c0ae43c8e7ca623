import type { Validator } from '@piecework/core'
import { tellDeleted, tellShapes } from '../shapefile/shape-findings.js'
import { checkShapefile } from './check-shapefile.js'
import { openProtectedAreas } from './protected-area-attributes.js'
import { protectedAreaShapefile as words } from './words.js'

/** Reads the whole layer. */
export const protectedAreaShapesValidator: Validator = {
  validate: (context) => {
    const { entries, tx, signal, progress } = context
    return checkShapefile(
      context,
      words,
      () => openProtectedAreas(entries, signal),
      async (shapefile, findings) => {
        let features = 0
        for await (const batch of shapefile.features()) {
          await tellShapes(batch, words, 'shape', tx, findings)
          features += batch.length
          progress(batch.at(-1)?.record ?? 0, shapefile.records)
        }
        tellDeleted(features, shapefile.records, words, findings)
      },
    )
  },
}
