import { maxId } from '../../ids/max-id.js'
import type { Batch, Columns } from '../columns.js'

/** -1 means "not set" in these two. */
const goal = { kind: 'number', min: 0, notSet: -1, mayBeEmpty: true } as const
/** What a feature need not ask for; -1, which Marxan takes for a column that is not there, is kept. */
const further = {
  kind: 'number',
  min: 0,
  notSet: -1,
  hint: 'Write -1 where it is not used, or leave the column out if no feature uses it.',
} as const

export const columns = {
  id: { kind: 'integer', required: true },
  prop: {
    ...goal,
    max: 1,
    hint: 'It is a part of 1: 0.3 stands for 30 %. -1 or nothing says that it is not set.',
  },
  target: { ...goal, hint: '-1 or nothing says that it is not set.' },
  spf: {
    kind: 'number',
    min: 0,
    absent: 1,
    aliases: ['fpf'],
    missing: { means: 'every feature has the penalty factor 1', like: /[sf]pf|penalty/i },
  },
  name: { kind: 'text' },
  target2: further,
  targetocc: further,
  sepnum: further,
  sepdistance: further,
  type: { ...further, max: maxId, whole: true },
} as const satisfies Columns

/**
 * Exactly one of `prop` and `target` is a number, the other is NaN; `name` is never empty. Columns that the file does not have are NaN,
 * `spf` 1. `target2`, `targetocc`, `sepnum`, `sepdistance` and `type` are -1 where they are not set.
 */
export type SpecBatch = Batch<typeof columns>
