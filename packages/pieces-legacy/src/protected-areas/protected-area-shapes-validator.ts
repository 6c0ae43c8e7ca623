import type { Validator } from '@piecework/core/piece'
import { checkShapefile } from '../shapes/check-shapefile.js'
import { protectedAreaShapefile as words } from '../shapes/labels.js'
import { tellDeleted, tellShapes } from '../shapes/shape-findings.js'
import { openProtectedAreas } from './protected-area-attributes.js'

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
