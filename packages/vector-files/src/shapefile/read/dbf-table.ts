import { buffer } from 'node:stream/consumers'
import type { ZippedFile } from '@piecework/core/archive'
import type { AttributeTable } from '../../attribute-table.js'
import type { LayerLabels } from '../../layer-labels.js'
import { dbfDeleted, dbfLive } from '../dbf-format.js'
import { brokenDbf, type DbfLayout, readDbfLayout } from './dbf-layout.js'
import { DbfRecord } from './dbf-record.js'
import type { ShapefileParts } from './parts.js'

/**
 * Opens an attribute table. Texts are decoded as the .cpg says. Throws the problem `dbf` if it is broken or
 * truncated.
 *
 * The `shapefile` package is not used for this: it takes `****` for null and deleted records for live ones,
 * and decodes every attribute of every record.
 */
export async function openDbf(
  { dbf, cpg }: Pick<ShapefileParts, 'dbf' | 'cpg'>,
  labels: LayerLabels,
): Promise<AttributeTable> {
  const encoding = cpg && (await buffer(cpg.open())).toString('latin1')
  const layout = await readDbfLayout(dbf, encoding, labels)
  return { fields: layout.fields, size: layout.records, records: () => records(dbf, layout, labels) }
}

/** In batches of what one chunk of the file holds. */
async function* records(
  file: ZippedFile,
  layout: DbfLayout,
  labels: LayerLabels,
): AsyncGenerator<readonly DbfRecord[]> {
  let skip = layout.headerLength
  let number = 0
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of file.open()) {
    const bytes =
      rest.length === 0
        ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
        : Buffer.concat([rest, chunk])
    const start = Math.min(skip, bytes.length)
    skip -= start
    const count = Math.min(layout.records - number, Math.floor((bytes.length - start) / layout.recordLength))
    const batch = liveRecords({ bytes, start, count, number }, { file, layout, labels })
    number += count
    rest = number < layout.records ? bytes.subarray(start + count * layout.recordLength) : Buffer.alloc(0)
    if (batch.length > 0) yield batch
  }
  if (number < layout.records)
    throw brokenDbf(labels, file, `ends after ${number} of ${layout.records} records`)
}

/** `number` records stand before those of the chunk. */
function liveRecords(
  {
    bytes,
    start,
    count,
    number,
  }: {
    readonly bytes: Buffer
    readonly start: number
    readonly count: number
    readonly number: number
  },
  {
    file,
    layout,
    labels,
  }: { readonly file: ZippedFile; readonly layout: DbfLayout; readonly labels: LayerLabels },
): readonly DbfRecord[] {
  const live: DbfRecord[] = []
  for (let record = 0; record < count; record += 1) {
    const at = start + record * layout.recordLength
    const flag = bytes[at]
    if (flag === dbfLive) live.push(new DbfRecord(number + record + 1, bytes, at, layout))
    // With any other flag records begin elsewhere: ids would lose digits.
    else if (flag !== dbfDeleted)
      throw brokenDbf(labels, file, `has no record where number ${number + record + 1} should begin`)
  }
  return live
}
