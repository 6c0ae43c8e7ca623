import { PieceworkError } from '@piecework/core/piece'
import { alternatives, asReference, isPolymorphic } from './as-reference.js'
import { entryName } from './entry-name.js'
import { fileEntries } from './files/file-plan.js'
import { parseJsonPath } from './json-path.js'
import { overlapping, pathsOverlap, patternsOverlap } from './overlaps.js'
import type { TablePieceSpec } from './spec.js'
import { referencedName } from './table-name.js'

/** Checks of a declaration that need no database. Throws `registry-invalid`. */
export function checkSpec<Options>({ name, tables, partRows }: TablePieceSpec<Options>): void {
  const refuse = (what: string): never => {
    throw new PieceworkError('registry-invalid', `Piece "${name}": ${what}.`)
  }
  if (tables.length === 0) refuse('it has no tables')
  const entries = new Set<string>()
  const twice = tables.find((one, at) => tables.findIndex(({ table }) => table === one.table) < at)
  if (twice)
    refuse(
      `table "${twice.table}" stands in it twice: one declaration carries all its rows; for rows of several sorts make a piece of each, with "where", as in where: { sql: 'kind = $1', values: ['page'] }`,
    )
  for (const {
    table,
    owner,
    references = {},
    json = {},
    text = {},
    set = {},
    files = {},
    unique = {},
    keepShellValue = [],
    order,
    ignore = [],
    columns = [],
  } of tables) {
    const entry = entryName(table)
    for (const one of [
      entry,
      ...Object.keys(files).flatMap((column) => Object.values(fileEntries(entry, column))),
    ]) {
      if (entries.has(one)) refuse(`two tables have the entry "${one}"`)
      entries.add(one)
    }
    const step = owner.split('.')[0] ?? owner
    // A column may be named like a member of every object.
    const declared = Object.hasOwn(references, step) ? references[step] : undefined
    if (owner.includes('.') && declared !== undefined) {
      if (isPolymorphic(declared))
        refuse(
          `"${step}" of table "${table}" leads to the owner, so it can lead to one table only: give each type a piece of its own, with "where"`,
        )
      else if (asReference(declared).shared || asReference(declared).lookup)
        refuse(`"${step}" of table "${table}" leads to the owner, so it cannot lead to shared rows`)
    }
    for (const column of [...Object.keys(set), ...ignore]) {
      const holdsIds = [references, json, text].some((by) => Object.hasOwn(by, column))
      if (holdsIds || columns.includes(column) || column === step) {
        refuse(`"${column}" of table "${table}" does not travel, so it can be nothing else`)
      }
    }
    for (const column of [...Object.keys(json), ...Object.keys(text)]) {
      if ([references, json, text].filter((by) => Object.hasOwn(by, column)).length > 1)
        refuse(`"${column}" of table "${table}" stands in two of "references", "json" and "text"`)
    }
    for (const column of Object.keys(files)) {
      const others = [references, json, text, set, unique].some((by) => Object.hasOwn(by, column))
      if (others || [...ignore, ...columns, ...keepShellValue].includes(column) || column === step)
        refuse(`"${column}" of table "${table}" names files, so it can be nothing else`)
      if (order.includes(column))
        refuse(`"${column}" of table "${table}" names files, whose keys change, so it orders no rows`)
      if (partRows !== undefined) refuse(`it has files, so it cannot have "partRows"`)
    }
    for (const reference of Object.values(references))
      for (const each of alternatives(reference)) referencedName(each.reference.table, 'public', tables)
    for (const [column, ids] of Object.entries(json)) {
      const paths = ids.map(({ path }) => parseJsonPath(path))
      const twice = overlapping(paths, pathsOverlap)
      if (twice)
        refuse(
          `paths "${ids[twice[0]]?.path}" and "${ids[twice[1]]?.path}" of "${column}" of table "${table}" may lead to the same id`,
        )
    }
    for (const ids of Object.values(text)) {
      for (const { pattern } of ids)
        if (pattern.split('{}').length !== 2)
          refuse(`${JSON.stringify(pattern)} is no pattern such as "/photos/{}"`)
      const patterns = ids.map(({ pattern }) => pattern)
      const twice = overlapping(patterns, patternsOverlap)
      if (twice)
        refuse(
          `patterns "${patterns[twice[0]]}" and "${patterns[twice[1]]}" of table "${table}" may find the same id`,
        )
    }
  }
}
