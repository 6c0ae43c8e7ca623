import type { FindingCollector } from '@piecework/core/piece'
import { shownHeaderCharacters } from '../../defaults.js'
import { columnName } from '../column-name.js'

export const featureColumn = 'conservation_feature'
export const nameColumn = 'feature_name'

/** How the cells of a column are read, by its name. */
export const featureValues = {
  amount_held: 'number',
  occurrences_held: 'integer',
  separation_achieved: 'integer',
  target_met: 'yes',
  mpm: 'number',
  // Not kept: they show whether the others stand where they should.
  target: 'number',
  occurrence_target: 'number',
  separation_target: 'number',
} as const
export type FeatureValue = keyof typeof featureValues

const required: ReadonlySet<string> = new Set([featureColumn, 'amount_held', 'target_met'])

interface FeatureField {
  /** As the file spells it. */
  readonly name: string
  readonly at: number
}

/** By `columnName`. */
export type FeatureFields = ReadonlyMap<string, FeatureField>

export const isFeatureColumn = (name: string): boolean =>
  name === featureColumn || name === nameColumn || name in featureValues

/** Undefined, with errors, if the file cannot be read. */
export function featureFields(
  names: readonly string[],
  file: string,
  line: number,
  findings: FindingCollector,
): FeatureFields | undefined {
  const errors = findings.errors
  const fields = new Map<string, FeatureField>()
  for (const [at, name] of names.entries()) {
    const simple = columnName(name)
    if (fields.has(simple))
      findings.error('legacy/column-duplicate', { file, line, column: name }, () => ({
        message: `The column ${name} stands in the header twice`,
      }))
    fields.set(simple, { name, at })
  }
  for (const column of required)
    if (!fields.has(column))
      findings.error('legacy/column-missing', { file, line, column }, () => ({
        message: `The column ${column} is missing`,
        hint: `Give the column that is meant this name. The header has: ${names.join(', ').slice(0, shownHeaderCharacters)}`,
      }))
  return findings.errors > errors ? undefined : fields
}
