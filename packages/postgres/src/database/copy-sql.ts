import type { CopyTarget } from '@piecework/core/store'
import { quoteIdent } from './quote-ident.js'

/** `source`: `STDIN` or a quoted file name. */
export const copyInSql = (target: CopyTarget, source: string): string =>
  `COPY ${target.table} (${target.columns.map(quoteIdent).join(', ')}) FROM ${source} WITH (${copyInOptions(target)})`

const copyInOptions = ({ format = 'csv' }: CopyTarget): string =>
  format === 'binary' ? 'FORMAT binary' : `FORMAT csv, HEADER false, ENCODING 'UTF8'`

export const copyOutSql = (select: string): string =>
  `COPY (${select}) TO STDOUT WITH (FORMAT csv, HEADER true, ENCODING 'UTF8')`
