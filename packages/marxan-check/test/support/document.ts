import assert from 'node:assert/strict'
import { z } from 'zod'
import type { Said } from './marxan-check.js'

const count = z.int().nonnegative()

const finding = z.strictObject({
  severity: z.enum(['error', 'warning']),
  code: z.string().regex(/^[a-z]+\/[a-z0-9-]+$/),
  piece: z.string().optional(),
  role: z.string().optional(),
  file: z.string().optional(),
  line: z.int().positive().optional(),
  column: z.string().optional(),
  value: z.string().optional(),
  subject: z.strictObject({ kind: z.string(), key: z.string() }).optional(),
  message: z.string().min(1),
  hint: z.string().optional(),
  count: count.optional(),
})

const document = z.strictObject({
  ok: z.boolean(),
  exitCode: z.union([z.literal(0), z.literal(1), z.literal(2)]),
  folder: z.string(),
  files: z.array(z.strictObject({ role: z.string(), path: z.string(), bytes: count })),
  rows: count,
  errors: count,
  warnings: count,
  unlisted: count,
  findings: z.array(finding),
  firstStep: z.string().regex(/\.$/),
  error: z.strictObject({ code: z.string(), message: z.string(), hint: z.string().optional() }).optional(),
})

export type CheckDocument = z.infer<typeof document>

/** What `--json` said: one document, nothing beside it, and the exit code that it states. */
export function documentOf({ stdout, stderr, code }: Said): CheckDocument {
  const said = document.parse(JSON.parse(stdout))
  assert.equal(code, said.exitCode)
  assert.equal(said.ok, code === 0)
  assert.equal(stderr, '')
  return said
}

/** `severity code file line` of each finding. */
export const told = ({ findings }: CheckDocument): string[] =>
  findings.map(({ severity, code, file, line }) =>
    [severity, code.replace('legacy/', ''), file, line].filter((part) => part !== undefined).join(' '),
  )
