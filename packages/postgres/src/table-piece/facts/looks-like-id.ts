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
  /(?:^|_)(?:parent|creator|author|owner|assignee|reporter|sender|recipient)s?$|(?:created|updated|modified|deleted|edited|assigned|approved|locked|closed)_?by$/

/** What comes behind the name of what is led to. */
const manyEnd = /_(?:list|array|arr|set|refs?|keys?|links?)$/

/** Whether a column holds, by its name, keys of rows. `tables`: names of those that its database has. */
export function looksLikeId({ name, base }: Column, tables: readonly string[]): boolean {
  const words = snakeCase(name)
  const numbers = isNumber.test(base)
  if (!numbers && !isText.test(base)) return false
  if (idName.test(words)) return !otherWord.test(words)
  if (!numbers) return false
  const named = base.startsWith('_') ? endsOf(words.replace(manyEnd, '')) : [words.replace(manyEnd, '')]
  return named.some(
    (name) => leadingName.test(name) || tables.some((table) => isRowOf(name, snakeCase(table))),
  )
}

/** `linked_owners` and `owners`. */
function endsOf(words: string): readonly string[] {
  const parts = words.split('_')
  return parts.map((_, at) => parts.slice(at).join('_'))
}

/** `custom_field` and `customfield` of `custom_fields`. */
const isRowOf = (name: string, table: string): boolean =>
  [table, table.replace(/s$/, ''), table.replace(/es$/, ''), table.replace(/ies$/, 'y')].includes(name)
