import { createHash } from 'node:crypto'
import { check, checkArgument, contractCheck, required } from '@piecework/core/store'
import { quoteIdent } from '../database/quote-ident.js'
import { refuseHeldSql } from './refuse-held-sql.js'

/** One resource on the way from the root to the one that a row belongs to. */
export interface GuardedSegment {
  /** Kind of the resource. */
  readonly kind: string
  /** Column of the row that holds its id, of type uuid, integer or text. */
  readonly column?: string
  /**
   * Instead of a column, SQL of the id, with `$row` for the row and all names qualified: `(SELECT s.project_id
   * FROM public.scenarios s WHERE s.id = $row.scenario_id)`. Written by the host, never made from input.
   */
  readonly sql?: string
}

export interface GuardedTable {
  readonly table: string
  /** Default `public`. */
  readonly schema?: string
  /** Resources that the rows belong to, root first. */
  readonly path: readonly GuardedSegment[]
}

const tableCheck = contractCheck<GuardedTable>({
  table: required(check.text),
  schema: check.text,
  path: required(
    check.list(
      contractCheck<GuardedSegment>({ kind: required(check.text), column: check.text, sql: check.text }),
    ),
  ),
})

/**
 * DDL of triggers that refuse to insert, update and delete rows of a resource while another holds a claim on
 * it, for writers that do not ask the guard. For a migration of the host, after those of the store; may run
 * again. Transactions of Piecework pass, and those that name their own claim's holder: `SET LOCAL
 * piecework.holder = 'run-1'`. The others must be READ COMMITTED, and keep claims of the root waiting until
 * they end. A refused statement has the SQLSTATE 55006.
 */
export function guardTriggers(tables: readonly GuardedTable[]): string {
  const given = checkArgument('guardTriggers()', 'tables', tables, check.list(tableCheck))
  return [refuseHeldSql, ...given.map(triggersSql)].join('\n')
}

function triggersSql({ schema = 'public', table, path }: GuardedTable): string {
  const target = `${quoteIdent(schema)}.${quoteIdent(table)}`
  const run = `${quoteIdent(schema)}.${quoteIdent(functionName(table))}`
  const paths = (rows: string): string => `SELECT ${pathSql(path)} FROM ${rows} AS piecework_row`
  const taken = (select: string): string => `paths := ARRAY(${select});`
  const trigger = (event: string, referencing: string): string => {
    const name = quoteIdent(`piecework_guard_${event.toLowerCase()}`)
    return `DROP TRIGGER IF EXISTS ${name} ON ${target};
CREATE TRIGGER ${name} AFTER ${event} ON ${target} REFERENCING ${referencing} FOR EACH STATEMENT EXECUTE FUNCTION ${run}();`
  }
  return `
CREATE OR REPLACE FUNCTION ${run}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $piecework_guard$
DECLARE paths text[];
BEGIN
  IF TG_OP = 'INSERT' THEN ${taken(paths('new_rows'))}
  ELSIF TG_OP = 'DELETE' THEN ${taken(paths('old_rows'))}
  ELSE ${taken(`${paths('new_rows')} UNION ${paths('old_rows')}`)}
  END IF;
  PERFORM piecework.refuse_held(paths);
  RETURN NULL;
END $piecework_guard$;
${trigger('INSERT', 'NEW TABLE AS new_rows')}
${trigger('UPDATE', 'OLD TABLE AS old_rows NEW TABLE AS new_rows')}
${trigger('DELETE', 'OLD TABLE AS old_rows')}`
}

/** SQL of the resource's path; NULL for a row that belongs to none. */
function pathSql(path: readonly GuardedSegment[]): string {
  const segments = path.map(({ kind, column, sql }) => {
    const id =
      sql === undefined
        ? `piecework_row.${quoteIdent(column ?? 'id')}`
        : `(${sql.replaceAll('$row', () => 'piecework_row')})`
    const name = `${encodeURIComponent(kind)}:`.replaceAll("'", "''")
    return `'${name}' || piecework.path_id((${id})::text)`
  })
  return segments.join(` || '/' || `)
}

/** Short enough for every name of a table. */
function functionName(table: string): string {
  const hash = createHash('sha256').update(table).digest('hex').slice(0, 8)
  return `piecework_guard_${table.replace(/[^A-Za-z0-9_]/g, '_').slice(0, 36)}_${hash}`
}
