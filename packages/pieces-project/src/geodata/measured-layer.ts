import { csvRows, type Queryable, type Transaction } from '@piecework/core/piece'
import {
  type OutputFeature,
  type OutputField,
  type OutputLayer,
  type ReadGeometry,
  readWkb,
} from '@piecework/vector-files'
import type { LayerQuery } from './layer-query.js'

export interface MeasuredLayer extends OutputLayer {
  /** Number of features. */
  readonly count: number
  /** Number of values of more than `longTextBytes`, by name of the field. */
  readonly longTexts: ReadonlyMap<string, number>
  /** Geometries of the last reading that are null because a coordinate is not finite. */
  unreadable(): number
}

/**
 * Counts the rows of a query, measures their values, and reads them by COPY, all in the snapshot of the
 * transaction.
 */
export async function measuredLayer(
  tx: Transaction,
  query: LayerQuery,
  longTextBytes: number,
): Promise<MeasuredLayer> {
  const { count, fields, longTexts } = await measure(tx, query, longTextBytes)
  const select = featuresSql(query)
  let unreadable = 0
  const read = (wkb: string): ReadGeometry => {
    const one = readWkb(Buffer.from(wkb.slice(2), 'hex'))
    if (!one.finite) unreadable++
    return one
  }
  return {
    name: query.name,
    polygonal: query.polygonal,
    fields,
    count,
    longTexts,
    unreadable: () => unreadable,
    features: () => {
      unreadable = 0
      return featuresOf(tx.copyOut(select), query.columns.length, read)
    },
  }
}

async function measure(db: Queryable, query: LayerQuery, longTextBytes: number) {
  const aggregates = query.columns.flatMap(({ type, sql }, at) => [
    ...(type === 'integer' || type === 'text' ? [`max(octet_length((${sql})::text)) AS w${at}`] : []),
    ...(type === 'text' ? [`count(*) FILTER (WHERE octet_length(${sql}) > ${longTextBytes}) AS l${at}`] : []),
  ])
  const { rows } = await db.query<Record<string, unknown>>(
    `SELECT ${['count(*) AS count', ...aggregates].join(', ')} FROM ${query.from}`,
  )
  const measured = rows[0] ?? {}
  const fields: OutputField[] = query.columns.map(({ name, type }, at) => {
    return { name, type, width: Number(measured[`w${at}`] ?? 0) }
  })
  const longTexts = query.columns
    .map(({ name }, at) => [name, Number(measured[`l${at}`] ?? 0)] as const)
    .filter(([, values]) => values > 0)
  return { count: Number(measured.count), fields, longTexts: new Map(longTexts) }
}

/** OFFSET 0 keeps the sort below the conversion, so that small values are sorted. */
function featuresSql({ columns, geometry, from, orderBy }: LayerQuery): string {
  const values = columns.map(({ sql }, at) => `${sql} AS c${at}`)
  return `SELECT ${columns.map((_, at) => `c${at}, `).join('')}ST_AsBinary(ST_Force2D(ST_CurveToLine(g)), 'NDR') AS g
    FROM (SELECT ${[...values, `${geometry} AS g`].join(', ')} FROM ${from} ORDER BY ${orderBy} OFFSET 0) AS rows`
}

async function* featuresOf(
  csv: AsyncIterable<Uint8Array>,
  columns: number,
  read: (wkb: string) => ReadGeometry,
): AsyncGenerator<readonly OutputFeature[]> {
  const names = Array.from({ length: columns }, (_, at) => `c${at}`)
  for await (const batch of csvRows(csv)) {
    yield batch.map((row) => ({
      values: names.map((name) => row[name] ?? null),
      geometry: row.g ? read(row.g).geometry : null,
    }))
  }
}
