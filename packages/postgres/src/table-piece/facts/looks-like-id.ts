import type { Column } from '../catalogue.js'
import { snakeCase } from './looks-secret.js'

const isNumber = /^_?int[248]$/
const isText = /^_?(?:text|varchar|bpchar|citext)$/
const idName = /(?:^|_)(?:uuids?|guids?|pk|fk)$|ids?$/
/** Words that end as ids do. */
const otherWord =
  /(?:^|_)(?:(?:un|pre|post|over|re)?paid|a?void|in?valid|valid|grid|bid|mid|amid|solid|fluid|hybrid|rapid|acid|aid|lid|kid|humid|liquid|android|rigid)s?$/
/** What a number leads to by such a name. */
const leadingName =
  /(?:^|_)(?:parent|creator|author|owner|assignee|reporter|sender|recipient)$|(?:created|updated|modified|deleted|edited|assigned|approved|locked|closed)_?by$/

/** Whether a column holds, by its name, keys of rows. `tables`: names of those that its database has. */
export function looksLikeId({ name, base }: Column, tables: readonly string[]): boolean {
  const words = snakeCase(name)
  const numbers = isNumber.test(base)
  if (!numbers && !isText.test(base)) return false
  if (idName.test(words)) return !otherWord.test(words)
  return numbers && (leadingName.test(words) || tables.some((table) => isRowOf(words, snakeCase(table))))
}

/** `custom_field` and `customfield` of `custom_fields`. */
const isRowOf = (name: string, table: string): boolean =>
  [table, table.replace(/s$/, ''), table.replace(/es$/, ''), table.replace(/ies$/, 'y')].includes(name)
