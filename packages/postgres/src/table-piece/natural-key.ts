import { type Ids, PieceworkError, type ResourceRef } from '@piecework/core/piece'
import { quoteIdent } from '../database/quote-ident.js'
import type { Column } from './catalogue.js'
import { Joins } from './joins.js'
import { resourceLiteral } from './resource-literal.js'
import type { RowSource } from './row-source.js'
import { tableKey } from './table-name.js'
import type { Target } from './table-plan.js'

/** Whether the target's keys travel as they are, so that a row of another resource may have the old one here. */
export const isNatural = ({ name }: Pick<Target, 'name'>, ids: Pick<Ids, 'form' | 'drawn'>) =>
  ids.form(name) === 'natural' && ids.drawn(name) === undefined

interface NaturalKeyContext {
  readonly source: ResourceRef
  readonly resource: ResourceRef
  /** Rows that are inserted by the same statement. */
  readonly together: ReadonlyMap<string, { readonly source: RowSource }>
}

/** SQL of a natural key; NULL unless it is that of a row of the job's resource, or of one that is inserted with it. */
export function naturalKey(
  target: Target,
  id: string,
  { source, resource, together }: NaturalKeyContext,
): string {
  const { ownedBy, of, key, table } = target
  const isOwned = ownedBy !== undefined && (of === undefined || of === source.kind)
  // Shared rows are found by their stable keys.
  if (!isOwned && target.shared) return `NULL::${target.keyColumn.type}`
  if (!isOwned) throw ofUnknownOwner(target)
  const rows = new Joins(table)
  const path = ownedBy.path.map(({ column, to }) =>
    to ? { column, to: { ...to, where: undefined } } : { column },
  )
  const owner = rows.column(path, 'JOIN')
  const literal = resourceLiteral(path.at(-1)?.column as Column, resource.id)
  // The rows have names of their own inside, because the id may be a column of a row that is called the same.
  const own = `(SELECT t.${quoteIdent(key)} AS k FROM ${rows.sql} WHERE ${owner} = ${literal})`
  const conditions = [`EXISTS (SELECT FROM ${own} own_row WHERE own_row.k = ${id})`]
  const filled = together.get(tableKey(table))
  const inserted = filled?.source.column(key)
  if (filled && inserted !== undefined)
    conditions.push(`${id} IN (SELECT ${inserted} FROM ${filled.source.from} WHERE ${filled.source.where})`)
  return `CASE WHEN ${conditions.join(' OR ')} THEN ${id} END`
}

/** Why a row of the job could not be told from another. */
export const unknownOwner = (column: string, { table, key }: Pick<Target, 'table' | 'key'>): string =>
  `${column} leads to natural keys of "${table.name}"."${key}", and it is not known by which column a row of "${table.name}" leads to the resource: declare both tables in one piece, or declare the rows as "shared"`

function ofUnknownOwner(target: Target): PieceworkError {
  return new PieceworkError('registry-invalid', `${unknownOwner('A reference', target)}.`, {
    facts: { table: target.table.name, column: target.key },
  })
}
