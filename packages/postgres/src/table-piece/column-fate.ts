import { alternatives, isPolymorphic } from './as-reference.js'
import type { Column, ForeignKey, Table } from './catalogue.js'
import { isRoot } from './is-root.js'
import { keyFamily } from './key-family.js'
import { ownKey } from './own-key.js'
import { foreignTarget, isDecided, type ResolveInput, specOf } from './resolve-input.js'
import type { TableSpec } from './spec.js'

/**
 * What becomes of a column's values in a copy: new ids take their place, they stay the same, or neither can be
 * said; `why` ends a sentence.
 */
export type Fate = 'ids' | 'same' | { readonly why: string }

/** One column of a foreign key of several columns, and the column that it leads to. */
export interface ForeignPart {
  readonly column: Column
  readonly to: Table
  readonly key: Column
  readonly foreign: ForeignKey
}

export function foreignParts({ catalogue }: Pick<ResolveInput, 'catalogue'>, table: Table): ForeignPart[] {
  return table.foreignKeys
    .filter(({ columns }) => columns.length > 1)
    .flatMap((foreign) => {
      const to = catalogue.get({ schema: foreign.schema, name: foreign.table })
      return foreign.columns.flatMap((from, at) => {
        const column = table.columns.get(from)
        const key = to?.columns.get(foreign.keys[at] ?? '')
        return column && to && key ? [{ column, to, key, foreign }] : []
      })
    })
}

/** `seen`: columns that lead to this one. */
export function columnFate(
  input: ResolveInput,
  table: Table,
  column: Column,
  seen: readonly Column[] = [],
): Fate {
  const spec = specOf(input, table)
  if (!spec) return fateElsewhere(input, table, column)
  const declared = declaredFate(input, spec, table, column)
  if (declared) return declared
  const next = [...seen, column]
  if (foreignTarget(input.catalogue, table, column.name)) return 'ids'
  const led = partFate(input, table, column, next)
  if (led && led !== 'same') return led
  if (column.generated) {
    const same = column.madeOf.every((name) => {
      const base = table.columns.get(name)
      return base && !next.includes(base) && columnFate(input, table, base, next) === 'same'
    })
    return same ? 'same' : { why: 'is computed from columns that change' }
  }
  return ownFate(input, spec, table, column, next)
}

/** By a foreign key of several columns that this column is part of. */
function partFate(
  input: ResolveInput,
  table: Table,
  column: Column,
  seen: readonly Column[],
): Fate | undefined {
  const fates = foreignParts(input, table)
    .filter((part) => part.column === column && !seen.includes(part.key))
    .map(({ to, key }) => columnFate(input, to, key, seen))
  return fates.find((fate) => fate !== 'same') ?? fates[0]
}

function declaredFate(
  input: ResolveInput,
  spec: TableSpec,
  table: Table,
  { name, element }: Column,
): Fate | undefined {
  const { references = {}, json = {}, text = {}, unique = {}, files = {}, owner, keepShellValue = [] } = spec
  if (owner === name || isRoot(input, table, name)) return 'ids'
  if (isDecided(spec, name)) return { why: 'does not travel' }
  if (keepShellValue.includes(name)) return { why: 'keeps the value of the shell' }
  if (Object.hasOwn(files, name)) return { why: 'names files' }
  const taken = Object.hasOwn(unique, name) ? unique[name] : undefined
  if (taken === 'suffix' || taken === 'null') return { why: 'changes where its value is taken' }
  if (Object.hasOwn(json, name) || Object.hasOwn(text, name) || (element && Object.hasOwn(references, name)))
    return { why: 'holds ids inside its values' }
  const reference = Object.hasOwn(references, name) ? references[name] : undefined
  if (reference === undefined) return undefined
  const isPlain =
    !isPolymorphic(reference) &&
    alternatives(reference).every(({ reference: { of, shared, lookup } }) => !(of || shared || lookup))
  return isPlain ? 'ids' : { why: 'is a reference to other rows than those of this piece' }
}

/** Of a column that is declared nowhere and leads nowhere. */
function ownFate(
  input: ResolveInput,
  spec: TableSpec,
  table: Table,
  column: Column,
  seen: readonly Column[],
): Fate {
  const own = [...table.columns.values()].filter((one) => {
    if (one === column) return true
    if (!table.primaryKey.includes(one.name) || seen.includes(one)) return false
    const led = partFate(input, table, one, [...seen, one])
    const leads = foreignTarget(input.catalogue, table, one.name) || (led && led !== 'same')
    return !one.generated && !leads && !declaredFate(input, spec, table, one)
  })
  if (ownKey(input, table, spec, own) === column) return spec.key === 'natural' ? 'same' : 'ids'
  const isOwnRow = table.primaryKey.length === 1 && table.primaryKey[0] === spec.owner
  if (isOwnRow && column.identity) return { why: 'keeps the value of the shell' }
  const isNumbered = column.serial || input.sequences?.of(table, column.name) !== undefined
  return isNumbered && !spec.columns?.includes(column.name)
    ? { why: 'takes the next numbers of its sequence and is not the key of its rows' }
    : 'same'
}

/** Of a table that is none of the piece's: another piece may make new values. */
function fateElsewhere(input: ResolveInput, table: Table, column: Column): Fate {
  if (isRoot(input, table, column.name) || foreignTarget(input.catalogue, table, column.name)) return 'ids'
  if (column.generated && column.madeOf.length === 0) return 'same'
  return keyFamily(column) || column.serial || column.generated
    ? { why: 'may change where another piece carries that table' }
    : 'same'
}
