import { readPu } from '@piecework/marxan-files'
import { numberOrNull } from '../staging/number-or-null.js'
import { type StagingContext, stageTable } from '../staging/stage-table.js'

/** pu.dat as the temporary table `legacy_pu (id, cost, status, xloc, yloc)`; a location that is not given is NULL. Resolves to the number of rows. */
export const stagePu = (context: StagingContext): Promise<number> =>
  stageTable(context, {
    file: 'pu.dat',
    name: 'legacy_pu',
    columns: {
      id: 'integer',
      cost: 'double precision',
      status: 'integer',
      xloc: 'double precision',
      yloc: 'double precision',
    },
    read: (findings) => readPu(context.entries.open('pu.dat'), { findings, signal: context.signal }),
    record: ({ columns: { id, cost, status, xloc, yloc } }, row) =>
      [id[row], cost[row], status[row], numberOrNull(xloc[row]), numberOrNull(yloc[row])].join(','),
  })
