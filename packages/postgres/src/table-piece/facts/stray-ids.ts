import type { Column, Table } from '../catalogue.js'
import { holdsDocuments } from '../document-sql.js'
import { containerOf, type TablePlan } from '../table-plan.js'
import type { IdsInside, Problem } from './problem.js'
import type { Place } from './undeclared-ids.js'

/** Ids of rows of `to` that travel as they are, because the declaration does not name the places. */
export function strayIds(plan: TablePlan, column: Column, to: Table, places: readonly Place[]): Problem {
  const { table } = plan.spec
  const paths = [...new Set(places.flatMap(({ path }) => (path === undefined ? [] : [`"${path}"`])))]
  const at =
    paths.length > 0 ? ` at ${paths.slice(0, 3).join(', ')}${paths.length > 3 ? ' and elsewhere' : ''}` : ''
  const missed = containerOf(plan, column.name)?.form === 'text' ? ' that no pattern finds' : at
  const ids = idsInside(plan, column, to, places)
  return {
    severity: 'warning',
    code: 'tables/ids-in-values',
    table,
    column: column.name,
    text: `values of column "${column.name}" of table "${table}" hold ids of rows of "${to.name}"${missed}, and these travel as they are`,
    hint: hintOf(plan, column, ids),
    ...(ids && { ids }),
  }
}

function hintOf(plan: TablePlan, column: Column, ids: IdsInside | undefined): string {
  const declare = whatToDeclare(plan, column, ids)
  const declared = containerOf(plan, column.name) !== undefined
  const accept = declared
    ? `write the column into "columns", too, if they may stay`
    : `put the column into "columns", "set" or "ignore"`
  const sentence = declare ? `${declare}, or ${accept}` : accept
  return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`
}

/** Undefined where no declaration can name the places. */
function whatToDeclare(
  plan: TablePlan,
  { name, base }: Column,
  ids: IdsInside | undefined,
): string | undefined {
  if (!holdsDocuments(base)) {
    if (containerOf(plan, name)) return 'add a pattern that finds them to "text"'
    if (base.startsWith('_')) return 'declare the column in "references"'
    return /^(?:xml|hstore)$/.test(base) ? undefined : 'declare where the ids stand ("references" or "text")'
  }
  return (
    ids && `declare where the ids stand: json: { ${name}: [{ path: '${ids.path}', table: '${ids.table}' }] }`
  )
}

/** Undefined where no path leads to them. */
function idsInside(
  { table }: TablePlan,
  { base }: Column,
  to: Table,
  places: readonly Place[],
): IdsInside | undefined {
  if (!holdsDocuments(base)) return undefined
  // Only jsonb can have ids as names of members, and a path leads to whole strings.
  const place = places.find(
    ({ path, alone }) => alone && path !== undefined && (base.endsWith('jsonb') || !path.endsWith('{}')),
  )
  if (place?.path === undefined) return undefined
  const referenced = to.schema === table.schema ? to.name : `${to.schema}.${to.name}`
  return { path: place.path, table: referenced }
}
