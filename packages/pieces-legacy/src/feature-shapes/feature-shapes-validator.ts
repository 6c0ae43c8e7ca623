import type { Validator } from '@piecework/core/piece'
import { GroupedRows } from '@piecework/marxan-files'
import { checkShapefile } from '../shapes/check-shapefile.js'
import { boxOf } from '../shapes/coverage/box.js'
import { anywhere, unitBoxes } from '../shapes/coverage/unit-boxes.js'
import type { GeometryChecks } from '../shapes/geometry-checks.js'
import { featureShapefile as labels } from '../shapes/labels.js'
import { placedLayer, reportUnplaced } from '../shapes/placed-layer.js'
import { reportDeleted, ShapeFindings } from '../shapes/shape-findings.js'
import { openFeatures } from './feature-attributes.js'
import { FeatureNames } from './feature-names.js'
import { specNames } from './spec-names.js'

/** Reads the whole layer: every name, every shape. */
export const featureShapesValidator = ({ checks }: { readonly checks: GeometryChecks }): Validator => ({
  validate: (context) => {
    const { entries, tx, signal, progress } = context
    return checkShapefile(
      context,
      labels,
      () => openFeatures(entries, signal),
      async (opened, findings) => {
        const shapefile = placedLayer(opened, { labels, checks, tx })
        reportUnplaced(shapefile, labels, findings)
        const names = new FeatureNames(await specNames(entries, signal), findings)
        const units = shapefile.wkt === undefined ? await unitBoxes(context, checks) : anywhere
        const shapes = new ShapeFindings({ labels, thing: 'shape', checks, tx, findings })
        const apart = new GroupedRows()
        let features = 0
        for await (const batch of shapefile.features()) {
          for (const { record, row, geometry } of batch) {
            names.add(row, record, shapefile.attributes.column)
            if ('polygons' in geometry && !units.meet(boxOf(geometry)))
              apart.add(
                record,
                record,
                () => `The shape of record ${record} (${row}) touches no planning unit`,
              )
          }
          await shapes.add(batch)
          features += batch.length
          progress(batch.at(-1)?.record ?? 0, shapefile.records)
        }
        shapes.report()
        apart.report(
          `${labels.code}-shape-apart`,
          { file: labels.role },
          (count) => `${count} shapes touch no planning unit`,
          findings,
          { ids: 'records' },
        )
        reportDeleted(features, shapefile.records, labels, findings)
      },
    )
  },
})
