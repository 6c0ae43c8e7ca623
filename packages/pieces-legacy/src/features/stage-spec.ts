import { readSpec } from '@piecework/marxan-files'
import { numberOrNull } from '../staging/number-or-null.js'
import { quoteCsv } from '../staging/quote-csv.js'
import { type StagingContext, stageTable } from '../staging/stage-table.js'

const numbers = ['prop', 'target', 'spf', 'target2', 'targetocc', 'sepnum', 'sepdistance', 'type'] as const

/**
 * spec.dat as the temporary table `legacy_spec (id, name, prop, target, spf, target2, targetocc, sepnum,
 * sepdistance, type)`; what is not set is NULL. Resolves to the number of rows.
 */
export const stageSpec = (context: StagingContext): Promise<number> =>
  stageTable(context, {
    file: 'spec.dat',
    name: 'legacy_spec',
    columns: {
      id: 'integer',
      name: 'text',
      ...Object.fromEntries(numbers.map((column) => [column, 'double precision'])),
    },
    read: (findings) => readSpec(context.entries.open('spec.dat'), { findings, signal: context.signal }),
    record: ({ columns }, row) =>
      [
        columns.id[row],
        quoteCsv(columns.name[row] ?? ''),
        ...numbers.map((column) => numberOrNull(columns[column][row])),
      ].join(','),
  })
