import { costShapefile as labels } from '../shapes/labels.js'
import type { CostRow } from './cost-attributes.js'

/** Throws if the record has no valid cost, which the validator reports. */
export function costOf({ text, value }: CostRow): number {
  if ('cost' in value) return value.cost
  throw labels.problem('unreadable', `${JSON.stringify(text)} in ${labels.what} is no cost`)
}
