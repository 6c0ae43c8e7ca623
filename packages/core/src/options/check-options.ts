import { type Instead, objectCheck } from './object-check.js'
import type { Check, OptionChecks } from './option-checks.js'

/**
 * Checks the options of a public function: `checkOptions('inProcess()', options, { concurrency: check.count,
 * … })`. Returns a copy without those that are undefined. Throws `options-invalid` for a name that is not in
 * the list, with the nearest that is, and for a value that its check refuses.
 */
export function checkOptions<T extends object>(
  subject: string,
  given: T | undefined,
  checks: OptionChecks<T>,
  instead?: Instead,
): T {
  return checkArgument(subject, '', given ?? {}, objectCheck(checks, instead))
}

/** One argument of a public function; `name` as messages call it. */
export function checkArgument<T>(subject: string, name: string, value: unknown, check: Check<T>): T {
  return check(value, { subject, path: name, noun: 'option', code: 'options-invalid' })
}

/** Something that an author declares or implements, as `contractCheck` has it. Throws `registry-invalid`. */
export function checkDeclaration<T>(subject: string, value: unknown, check: Check<T>): T {
  return check(value, { subject, path: '', noun: 'property', code: 'registry-invalid' })
}
