import { PieceworkError } from '@piecework/core/piece'
import { entryName } from './entry-name.js'
import { parseJsonPath } from './json-path.js'
import type { TablePieceSpec } from './spec.js'

/** Checks of a declaration that need no database. Throws `registry-invalid`. */
export function checkSpec<Options>({ name, tables }: TablePieceSpec<Options>): void {
  const refuse = (what: string): never => {
    throw new PieceworkError('registry-invalid', `Piece "${name}": ${what}.`)
  }
  if (tables.length === 0) refuse('it has no tables')
  const entries = new Set<string>()
  for (const {
    table,
    owner,
    references = {},
    json = {},
    set = {},
    ignore = [],
    secondPass = [],
    columns = [],
  } of tables) {
    const entry = entryName(table)
    if (entries.has(entry)) refuse(`two tables have the entry "${entry}"`)
    entries.add(entry)
    const step = owner.split('.')[0] ?? owner
    // A column may be named like a member of every object.
    const declared = Object.hasOwn(references, step) ? references[step] : undefined
    if (owner.includes('.') && typeof declared === 'object' && (declared.shared || declared.lookup)) {
      refuse(`"${step}" of table "${table}" leads to the owner, so it cannot lead to shared rows`)
    }
    for (const column of [...Object.keys(set), ...ignore]) {
      if (
        Object.hasOwn(references, column) ||
        Object.hasOwn(json, column) ||
        secondPass.includes(column) ||
        columns.includes(column) ||
        column === step
      ) {
        refuse(`"${column}" of table "${table}" does not travel, so it can be nothing else`)
      }
    }
    if (owner.includes('.') && secondPass.includes(step))
      refuse(`"${step}" of table "${table}" leads to the owner and cannot be filled in the second pass`)
    for (const ids of Object.values(json)) for (const { path } of ids) parseJsonPath(path)
  }
}
