import type { ImportContext, PieceCounts, PieceImporter } from '@piecework/core/piece'
import { pluralize } from '@piecework/marxan-files'
import { projectTables } from '@piecework/pieces-project'
import { uuidExpression } from '@piecework/postgres'
import type { VectorLayer } from '@piecework/vector-files'
import { featureShapefile as labels } from '../shapes/labels.js'
import { areaOf, common, cutPieces, forUnits, theseUnits } from '../shapes/overlay.js'
import { repairedGeometry } from '../shapes/repair-sql.js'
import { stageShapes } from '../shapes/stage-shapes.js'
import { assertRowCount } from '../staging/assert-row-count.js'
import { quoteCsv } from '../staging/quote-csv.js'
import { type FeatureAttributes, openFeatures } from './feature-attributes.js'

/**
 * The uploaded features: one geometry for each record, and as amounts the areas that planning units and
 * features have in common. Area where shapes of a feature overlap counts once.
 */
export const featureShapesImporter: PieceImporter = {
  import: async (context) => {
    if (!context.entries.paths.includes(labels.role)) return { rows: 0 }
    return insertFeatures(context, await openFeatures(context.entries, context.signal))
  },
}

async function insertFeatures(
  context: ImportContext,
  shapefile: VectorLayer<FeatureAttributes>,
): Promise<PieceCounts> {
  const { tx, ids, resource } = context
  const { shapes, skipped } = await stageShapes(context, labels, shapefile, { name: 'text' }, ({ row }) =>
    quoteCsv(row),
  )
  // The keys of features of spec.dat are numbers.
  const featureId = uuidExpression(ids.key('features'), `'shapes of ' || name`)
  await tx.query(
    `INSERT INTO ${projectTables.features} (id, project_id, name, is_legacy, source)
     SELECT ${featureId}, $1::uuid, name, false, 'legacy_import' FROM (SELECT DISTINCT name FROM legacy_shapes) AS names`,
    [resource.id],
  )
  const { rowCount } = await tx.query(
    `INSERT INTO ${projectTables.feature_geometries} (id, feature_id, geom)
     SELECT ${uuidExpression(ids.key('feature_geometries'), `'record ' || record`)}, ${featureId}, geom
     FROM (SELECT record, name, ${repairedGeometry('geom')} AS geom FROM legacy_shapes OFFSET 0) AS repaired
     WHERE NOT ST_IsEmpty(geom)`,
  )
  assertRowCount(labels.subject, shapes, rowCount)
  await cutPieces(
    tx,
    ['feature_id'],
    `SELECT shape.feature_id, shape.geom FROM ${projectTables.feature_geometries} AS shape
     JOIN ${projectTables.features} AS feature ON feature.id = shape.feature_id
     WHERE feature.project_id = $1::uuid AND NOT feature.is_legacy`,
    [resource.id],
  )
  await forUnits(
    context,
    resource.id,
    `INSERT INTO ${projectTables.feature_amounts} (feature_id, planning_unit_id, amount)
     SELECT found.feature_id, unit.id, found.amount
     FROM ${projectTables.planning_units} AS unit CROSS JOIN LATERAL (
       SELECT piece.feature_id, ${areaOf(`ST_Union(${common})`)} AS amount
       FROM legacy_pieces AS piece WHERE ST_Intersects(piece.geom, unit.geom)
       GROUP BY piece.feature_id
     ) AS found
     WHERE ${theseUnits} AND found.amount > 0`,
  )
  await tx.query(
    `UPDATE ${projectTables.features} AS feature SET amount_min = amounts.min, amount_max = amounts.max
     FROM (SELECT feature_id, min(amount), max(amount) FROM ${projectTables.feature_amounts}
           JOIN ${projectTables.features} ON id = feature_id WHERE project_id = $1::uuid AND NOT is_legacy GROUP BY feature_id) AS amounts
     WHERE feature.id = amounts.feature_id`,
    [resource.id],
  )
  await reportOutsideGrid(context)
  return { rows: shapes, skipped }
}

async function reportOutsideGrid({ tx, resource, finding }: ImportContext): Promise<void> {
  const { rows } = await tx.query<{ count: number; first: readonly string[] }>(
    `SELECT count(*)::integer AS count, (array_agg(name ORDER BY name))[1:10] AS first FROM ${projectTables.features}
     WHERE project_id = $1::uuid AND NOT is_legacy AND amount_max IS NULL`,
    [resource.id],
  )
  const { count = 0, first = [] } = rows[0] ?? {}
  if (count === 0) return
  const message = `${pluralize(count, 'feature', 'features')} of ${labels.what} ${count === 1 ? 'lies' : 'lie'} outside of the planning grid: ${first.join(', ')}${count > 10 ? ' and more' : ''}`
  finding(labels.finding('warning', 'apart', message, { count }))
}
