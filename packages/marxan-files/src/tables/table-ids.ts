import { type Entries, FindingCollector, memo } from '@piecework/core/piece'
import type { IdIndex } from '../ids/id-index.js'
import { IdLines } from '../ids/id-lines.js'
import { maxId } from '../ids/max-id.js'
import type { Batch, Columns } from './columns.js'
import { readTable } from './read-table.js'

/** Ids by their order in a file. */
export type KnownIds = Pick<IdIndex, 'size' | 'get' | 'id'>

/** Ids of a table, and the line on which each came first. */
export interface TableIds {
  readonly size: number
  readonly index: KnownIds
  /** Of the id with this index. */
  line(index: number): number
}

/** An estimate of `IdLines`, half of whose slots may be free. */
const idBytes = 40

/**
 * The ids of pu.dat or spec.dat, also those of rows with errors elsewhere: what another file says of such a row is not a second error.
 * Reports nothing: the validator of the file does. Shared by all who ask for the same entries.
 */
export const tableIds = (
  entries: Entries,
  path: 'pu.dat' | 'spec.dat',
  signal?: AbortSignal,
): Promise<TableIds> =>
  memo(entries, path, 'ids', async () => {
    const ids = await readIds(entries.open(path), signal)
    return { value: ids, bytes: ids.size * idBytes }
  })

const idColumn = { id: { kind: 'integer', required: true } } as const satisfies Columns

/** The id of a row with more or fewer fields than the header is the first field, if that is the column of the ids and other rows can be read. */
async function readIds(source: AsyncIterable<Uint8Array>, signal?: AbortSignal): Promise<IdLines> {
  const ids = new IdLines()
  const misfits = new IdLines()
  let idFirst = false
  const layout = {
    columns: idColumn,
    header: ([first]: readonly string[]) => {
      idFirst = first === 'id'
      return true
    },
    misfit: (first: string, line: number) => {
      if (idFirst && /^\d{1,10}$/.test(first) && Number(first) <= maxId) misfits.add(Number(first), line)
    },
  }
  const options = { file: '', findings: new FindingCollector({ limit: 0 }), ...(signal && { signal }) }
  for await (const batch of readTable(source, layout, options)) addIds(batch, ids)
  if (ids.size > 0)
    for (let at = 0; at < misfits.size; at += 1) ids.add(misfits.index.id(at), misfits.line(at))
  return ids
}

function addIds({ length, columns, lines }: Batch<typeof idColumn>, ids: IdLines): void {
  for (let row = 0; row < length; row += 1) ids.add(columns.id[row] as number, lines[row] as number)
}
