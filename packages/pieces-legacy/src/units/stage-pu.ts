import { readPu } from '@piecework/marxan-files'
import { type StagingContext, stageTable } from '../staging/stage-table.js'

/** pu.dat as the temporary table `legacy_pu (id, cost, status)`. Resolves to the number of rows. */
export const stagePu = (context: StagingContext): Promise<number> =>
  stageTable(context, {
    file: 'pu.dat',
    name: 'legacy_pu',
    columns: { id: 'integer', cost: 'double precision', status: 'integer' },
    read: (findings) => readPu(context.entries.open('pu.dat'), { findings, signal: context.signal }),
    record: ({ columns: { id, cost, status } }, row) => `${id[row]},${cost[row]},${status[row]}`,
  })
