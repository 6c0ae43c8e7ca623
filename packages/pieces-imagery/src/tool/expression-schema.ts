import { z } from 'zod'
import { toolLimits } from '../defaults.js'
import { type Expression, operators } from './expression.js'

const term: z.ZodType<Expression> = z.lazy(() =>
  z.union([
    z.number(),
    z.strictObject({ band: z.string().min(1).max(100) }),
    z.strictObject({ op: z.enum(operators), of: z.array(term).min(2).max(toolLimits.terms) }),
  ]),
)

/**
 * Counts before it looks into it: what is nested too deeply is refused, and does not end the process.
 * @internal
 */
export const expressionSchema: z.ZodType<Expression> = z
  .unknown()
  .superRefine((value, context) => {
    const problem = tooLarge(value)
    if (problem) context.addIssue({ code: 'custom', message: problem, fatal: true })
  })
  .pipe(term)

function tooLarge(expression: unknown): string | undefined {
  let terms = 0
  const waiting: [unknown, number][] = [[expression, 1]]
  while (true) {
    const next = waiting.pop()
    if (!next) return undefined
    const [value, depth] = next
    terms += 1
    if (terms > toolLimits.terms) return `it has more than ${toolLimits.terms} terms`
    if (depth > toolLimits.depth) return `its terms are nested more than ${toolLimits.depth} deep`
    const of = (value as { of?: unknown } | null | undefined)?.of
    if (Array.isArray(of)) for (const one of of.slice(0, toolLimits.terms + 1)) waiting.push([one, depth + 1])
  }
}
