import type { NewFinding } from '../contracts/finding.js'
import { findingDefaults } from '../defaults.js'
import { check } from '../options/check.js'
import { checkOptions } from '../options/check-options.js'
import type { OptionChecks } from '../options/option-checks.js'

export interface FirstStepOptions {
  /** Files in an order in which what is wrong with one shows in those behind it. */
  readonly files?: readonly string[]
  /** What stopped the work: it counts if there are no errors, which it would only sum up. */
  readonly error?: { readonly message: string } | undefined
  /** Where a finding is, in words; undefined for one about everything. */
  place?(finding: NewFinding): string | undefined
}

const firstStepChecks: OptionChecks<FirstStepOptions> = {
  files: check.list(check.string),
  error: check.having<{ readonly message: string }>('an error', 'message'),
  place: check.func<NonNullable<FirstStepOptions['place']>>(),
}

/** What to do first, in one sentence that is the same for the same findings in any order. */
export function firstStep(findings: readonly NewFinding[], options?: FirstStepOptions): string {
  const { files = [], error, place = placeOf } = checkOptions('firstStep()', options, firstStepChecks)
  const [first] = [...findings].sort((a, b) => inOrder(a, b, files))
  if (error && first?.severity !== 'error') return `Look at this first: ${shortened(error.message)}.`
  if (!first) return 'There is nothing to mend.'
  const where = place(first)
  // A hint may go on with lines to be copied.
  const [hint] = first.hint?.split('\n') ?? []
  const what = `${shortened(first.message)}${hint === undefined ? '' : ` (${shortened(hint)})`}`
  return first.severity === 'error'
    ? `Mend ${where ?? 'this'} first: ${what}.`
    : `Nothing has to be mended; look at ${where ?? 'this'} first: ${what}.`
}

function shortened(message: string): string {
  const sentence = message.replace(/[.:]$/, '')
  return sentence.length > findingDefaults.repeatedCharacters
    ? `${sentence.slice(0, findingDefaults.repeatedCharacters)}…`
    : sentence
}

function inOrder(a: NewFinding, b: NewFinding, files: readonly string[]): number {
  if (a.severity !== b.severity) return a.severity === 'error' ? -1 : 1
  return (
    weight(a) - weight(b) ||
    rank(a, files) - rank(b, files) ||
    compared(a.file ?? '', b.file ?? '') ||
    // What is said of a file as a whole mostly follows from its rows.
    (a.line ?? Number.MAX_SAFE_INTEGER) - (b.line ?? Number.MAX_SAFE_INTEGER) ||
    compared(a.code, b.code) ||
    compared(a.message, b.message)
  )
}

/**
 * Of warnings, by the names that such codes have: many things left out for lack of what belongs to them (`legacy/unit-without-geometry`,
 * `legacy/unit-unknown`) before all others, a default that was taken (`legacy/parameter-default`) after them.
 */
function weight({ severity, code, count = 1 }: NewFinding): number {
  if (code.endsWith('-default')) return 2
  return severity === 'warning' && count > 1 && /-(?:unknown|without-[a-z]+)$/.test(code) ? 0 : 1
}

/** What is about no file comes first, then the files in their order, then others. */
function rank({ file }: NewFinding, files: readonly string[]): number {
  if (file === undefined) return -1
  const at = files.indexOf(file)
  return at < 0 ? files.length : at
}

const compared = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

function placeOf({ file, line, message }: NewFinding): string | undefined {
  // Of tables without lines it is the number of the record, which the message has.
  return line === undefined || file === undefined || /\brecord \d/.test(message)
    ? file
    : `line ${line} of ${file}`
}
