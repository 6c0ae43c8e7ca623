import type { Queryable } from '@piecework/core/piece'
import type { TablePlan } from '../table-plan.js'

interface UniqueFact {
  readonly name: string
  /** Plain columns of the key; expressions have none. */
  readonly columns: readonly string[]
  /** An EXCLUDE constraint. */
  readonly exclusion: boolean
  readonly primary: boolean
}

/** What the catalogue says of a table that matters once, at the start. */
export interface StartFacts {
  /** Columns that the role may not read, or not write. */
  readonly unreadable: readonly string[]
  readonly unwritable: readonly string[]
  readonly unique: readonly UniqueFact[]
  /** By column: the INCREMENT of its sequence, when that is not 1. */
  readonly increments: Readonly<Record<string, number>>
}

/** In the order of the plans. */
export async function readStartFacts(
  db: Queryable,
  plans: readonly Pick<TablePlan, 'table' | 'ownRow'>[],
): Promise<readonly StartFacts[]> {
  const { rows } = await db.query<{ facts: StartFacts }>(query, [
    plans.map(({ table }) => table.schema),
    plans.map(({ table }) => table.name),
    plans.map(({ ownRow }) => (ownRow ? 'UPDATE' : 'INSERT')),
  ])
  return rows.map(({ facts }) => facts)
}

const columnsWithout = (privilege: string): string => `
  SELECT coalesce(json_agg(a.attname ORDER BY a.attnum), '[]') FROM pg_catalog.pg_attribute a
  WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    AND NOT pg_catalog.has_column_privilege(c.oid, a.attnum, ${privilege})`

const unique = `
  SELECT coalesce(json_agg(json_build_object('name', x.relname, 'exclusion', i.indisexclusion, 'primary', i.indisprimary,
    'columns', (SELECT coalesce(json_agg(a.attname ORDER BY u.i), '[]')
      FROM unnest(i.indkey::int2[]) WITH ORDINALITY u(n, i)
      JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.n WHERE u.i <= i.indnkeyatts)
    ) ORDER BY x.relname), '[]')
  FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
  WHERE i.indrelid = c.oid AND (i.indisunique OR i.indisexclusion) AND i.indislive`

/** By the default, or as an identity. */
const increments = `
  SELECT coalesce(json_object_agg(a.attname, q.seqincrement), '{}')
  FROM pg_catalog.pg_attribute a
  LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  JOIN pg_catalog.pg_depend p ON
    (p.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass AND p.objid = d.oid AND p.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass)
    OR (p.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND p.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
      AND p.refobjid = a.attrelid AND p.refobjsubid = a.attnum AND p.deptype = 'i')
  JOIN pg_catalog.pg_sequence q ON q.seqrelid IN (p.refobjid, p.objid)
  WHERE a.attrelid = c.oid AND a.attnum > 0 AND q.seqincrement <> 1`

const query = `
SELECT json_build_object('unreadable', (${columnsWithout(`'SELECT'`)}), 'unwritable', (${columnsWithout('w.privilege')}),
  'unique', (${unique}), 'increments', (${increments})) AS facts
FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS w(schema, name, privilege, at)
JOIN pg_catalog.pg_namespace n ON n.nspname = w.schema
JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = w.name AND c.relkind IN ('r', 'p')
ORDER BY w.at`
