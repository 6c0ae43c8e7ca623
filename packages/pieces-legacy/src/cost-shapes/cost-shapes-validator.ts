import type { FindingCollector, Validator } from '@piecework/core/piece'
import { metadataFix } from '@piecework/marxan-files'
import type { GridIds } from '../planning-grid/for-each-grid-id.js'
import { checkShapefile } from '../shapes/check-shapefile.js'
import type { GeometryChecks } from '../shapes/geometry-checks.js'
import { costShapefile as labels } from '../shapes/labels.js'
import { nameKey } from '../shapes/name-key.js'
import { defaultCostSurface } from '../units/default-cost-surface.js'
import { checkCostIds } from './check-cost-ids.js'
import { checkCostShapes } from './check-cost-shapes.js'
import { openCosts } from './cost-attributes.js'
import { costSurfaceName } from './cost-surface-name.js'

export interface CostShapesOptions {
  readonly gridIds: GridIds
  readonly checks: GeometryChecks
}

/** Reads the whole layer: every cost, every shape or id, and whether each planning unit gets a cost. */
export function costShapesValidator({ gridIds, checks }: CostShapesOptions): Validator {
  return {
    validate: (context) =>
      checkShapefile(
        context,
        labels,
        () => openCosts(context.entries, context.signal),
        async (shapefile, findings) => {
          reportTakenName(costSurfaceName(context.entries, shapefile.name), findings)
          if (shapefile.attributes.idColumn === undefined)
            await checkCostShapes(context, shapefile, checks, findings)
          else await checkCostIds(context, shapefile, shapefile.attributes.idColumn, gridIds, findings)
        },
      ),
  }
}

function reportTakenName(name: string, findings: FindingCollector): void {
  if (nameKey(name) === nameKey(defaultCostSurface.name))
    findings.error(`${labels.code}-name-taken`, { file: labels.role }, () => ({
      message: `The cost surface ${JSON.stringify(name)} would have the name of the one that pu.dat makes`,
      ...metadataFix(labels.role, 'name', { byHand: 'Give the files of the shapefile another name' }),
    }))
}
