import type { Entries } from '@piecework/core/piece'
import type { IdIndex } from '../../ids/id-index.js'
import { readIds } from '../../tables/read-ids.js'

/** Ids of planning units by their place in pu.dat. */
export type UnitIds = Pick<IdIndex, 'size' | 'get' | 'id'>

/** Those of pu.dat. Tells nothing: the file's own reader does. */
export async function unitIds(entries: Entries, signal?: AbortSignal): Promise<UnitIds> {
  return (await readIds(entries.open('pu.dat'), signal)).index
}
