import { PieceworkError } from '../contracts/errors.js'
import type { ImportPartPlan } from '../contracts/parts.js'
import { planDefaults } from '../defaults.js'
import { exactJson } from './plain-json.js'

interface Allowed {
  /** Of an import: batches that are kept for its parts. */
  readonly steps?: number | undefined
  /** Rows that the entries of an import state. */
  readonly stated?: number | undefined
}

/** Throws `internal`, or `counts-differ` if the parts of an import are not all that its entries state. */
export function assertParts(
  name: string,
  parts: readonly ImportPartPlan[] | undefined,
  { steps = 1, stated }: Allowed,
): asserts parts {
  const refuse = (what: string, code: 'internal' | 'counts-differ' = 'internal'): never => {
    throw new PieceworkError(code, `Piece ${name}: ${what}.`)
  }
  if (!Array.isArray(parts)) return refuse('parts() gives no list')
  const { parts: most } = planDefaults
  if (parts.length > most) refuse(`parts() gives ${parts.length} parts, and ${most} is the most`)
  let rows = 0
  for (const [at, part] of (parts as readonly ImportPartPlan[]).entries()) {
    if (exactJson(part?.range) === undefined) refuse(`the range of part ${at + 1} is not plain JSON`)
    const { step = 1 } = part
    if (!Number.isInteger(step) || step < 1 || step > steps)
      refuse(`part ${at + 1} is of step ${step}, and the steps are 1 to ${steps}`)
    rows += part.rows ?? Number.NaN
  }
  if (stated !== undefined && parts.length > 0 && rows !== stated)
    refuse(`its entries hold ${stated} rows, and its parts ${rows}`, 'counts-differ')
}
