import type { PieceImporter } from '@piecework/core/piece'
import { projectTables } from '@piecework/pieces-project'
import { uuidExpression } from '@piecework/postgres'
import { protectedAreaShapefile as labels } from '../shapes/labels.js'
import { repairedGeometry } from '../shapes/repair-sql.js'
import { stageShapes } from '../shapes/stage-shapes.js'
import { assertRowCount } from '../staging/assert-row-count.js'
import { quoteCsv } from '../staging/quote-csv.js'
import { openProtectedAreas } from './protected-area-attributes.js'

const columns = ['name', 'iucn_category', 'wdpa_id', 'status', 'designation'] as const

/** Each record becomes a protected area of the project. */
export const protectedAreaShapesImporter: PieceImporter = {
  import: async (context) => {
    const { tx, ids, resource, entries, signal } = context
    if (!entries.paths.includes(labels.role)) return { rows: 0 }
    const shapefile = await openProtectedAreas(entries, signal)
    const { shapes, skipped } = await stageShapes(
      context,
      labels,
      shapefile,
      Object.fromEntries(columns.map((column) => [column, 'text'])),
      ({ row }) => columns.map((column) => (row[column] === '' ? '' : quoteCsv(row[column]))).join(','),
    )
    const { rowCount } = await tx.query(
      `INSERT INTO ${projectTables.protected_areas} (id, project_id, ${columns.join(', ')}, geom)
       SELECT ${uuidExpression(ids.key('protected_areas'), 'record')}, $1::uuid, ${columns.join(', ')}, ST_Multi(geom)
       FROM (SELECT record, ${columns.join(', ')}, ${repairedGeometry('geom')} AS geom FROM legacy_shapes OFFSET 0) AS repaired
       WHERE NOT ST_IsEmpty(geom)`,
      [resource.id],
    )
    assertRowCount(labels.subject, shapes, rowCount)
    return { rows: rowCount, skipped }
  },
}
