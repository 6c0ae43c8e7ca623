import { readBound } from '@piecework/marxan-files'
import { type StagingContext, stageTable } from '../staging/stage-table.js'

/** bound.dat as the temporary table `legacy_bound (line, id1, id2, boundary)`. Resolves to the number of rows. */
export const stageBound = (context: StagingContext): Promise<number> =>
  stageTable(context, {
    file: 'bound.dat',
    name: 'legacy_bound',
    columns: { line: 'integer', id1: 'integer', id2: 'integer', boundary: 'double precision' },
    read: (findings) => readBound(context.entries.open('bound.dat'), { findings, signal: context.signal }),
    record: ({ lines, columns: { id1, id2, boundary } }, row) =>
      `${lines[row]},${id1[row]},${id2[row]},${boundary[row]}`,
  })
