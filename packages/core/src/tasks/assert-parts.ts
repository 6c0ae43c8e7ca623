import { PieceworkError } from '../contracts/errors.js'
import type { ImportPartPlan } from '../contracts/parts.js'
import { planDefaults } from '../defaults.js'
import { exactJson } from './plain-json.js'

interface Allowed {
  /** Of an import: batches that are kept for its parts. */
  readonly steps?: number | undefined
  /** Rows that the entries of an import state. */
  readonly stated?: number | undefined
  /** Of an export: parts that were planned before. */
  readonly before?: number
  /** Of an export: where the parts that follow begin. */
  readonly more?: unknown
}

/** Throws `internal`, or `counts-differ` if the parts of an import are not all that its entries state. */
export function assertParts(
  name: string,
  parts: readonly ImportPartPlan[] | undefined,
  { steps = 1, stated, before = 0, more }: Allowed,
): asserts parts {
  const refuse = (what: string, code: 'internal' | 'counts-differ' = 'internal'): never => {
    throw new PieceworkError(code, `Piece ${name}: ${what}.`)
  }
  if (!Array.isArray(parts)) return refuse('parts() gives no list')
  const { parts: most } = planDefaults
  const all = before + parts.length
  if (all > most) refuse(`parts() gives ${all} parts, and ${most} is the most`)
  if (parts.length === 0 && (before > 0 || more !== undefined))
    refuse('parts() says that there are more, and gives none')
  if (more !== undefined && exactJson(more) === undefined)
    refuse('what parts() gives as "more" is not plain JSON')
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
