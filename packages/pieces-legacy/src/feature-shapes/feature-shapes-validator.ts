import type { Validator } from '@piecework/core/piece'
import { checkShapefile } from '../shapes/check-shapefile.js'
import { boxOfShape } from '../shapes/coverage/rings.js'
import { unitBoxes } from '../shapes/coverage/unit-boxes.js'
import { featureShapefile as words } from '../shapes/labels.js'
import { tellDeleted, tellShapes } from '../shapes/shape-findings.js'
import { openFeatures } from './feature-attributes.js'
import { FeatureNames, specNames } from './feature-names.js'

/** Reads the whole layer: every name, every shape. */
export const featureShapesValidator: Validator = {
  validate: (context) => {
    const { entries, tx, signal, progress } = context
    return checkShapefile(
      context,
      words,
      () => openFeatures(entries, signal),
      async (shapefile, findings) => {
        const names = new FeatureNames(await specNames(entries, signal), findings)
        const units = await unitBoxes(entries, signal)
        let features = 0
        for await (const batch of shapefile.features()) {
          for (const { record, row, geometry } of batch) {
            names.add(row, record, shapefile.attributes.column)
            if ('polygons' in geometry && !units.meet(boxOfShape(geometry)))
              findings.warning(`${words.code}-shape-apart`, { file: words.role, line: record }, () => ({
                message: `The shape of record ${record} (${row}) touches no planning unit`,
              }))
          }
          await tellShapes(batch, words, 'shape', tx, findings)
          features += batch.length
          progress(batch.at(-1)?.record ?? 0, shapefile.records)
        }
        tellDeleted(features, shapefile.records, words, findings)
      },
    )
  },
}
