import type { Queryable } from '@piecework/core/piece'
import { tableName } from '../joins.js'
import type { TablePlan } from '../table-plan.js'

/** Columns of each unique index of the table, those inside of expressions and conditions too. */
export async function uniqueColumns(
  tx: Queryable,
  { table }: Pick<TablePlan, 'table'>,
): Promise<readonly (readonly string[])[]> {
  const { rows } = await tx.query<{ names: string[] }>(
    `SELECT (SELECT json_agg(a.attname) FROM pg_catalog.pg_attribute a
        WHERE a.attrelid = i.indrelid AND a.attnum > 0 AND (a.attnum = ANY (i.indkey::int2[])
          OR EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = i.indexrelid
            AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = i.indrelid AND d.refobjsubid = a.attnum))) AS names
     FROM pg_catalog.pg_index i
     WHERE i.indrelid = $1::text::regclass AND i.indisunique AND NOT i.indisprimary ORDER BY i.indexrelid`,
    [tableName(table)],
  )
  return rows.map(({ names }) => names)
}
