import type { Columns } from './columns.js'
import { Findings } from './findings.js'
import { IdLines } from './id-lines.js'
import { readTable } from './table.js'

const columns = { id: { kind: 'integer', required: true } } as const satisfies Columns

/**
 * The ids of pu.dat or spec.dat, also those of rows with errors elsewhere: what another file says of such a row is no second error.
 * Tells nothing: the file's own reader does.
 */
export async function readIds(source: AsyncIterable<Uint8Array>, signal?: AbortSignal): Promise<IdLines> {
  const ids = new IdLines()
  const options = { file: '', findings: new Findings(0), ...(signal && { signal }) }
  for await (const batch of readTable(source, { columns }, options))
    for (let row = 0; row < batch.length; row += 1)
      ids.add(batch.columns.id[row] as number, batch.lines[row] as number)
  return ids
}
