import { isSequenceForm } from '@piecework/core/piece'
import type { Column } from '../catalogue.js'
import type { Problem } from '../facts/problem.js'
import { keyFamily } from '../key-family.js'
import type { MatchedTable } from '../table-plan.js'
import type { Sequences } from './sequences.js'

/** Names that frameworks give to the sequence of a table. */
export const likelySequences = (table: string, key: string): readonly string[] => [
  `${table}_${key}_seq`,
  `${table}_seq`,
  `seq_${table}`,
  'hibernate_sequence',
]

interface NumberProblem extends Pick<Problem, 'column' | 'hint'> {
  readonly text: string
}

/** Why numbers of this table cannot be made as it is declared. */
export function numberProblems(plan: MatchedTable, sequences: Sequences): readonly NumberProblem[] {
  const { table, spec, key, numbers } = plan
  const problems: NumberProblem[] = []
  // A key that is a reference too, and is told as one.
  const leads = ({ name }: Column) => table.foreignKeys.some(({ columns }) => columns.includes(name))
  if (isSequenceForm(spec.key) && !sequences.named(spec.key.sequence)) {
    problems.push({
      ...(key && { column: key.name }),
      text: `there is no sequence ${spec.key.sequence}, which "${spec.table}" has as its key`,
    })
  } else if (key && keyFamily(key) === 'integer' && spec.key === undefined && !numbers.key && !leads(key)) {
    const found = likelySequences(table.name, key.name).find((name) => sequences.named(name))
    const words = found
      ? `key: { sequence: '${sequences.named(found)?.text}' }`
      : `key: { sequence: '<schema>.<name>' }`
    problems.push({
      column: key.name,
      hint: `Write ${words} into the declaration of the table.`,
      text: `key "${key.name}" of table "${table.name}" is ${key.type} without a sequence of its own: declare ${words}, or key: 'natural' if people give these keys and they travel`,
    })
  }
  if (numbers.key && !numbers.key.column.notNull)
    problems.push({
      column: numbers.key.column.name,
      hint: 'Make it NOT NULL.',
      text: `"${numbers.key.column.name}" of table "${table.name}" may be NULL, so it cannot be the key of its rows`,
    })
  for (const { column, sequence } of [...(numbers.key ? [numbers.key] : []), ...numbers.travelling]) {
    const what = sequence.cycles
      ? 'begins again at its end'
      : sequence.increment < 0n
        ? 'counts down'
        : undefined
    if (what)
      problems.push({
        column: column.name,
        text: `the sequence ${sequence.text} of "${table.name}"."${column.name}" ${what}`,
      })
  }
  return problems
}
