import type { Entries } from '@piecework/core/piece'
import { FindingCollector } from '@piecework/core/piece'
import { readInputDat } from '@piecework/marxan-files'

/** What Marxan itself does with rows that come again: how sentences about what is imported go on. */
export interface MarxansRule {
  /** Equal rows of a pair. */
  readonly equal: string
  /** Different ones. */
  readonly different: string
  /** Rows of a unit with itself. */
  readonly outer: string
}

const symmetric: MarxansRule = {
  equal: 'as in Marxan',
  different: 'as in Marxan, which takes the first',
  outer: 'as in Marxan',
}

const bothCount = 'while for Marxan each direction counts, as ASYMMETRICCONNECTIVITY says'
const asymmetric: MarxansRule = {
  equal: bothCount,
  different: bothCount,
  outer: 'while Marxan leaves them out, as ASYMMETRICCONNECTIVITY says',
}

/** @see readConnections in input.cpp of Marxan 4 */
export async function marxansRule(entries: Entries, signal: AbortSignal): Promise<MarxansRule> {
  if (!entries.paths.includes('input.dat')) return symmetric
  const options = { findings: new FindingCollector({ limit: 0 }), signal }
  const { lines } = await readInputDat(entries.open('input.dat'), options)
  return lines.has('ASYMMETRICCONNECTIVITY') ? asymmetric : symmetric
}
