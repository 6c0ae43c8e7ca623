import assert from 'node:assert/strict'
import { told } from '@piecework/test-support/fixtures/told.js'
import { suite } from 'uvu'
import { type Content, type FileName, type Files, findingsOf, tableRows } from './project.js'

/**
 * What a file holds, what all validators say of the project with it, and the rows that its table is read as.
 */
export type Case = readonly [
  what: string,
  content: Content,
  told: readonly string[],
  rows?: readonly unknown[][] | undefined,
  others?: Files,
]

/** The sentences about one file, each with its cases. */
export function fileRules(
  section: string,
  file: FileName,
  rules: Readonly<Record<string, readonly Case[]>>,
): void {
  const test = suite(section)
  for (const [rule, cases] of Object.entries(rules))
    for (const [what, content, expected, rows, others] of cases)
      test(`${rule} — ${what}`, async () => {
        const findings = await findingsOf({ ...others, [file]: content })
        assert.deepEqual(told(findings), expected)
        for (const { severity, code, message, hint } of findings)
          assert.ok(severity === 'warning' || hint, `${code} does not say what to change: ${message}`)
        if (rows && file !== 'input.dat') assert.deepEqual(await tableRows(file, content), rows)
      })
  test.run()
}
