import { check, type FindingCollector, type OptionChecks, required } from '@piecework/core/piece'
import { feed } from '../records/feed.js'
import { RecordReader } from '../records/record-reader.js'
import type { Batch, Columns } from './columns.js'
import type { TableLayout } from './layout.js'
import { TableRows } from './table-rows.js'

export interface ReadOptions {
  /** Name of the file in findings. */
  readonly file: string
  readonly findings: FindingCollector
  readonly signal?: AbortSignal
}

/** `file`: default is the role of the file. */
export type ReadTableOptions = Omit<ReadOptions, 'file'> & { readonly file?: string }

export const readTableChecks: OptionChecks<ReadTableOptions> = {
  file: check.text,
  findings: required(check.having<FindingCollector>('a FindingCollector', 'error', 'warning')),
  signal: check.signal,
}

/**
 * Reads a .dat table in batches of rows without holding more of it than one record and one batch. Never throws because of what the
 * file holds: everything that is wrong becomes a finding, and rows with an error are left out.
 * @see Marxan User Manual 5.3
 */
export async function* readTable<C extends Columns>(
  source: AsyncIterable<Uint8Array>,
  layout: TableLayout<C>,
  { file, findings, signal }: ReadOptions,
): AsyncIterable<Batch<C>> {
  const rows = new TableRows(layout, file, findings)
  const reader = new RecordReader(file, rows, findings)
  for await (const _ of feed(reader, source, signal)) while (isFull(rows, reader)) yield rows.take()
  rows.close()
  if (reader.stopped) return
  layout.end?.()
  if (rows.count > 0) yield rows.take()
}

/**
 * Adds records until a batch is full; false if more bytes are needed. A function of its own: V8 compiles a loop
 * of a generator anew after each `yield`.
 */
function isFull<C extends Columns>(rows: TableRows<C>, reader: RecordReader): boolean {
  while (reader.next()) if (rows.add(reader.record)) return true
  return false
}
