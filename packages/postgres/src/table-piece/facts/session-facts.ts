import { isPieceworkError, type Queryable } from '@piecework/core/piece'
import { hostPathSql, ownPathSql } from '../../database/search-path.js'
import type { Problem } from './problem.js'

interface SessionFacts {
  readonly database: string
  readonly role: string
  readonly temporary: boolean
  /** Schemas that exist, in the order in which names are looked up. */
  readonly ownPath: readonly string[]
  readonly hostPath: readonly string[]
  /** Tables and sequences of the store that the role may not use, once the store is there. */
  readonly store: readonly string[]
}

/** What the role, the server and its settings keep pieces from. `staging`: whether one needs temporary tables. */
export async function sessionProblems(db: Queryable, staging: boolean): Promise<Problem[]> {
  const { rows } = await db.query<SessionFacts>(query)
  const [facts] = rows
  if (!facts) return []
  const { database, role, temporary, store, ownPath, hostPath } = facts
  const problems: Problem[] = []
  if (!temporary) {
    problems.push({
      severity: staging ? 'error' : 'warning',
      code: 'database/no-temporary-tables',
      text: `role "${role}" may not make temporary tables (TEMP) in database "${database}", which ${staging ? 'imports and clones need' : 'comparisons, and copies with dangling references, need'}`,
      hint: `GRANT TEMPORARY ON DATABASE "${database}" TO "${role}"`,
    })
  }
  if (store.length > 0) {
    problems.push({
      severity: 'error',
      code: 'database/no-privilege',
      text: `role "${role}" may not use ${listed(store)}`,
      hint: `GRANT USAGE ON SCHEMA piecework TO "${role}"; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA piecework TO "${role}"; GRANT USAGE ON ALL SEQUENCES IN SCHEMA piecework TO "${role}"`,
    })
  }
  if (hostPath.join() !== ownPath.join()) {
    problems.push({
      severity: 'warning',
      code: 'database/search-path',
      text: `the search path of role "${role}" is ${listed(hostPath)}, and statements of shells and of hand-written pieces, with the triggers that they set off, look names up in ${listed(ownPath)}`,
      hint: `Give the database the same: { searchPath: [${hostPath.map((name) => `'${name}'`).join(', ')}] }`,
    })
  }
  return problems
}

/** A replica begins none of the transactions in which everything else is asked. */
export async function replicaProblem(db: Queryable): Promise<Problem | undefined> {
  try {
    await db.query('SELECT 1')
    return undefined
  } catch (error) {
    if (!isPieceworkError(error, 'database') || error.facts.replica !== true) throw error
    return {
      severity: 'error',
      code: 'database/read-only',
      text: 'the database is a replica, which takes no writes',
      hint: 'Connect to the primary.',
    }
  }
}

const listed = (names: readonly string[]): string =>
  names.length === 0 ? 'nothing' : names.map((name) => `"${name}"`).join(', ')

/** The two paths are read one after the other, in the order of the columns. */
const query = `
SELECT pg_catalog.current_database() AS database, current_user AS role,
  pg_catalog.has_database_privilege(pg_catalog.current_database(), 'TEMPORARY') AS temporary,
  (SELECT coalesce(json_agg(s.name ORDER BY s.name), '[]') FROM (
     SELECT 'piecework' AS name FROM pg_catalog.pg_namespace n
     WHERE n.nspname = 'piecework' AND NOT pg_catalog.has_schema_privilege(n.oid, 'USAGE')
     UNION ALL
     SELECT 'piecework.' || c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = 'piecework' AND (
       c.relkind = 'r' AND NOT (pg_catalog.has_table_privilege(c.oid, 'SELECT') AND pg_catalog.has_table_privilege(c.oid, 'INSERT')
         AND pg_catalog.has_table_privilege(c.oid, 'UPDATE') AND pg_catalog.has_table_privilege(c.oid, 'DELETE'))
       -- That of an identity needs none.
       OR c.relkind = 'S' AND NOT pg_catalog.has_sequence_privilege(c.oid, 'USAGE')
         AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.objid = c.oid AND d.deptype = 'i'))
   ) s) AS store,
  pg_catalog.current_schemas(false)::text[] AS "ownPath", ${hostPathSql} AS "toHost",
  pg_catalog.current_schemas(false)::text[] AS "hostPath", ${ownPathSql} AS "toOwn"`
