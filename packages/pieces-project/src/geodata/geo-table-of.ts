import { csvRows, type Queryable, type Transaction } from '@piecework/core/piece'
import type { Field, GeoRow, GeoTable } from '@piecework/vector-files'
import { type ReadGeometry, readWkb } from '@piecework/vector-files'
import type { GeoSource } from './geo-source.js'

export interface MeasuredTable extends GeoTable {
  readonly count: number
  /** By name of the field: values of more bytes than `longTextBytes`. */
  readonly longTexts: ReadonlyMap<string, number>
  /** Geometries of the last reading that have a coordinate that is not finite, and are null for that. */
  unreadable(): number
}

/** Asks how many rows there are and how wide their values, and reads them by COPY; all in the transaction's snapshot. */
export async function geoTableOf(
  tx: Transaction,
  source: GeoSource,
  longTextBytes: number,
): Promise<MeasuredTable> {
  const { count, fields, longTexts } = await measured(tx, source, longTextBytes)
  const select = rowsSelect(source)
  let unreadable = 0
  const read = (wkb: string): ReadGeometry => {
    const one = readWkb(Buffer.from(wkb.slice(2), 'hex'))
    if (!one.finite) unreadable++
    return one
  }
  return {
    name: source.name,
    polygonal: source.polygonal,
    fields,
    count,
    longTexts,
    unreadable: () => unreadable,
    rows: () => {
      unreadable = 0
      return rowsOf(tx.copyOut(select), source.columns.length, read)
    },
  }
}

async function measured(db: Queryable, source: GeoSource, longTextBytes: number) {
  const aggregates = source.columns.flatMap(({ type, sql }, at) => [
    ...(type === 'integer' || type === 'text' ? [`max(octet_length((${sql})::text)) AS w${at}`] : []),
    ...(type === 'text' ? [`count(*) FILTER (WHERE octet_length(${sql}) > ${longTextBytes}) AS l${at}`] : []),
  ])
  const { rows } = await db.query<Record<string, unknown>>(
    `SELECT ${['count(*) AS count', ...aggregates].join(', ')} FROM ${source.from}`,
  )
  const answer = rows[0] ?? {}
  const fields: Field[] = source.columns.map(({ name, type }, at) => {
    return { name, type, width: Number(answer[`w${at}`] ?? 0) }
  })
  const longTexts = source.columns
    .map(({ name }, at) => [name, Number(answer[`l${at}`] ?? 0)] as const)
    .filter(([, values]) => values > 0)
  return { count: Number(answer.count), fields, longTexts: new Map(longTexts) }
}

/** OFFSET 0 keeps the sort below the conversion, so that what is sorted is small. */
function rowsSelect({ columns, geometry, from, orderBy }: GeoSource): string {
  const values = columns.map(({ sql }, at) => `${sql} AS c${at}`)
  return `SELECT ${columns.map((_, at) => `c${at}, `).join('')}ST_AsBinary(ST_Force2D(ST_CurveToLine(g)), 'NDR') AS g
    FROM (SELECT ${[...values, `${geometry} AS g`].join(', ')} FROM ${from} ORDER BY ${orderBy} OFFSET 0) AS rows`
}

async function* rowsOf(
  csv: AsyncIterable<Uint8Array>,
  columns: number,
  read: (wkb: string) => ReadGeometry,
): AsyncGenerator<readonly GeoRow[]> {
  const names = Array.from({ length: columns }, (_, at) => `c${at}`)
  for await (const batch of csvRows(csv)) {
    yield batch.map((row) => ({
      values: names.map((name) => row[name] ?? null),
      geometry: row.g ? read(row.g).geometry : null,
    }))
  }
}
