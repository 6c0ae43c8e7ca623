import { isSequenceForm, type KeyForm } from '@piecework/core/piece'
import type { Column, Table } from '../catalogue.js'
import { keyFamily } from '../key-family.js'
import type { TableSpec } from '../spec.js'
import type { Sequence, Sequences } from './sequences.js'

/** A column and the sequence that makes its values. */
export interface Numbered {
  readonly column: Column
  readonly sequence: Sequence
}

/** Columns of one table that take their values from sequences, by what becomes of them in a copy. */
export interface TableNumbers {
  /** The key: new numbers are reserved, and references to it follow. */
  readonly key: Numbered | undefined
  /** No key, and does not travel: each row takes the next number. */
  readonly renumbered: readonly Column[]
  /** Travel as they are, so that the sequence must not come to them again. */
  readonly travelling: readonly Numbered[]
}

export const noNumbers: TableNumbers = { key: undefined, renumbered: [], travelling: [] }

export interface NumbersInput {
  readonly spec: TableSpec
  readonly table: Table
  readonly sequences: Sequences
  /** Column of the table's own key, if it has one. */
  readonly key: Column | undefined
  /** Columns that can hold numbers of their own: neither owner nor reference, `set` or `ignore`. */
  readonly own: readonly Column[]
}

export function tableNumbers({ spec, table, sequences, key, own }: NumbersInput): TableNumbers {
  const sequenceOf = ({ name }: Column) => sequences.of(table, name)
  const keyed =
    key && isNumber(key) && spec.key !== 'natural'
      ? keySequence(spec.key, sequenceOf(key), sequences)
      : undefined
  const travels = (column: Column): boolean =>
    column === key ? spec.key === 'natural' : spec.columns?.includes(column.name) === true
  return {
    key: key && keyed && { column: key, sequence: keyed },
    renumbered: own.filter(
      (column) => column !== key && (column.serial || sequenceOf(column)) && !travels(column),
    ),
    travelling: own.flatMap((column) => {
      const sequence = sequenceOf(column)
      return sequence && isNumber(column) && travels(column) ? [{ column, sequence }] : []
    }),
  }
}

const isNumber = (column: Column): boolean => keyFamily(column) === 'integer'

const keySequence = (
  form: KeyForm | undefined,
  own: Sequence | undefined,
  sequences: Sequences,
): Sequence | undefined => {
  if (typeof form === 'object' && 'sequence' in form) return sequences.named(form.sequence)
  return form === undefined ? own : undefined
}

/**
 * The key of a table's rows: the only column of its primary key, or, of several, the one that a sequence
 * numbers or that is declared as such; or a unique column beside it whose sequence is declared.
 */
export function ownKeyColumn(
  table: Table,
  own: readonly Column[],
  sequences: Sequences,
  form: KeyForm | undefined,
): Column | undefined {
  const candidates = own.filter(({ name }) => table.primaryKey.includes(name))
  if (table.primaryKey.length === 1 && candidates.length === 1) return candidates[0]
  const numbers = candidates.filter(isNumber)
  if (isSequenceForm(form) && numbers.length === 1) return numbers[0]
  const numbered = numbers.filter((column) => sequences.of(table, column.name))
  if (numbered.length === 1) return numbered[0]
  return own.find(({ name }) => isKeyBeside(table, name, sequences, form))
}

/** Whether the declared sequence numbers this column, which is unique and no part of the primary key. */
export function isKeyBeside(
  table: Table,
  column: string,
  sequences: Sequences,
  form: KeyForm | undefined,
): boolean {
  if (!isSequenceForm(form) || table.primaryKey.includes(column) || !table.unique.has(column)) return false
  const sequence = sequences.of(table, column)
  return sequence !== undefined && sequence.oid === sequences.named(form.sequence)?.oid
}
