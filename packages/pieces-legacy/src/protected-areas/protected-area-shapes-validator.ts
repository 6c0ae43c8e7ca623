import type { Validator } from '@piecework/core/piece'
import { checkShapefile } from '../shapes/check-shapefile.js'
import type { GeometryChecks } from '../shapes/geometry-checks.js'
import { protectedAreaShapefile as labels } from '../shapes/labels.js'
import { placedLayer, reportUnplaced } from '../shapes/placed-layer.js'
import { reportDeleted, ShapeFindings } from '../shapes/shape-findings.js'
import { openProtectedAreas } from './protected-area-attributes.js'

/** Reads the whole layer. */
export const protectedAreaShapesValidator = ({ checks }: { readonly checks: GeometryChecks }): Validator => ({
  validate: (context) => {
    const { entries, tx, signal, progress } = context
    return checkShapefile(
      context,
      labels,
      () => openProtectedAreas(entries, signal),
      async (opened, findings) => {
        const shapefile = placedLayer(opened, { labels, checks, tx })
        reportUnplaced(shapefile, labels, findings)
        const shapes = new ShapeFindings({ labels, thing: 'shape', checks, tx, findings })
        let features = 0
        for await (const batch of shapefile.features()) {
          await shapes.add(batch)
          features += batch.length
          progress(batch.at(-1)?.record ?? 0, shapefile.records)
        }
        shapes.report()
        reportDeleted(features, shapefile.records, labels, findings)
      },
    )
  },
})
