import type { Queryable } from '@piecework/core/piece'
import { uuidLiteral } from '@piecework/postgres'
import type { FieldType } from '@piecework/vector-files'
import { maxProperties } from '../defaults.js'
import { projectTables } from '../project-tables.js'
import type { LayerQuery, QueryColumn } from './layer-query.js'

const ownColumns: readonly QueryColumn[] = [
  { name: 'name', type: 'text', sql: 'f.name' },
  { name: 'alias', type: 'text', sql: 'f.alias' },
  { name: 'description', type: 'text', sql: 'f.description' },
  { name: 'tag', type: 'text', sql: 'f.tag' },
  { name: 'is_legacy', type: 'boolean', sql: 'f.is_legacy' },
  { name: 'source', type: 'text', sql: 'f.source' },
  { name: 'amount_min', type: 'double', sql: 'f.amount_min' },
  { name: 'amount_max', type: 'double', sql: 'f.amount_max' },
]

/**
 * One row for each geometry of the project's own features, and one for each feature without geometry. The
 * properties of geometries are columns; `truncated` if there are too many.
 */
export async function featuresQuery(
  db: Queryable,
  projectId: string,
): Promise<LayerQuery & { readonly truncated: boolean }> {
  const project = uuidLiteral(projectId)
  const keys = await propertyTypes(db, project)
  const names = new Set(ownColumns.map(({ name }) => name))
  const properties = keys.slice(0, maxProperties).map(({ key, type }): QueryColumn => {
    let name = key
    while (names.has(name)) name = `properties.${name}`
    names.add(name)
    return { name, type, sql: propertySql(key, type) }
  })
  return {
    name: 'features',
    polygonal: false,
    columns: [...ownColumns, ...properties],
    geometry: 'g.geom',
    from: `${projectTables.features} AS f LEFT JOIN ${projectTables.feature_geometries} AS g ON g.feature_id = f.id
      WHERE f.project_id = ${project}`,
    orderBy: 'f.name COLLATE "C", g.geom, g.properties::text COLLATE "C"',
    truncated: keys.length > maxProperties,
  }
}

/** The keys of all properties in byte order, each with a type for all its values. */
async function propertyTypes(
  db: Queryable,
  project: string,
): Promise<readonly { readonly key: string; readonly type: FieldType }[]> {
  // Numerics outside of these bounds may not fit into a double.
  const { rows } = await db.query<{ key: string; type: FieldType }>(
    `SELECT key, CASE
         WHEN bool_and(kind = 'boolean') THEN 'boolean'
         WHEN bool_and(kind = 'number' AND value ~ '^-?[0-9]{1,15}$') THEN 'integer'
         WHEN bool_and(kind = 'number' AND CASE WHEN kind = 'number' THEN
           value::numeric = 0 OR abs(value::numeric) BETWEEN 1e-300 AND 1e300 END) THEN 'double'
         WHEN bool_and(kind = 'string' AND value ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'
           AND jsonb_path_exists(json, '$.datetime("YYYY-MM-DD")', silent => true)) THEN 'date'
         ELSE 'text' END AS type
     FROM (
       SELECT p.key, p.value AS json, p.value #>> '{}' AS value, nullif(jsonb_typeof(p.value), 'null') AS kind
       FROM ${projectTables.features} AS f JOIN ${projectTables.feature_geometries} AS g ON g.feature_id = f.id,
         jsonb_each(CASE WHEN jsonb_typeof(g.properties) = 'object' THEN g.properties END) AS p
       WHERE f.project_id = ${project}
     ) AS properties
     GROUP BY key ORDER BY key COLLATE "C" LIMIT ${maxProperties + 1}`,
  )
  return rows
}

/** The key is spliced into SQL as hexadecimal digits, since it may hold anything. */
function propertySql(key: string, type: FieldType): string {
  const value = `(g.properties ->> convert_from(decode('${Buffer.from(key).toString('hex')}', 'hex'), 'UTF8'))`
  if (type === 'text') return value
  const cast = { integer: 'bigint', double: 'double precision', boolean: 'boolean', date: 'date' }[type]
  return `${value}::${cast}`
}
