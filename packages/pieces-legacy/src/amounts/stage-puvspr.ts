import { readPuvspr } from '@piecework/marxan-files'
import { type StagingContext, stageTable } from '../staging/stage-table.js'

/**
 * puvspr.dat as the temporary table `legacy_amounts (species, pu, amount)`. Resolves to the number of rows.
 */
export const stagePuvspr = (context: StagingContext): Promise<number> =>
  stageTable(context, {
    file: 'puvspr.dat',
    name: 'legacy_amounts',
    columns: { species: 'integer', pu: 'integer', amount: 'double precision' },
    read: (findings) => readPuvspr(context.entries.open('puvspr.dat'), { findings, signal: context.signal }),
    record: ({ columns: { species, pu, amount } }, row) => `${species[row]},${pu[row]},${amount[row]}`,
  })
