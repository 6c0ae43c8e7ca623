import { checkOptions, type FindingCollector } from '@piecework/core/piece'
import { NUMBER } from '../../numbers/decimal.js'
import { planningUnit } from '../../roles.js'
import type { Batch, Columns } from '../columns.js'
import type { ReadTableOptions } from '../read-table.js'
import { readTable, readTableChecks } from '../read-table.js'

const columns = {
  species: { kind: 'integer', required: true },
  pu: { kind: 'integer', required: true },
  amount: { kind: 'number', min: 0, required: true },
} as const satisfies Columns

export type PuvsprBatch = Batch<typeof columns>

/**
 * Amounts of features in planning units, in the file's order; a pair may come twice (see `FeatureAmounts`).
 * @see Marxan User Manual 5.3.4
 */
export function readPuvspr(
  source: AsyncIterable<Uint8Array>,
  given: ReadTableOptions,
): AsyncIterable<PuvsprBatch> {
  const options = checkOptions('readPuvspr()', given, readTableChecks)
  const subject = { kind: planningUnit, column: 'pu' }
  const layout = { columns, subject, notCarried: ['prob'], header }
  return readTable(source, layout, { ...options, file: options.file ?? 'puvspr.dat' })
}

const unitColumn = /^(?:pu|pu_?id|planning[ _]?unit(?:[ _]?id)?)$/
/** Columns of tables that are no matrices, also by other names than Marxan's. */
const ofTables = /^sp|feat|amount|area|value|prob|^pu|cost|status|loc$|boundary/

/** A column of units and others that are numbered, or named, as features. */
function isMatrix([first = '', ...others]: readonly string[]): boolean {
  if (others.length === 0) return false
  if (others.every((name) => NUMBER.test(name))) return unitColumn.test(first) || first === 'id'
  return (
    unitColumn.test(first) && others.length > 2 && !others.some((name) => name === '' || ofTables.test(name))
  )
}

function header(names: readonly string[], findings: FindingCollector, file: string): boolean {
  if (isMatrix(names)) {
    findings.error('legacy/puvspr-matrix', { file }, () => ({
      message: `${file} ${names.slice(1).every((name) => NUMBER.test(name)) ? 'is' : 'looks like'} a matrix with a column for each feature`,
      hint: 'Write it as rows of species,pu,amount.',
    }))
    return false
  }
  const expected = Object.keys(columns)
  const order = names.filter((name) => expected.includes(name))
  if (order.length === 3 && order.join() !== expected.join())
    findings.warning('legacy/column-order', { file }, () => ({
      message: `The columns are ${order.join(', ')}; they were read by their names`,
      hint: 'Marxan itself reads them by position: species, pu, amount.',
    }))
  return true
}
