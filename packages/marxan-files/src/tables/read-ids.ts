import { FindingCollector } from '../findings.js'
import { IdLines } from '../ids/id-lines.js'
import { type Columns, MAX_ID } from './columns.js'
import { readTable } from './read-table.js'

const columns = { id: { kind: 'integer', required: true } } as const satisfies Columns

/**
 * The ids of pu.dat or spec.dat, also those of rows with errors elsewhere: what another file says of such a row is no second error.
 * Of a row with more or fewer fields than the header it is the first one, if that is the column of the ids and other rows can be read.
 * Tells nothing: the file's own reader does.
 */
export async function readIds(source: AsyncIterable<Uint8Array>, signal?: AbortSignal): Promise<IdLines> {
  const ids = new IdLines()
  const misfits = new IdLines()
  let idFirst = false
  const layout = {
    columns,
    header: ([first]: readonly string[]) => {
      idFirst = first === 'id'
      return true
    },
    misfit: (first: string, line: number) => {
      if (idFirst && /^\d{1,10}$/.test(first) && Number(first) <= MAX_ID) misfits.add(Number(first), line)
    },
  }
  const options = { file: '', findings: new FindingCollector({ limit: 0 }), ...(signal && { signal }) }
  for await (const batch of readTable(source, layout, options))
    for (let row = 0; row < batch.length; row += 1)
      ids.add(batch.columns.id[row] as number, batch.lines[row] as number)
  if (ids.size > 0)
    for (let at = 0; at < misfits.size; at += 1) ids.add(misfits.index.id(at), misfits.line(at))
  return ids
}
