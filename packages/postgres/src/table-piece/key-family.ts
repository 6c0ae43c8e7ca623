import type { Column } from './catalogue.js'

export type KeyFamily = 'uuid' | 'text' | 'integer'

const families: ReadonlyMap<string, KeyFamily> = new Map([
  ['uuid', 'uuid'],
  ['text', 'text'],
  ['varchar', 'text'],
  ['bpchar', 'text'],
  ['int2', 'integer'],
  ['int4', 'integer'],
  ['int8', 'integer'],
])

/** What sort of keys the column can hold; undefined if no new keys can be made for it. */
export const keyFamily = ({ base }: Pick<Column, 'base'>): KeyFamily | undefined => families.get(base)
