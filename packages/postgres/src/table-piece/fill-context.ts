import type { ImportContext, Transaction } from '@piecework/core/piece'
import type { FillInput } from './fill-select.js'
import type { WrittenRows } from './written-rows.js'

export type FillContext = FillInput &
  Pick<ImportContext, 'finding' | 'replaced'> & {
    readonly tx: Transaction
    /** Those of tables with triggers, for `compareWritten`. */
    readonly written: WrittenRows[]
  }
