import { isSequenceForm, isTextForm, type KeyForm, keyFormText, keyLength } from '@piecework/core/piece'
import type { Column } from './catalogue.js'
import { keyFamily } from './key-family.js'

/**
 * Why new keys of this column cannot be made as it is declared, as the end of a sentence; undefined if they
 * can. A text without a form and a number without a sequence are no such reasons: `undeclaredKeys` and
 * `numberProblems` find them.
 */
export function ownKeyProblem(column: Column, form: KeyForm | undefined): string | undefined {
  if (form === 'natural') return undefined
  const family = keyFamily(column)
  const is = `is ${column.type}`
  const asked = form && keyFormText(form)
  if (family === undefined) {
    return asked
      ? `${is}, so new keys cannot be ${asked}`
      : `${is}, which new keys are not made for; if people give these keys, declare key: 'natural'`
  }
  if (family === 'text' && !column.deterministic)
    return `${is} with a collation that takes different texts for equal ones, which new keys are not made for`
  if (form === undefined) return undefined
  if (family === 'integer') return isSequenceForm(form) ? undefined : `${is}, so new keys cannot be ${asked}`
  if (!isTextForm(form) || (family === 'uuid' && form !== 'uuid'))
    return `${is}, so new keys cannot be ${asked}`
  const most = Number(/\((\d+)\)$/.exec(column.type)?.[1] ?? Number.POSITIVE_INFINITY)
  const length = keyLength(form)
  return family === 'text' && length > most
    ? `${is}, and new keys as ${asked} have ${length} characters`
    : undefined
}
