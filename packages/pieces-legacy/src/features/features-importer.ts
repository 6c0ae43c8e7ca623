import type { ImportContext, PieceImporter } from '@piecework/core/piece'
import { pluralize } from '@piecework/marxan-files'
import { projectTables } from '@piecework/pieces-project'
import { uuidExpression } from '@piecework/postgres'
import { insertAmounts } from '../amounts/insert-amounts.js'
import { assertRowCount } from '../staging/assert-row-count.js'
import type { FeaturesOptions } from './features-options.js'
import { insertUnions } from './insert-unions.js'
import { stageSpec } from './stage-spec.js'
import { shareOf, unionParts } from './union-parts.js'

/** The features of spec.dat with the amounts of puvspr.dat. `partBytes`: of puvspr.dat, for each part that makes unions. */
export const featuresImporter = (partBytes?: number): PieceImporter<FeaturesOptions> => ({
  parts: unionParts(partBytes),
  import: async (context) => {
    const { tx, ids, resource, options, part } = context
    const share = shareOf(part)
    if (share) {
      await insertUnions(context, share)
      return { rows: 0 }
    }
    const parsed = await stageSpec(context)
    const { rowCount: features } = await tx.query(
      `INSERT INTO ${projectTables.features} (id, project_id, name, is_legacy, source)
       SELECT ${uuidExpression(ids.key('features'), 'id')}, $1::uuid, name, true, 'legacy_import' FROM legacy_spec`,
      [resource.id],
    )
    assertRowCount('spec.dat', parsed, features)
    const amounts = await insertAmounts(context)
    if (options.geometry !== 'union') reportWithoutGeometry(context, features)
    else if (!part) await insertUnions(context)
    return { rows: features + amounts.rows, skipped: amounts.skipped }
  },
})

function reportWithoutGeometry({ finding }: ImportContext<FeaturesOptions>, features: number): void {
  if (features > 0)
    finding({
      severity: 'warning',
      code: 'legacy/features-without-geometry',
      file: 'puvspr.dat',
      message: `${pluralize(features, 'feature has', 'features have')} no geometry: the import was asked to leave it out`,
      hint: 'Amounts, targets and results do not need it; maps and exported shapefiles lack these features.',
      count: features,
    })
}
