import {
  type CsvRow,
  FindingCollector,
  isPieceworkError,
  type NewFinding,
  openCsv,
  type ValidationContext,
} from '@piecework/core/piece'
import { type ValueCheck, valueCheck } from './column-types.js'
import { externalKeys, type OutsideKeys } from './external-keys.js'
import { type Header, matchHeader, readableColumns } from './header.js'
import { resolveTables } from './resolve-tables.js'
import { named } from './row-error.js'
import type { TablePieceSpec } from './spec.js'
import type { TablePlan } from './table-plan.js'

/** Every entry of the piece to its end: presence, header, quoting, checksum, row count, values, rows that must be there already. */
export async function* validateTables<Options>(
  piece: TablePieceSpec<Options>,
  context: ValidationContext<Options>,
): AsyncGenerator<NewFinding> {
  const { entries, signal } = context
  const plans = await resolveTables(context.tx, piece)
  const expected = new Set([...plans.map(({ entry }) => entry), ...(piece.extraEntries ?? [])])
  for (const path of entries.paths) {
    if (!expected.has(path)) {
      yield {
        severity: 'error',
        code: 'table/entry-unexpected',
        file: path,
        message: `Piece "${piece.name}" has no entry "${path}".`,
      }
    }
  }
  let done = 0
  for (const plan of plans) {
    signal.throwIfAborted()
    if (!entries.facts(plan.entry)) {
      yield {
        severity: 'error',
        code: 'table/entry-missing',
        file: plan.entry,
        message: `Entry "${plan.entry}" is missing.`,
      }
      continue
    }
    done += yield* validateEntry(plan, context, done)
  }
}

async function* validateEntry(
  plan: TablePlan,
  context: ValidationContext,
  before: number,
): AsyncGenerator<NewFinding, number> {
  const { entries, signal } = context
  const file = plan.entry
  const findings = new FindingCollector({ limit: listedPerKind, limitPerColumn: listedPerColumn })
  const missing = new FindingCollector({ limit: listedMissing })
  let rows = 0
  try {
    const columns = await headerOf(context, file)
    yield* headerFindings(plan, matchHeader(plan, columns))
    const check = rowChecks(plan, columns)
    const outside = externalKeys(plan, context)
    let line = 2 + newlines(columns)
    for await (const batch of entries.rows(file)) {
      signal.throwIfAborted()
      const keys = outside.map((): string[] => [])
      for (const row of batch) {
        check(row, line, findings)
        for (const [index, { read }] of outside.entries()) keys[index]?.push(...read(row))
        line += 1 + newlines(Object.values(row))
      }
      rows += batch.length
      context.progress(before + rows)
      for (const [index, known] of outside.entries())
        await addMissing(known, keys[index] ?? [], missing, file)
    }
  } catch (error) {
    if (!isPieceworkError(error) || !/^archive-|^counts-differ$/.test(error.code)) throw error
    findings.error(`table/${error.code}`, { file }, () => ({ message: named(error, file).message }))
  }
  if (plan.ownRow && rows !== 1) {
    const message = `Entry "${file}" has ${rows} rows where it must have one.`
    findings.error('table/not-one-row', { file }, () => ({ message }))
  }
  yield* findings.list()
  yield* missing.list()
  return rows
}

const listedPerColumn = 5
const listedPerKind = 1000
/** Rows that the database lacks are listed one by one, so that one report names all that must be added. */
const listedMissing = 500

async function addMissing(
  outside: OutsideKeys,
  keys: readonly string[],
  findings: FindingCollector,
  file: string,
): Promise<void> {
  const { column, code, hint } = outside
  for (const key of await outside.missing(keys)) {
    const message = outside.message(JSON.stringify(key.slice(0, 200)))
    findings.error(code, { file, column }, () => ({ message, hint }))
  }
}

async function headerOf({ entries }: ValidationContext, entry: string): Promise<readonly string[]> {
  const csv = await openCsv(entries.open(entry))
  await csv.close()
  return csv.columns
}

function* headerFindings(plan: TablePlan, header: Header): Iterable<NewFinding> {
  const file = plan.entry
  const table = plan.table.name
  for (const name of header.unknown) {
    // Whoever wrote the file chose its length.
    const column = name.slice(0, 100)
    const message = `Table "${table}" has no column ${JSON.stringify(column)}.`
    yield { severity: 'error', code: 'table/column-unknown', file, line: 1, column, message }
  }
  for (const column of header.missing) {
    const message = `The column "${column}" is missing, and table "${table}" has no default for it.`
    yield { severity: 'error', code: 'table/column-missing', file, line: 1, column, message }
  }
  for (const column of header.unread) {
    const message = `The column "${column}" of table "${table}" is decided here; what the file says of it is not read.`
    yield { severity: 'warning', code: 'table/column-unread', file, line: 1, column, message }
  }
}

type RowCheck = (row: CsvRow, line: number, findings: FindingCollector) => void

function rowChecks(plan: TablePlan, columns: readonly string[]): RowCheck {
  const file = plan.entry
  const readable = readableColumns(plan)
  const checks = columns.flatMap((name): RowCheck | [] => {
    const column = readable.get(name)
    if (!column) return []
    const reference = plan.references.get(name)
    const instead = [reference?.shared?.header, reference?.lookup?.header].filter(
      (header) => header !== undefined,
    )
    const required = column.notNull && plan.table.columns.get(name) === column
    const fits: ValueCheck = valueCheck(column.base) ?? (() => true)
    return (row, line, findings) => {
      const value = row[name] ?? null
      if (value === null) {
        if (!required || instead.some((header) => (row[header] ?? null) !== null)) return
        const message = `"${name}" is empty, which table "${plan.table.name}" does not allow.`
        findings.error('table/value-missing', { file, line, column: name }, () => ({ message }))
      } else if (!fits(value)) {
        const message = `${JSON.stringify(value.slice(0, 100))} is not ${column.type}.`
        findings.error('table/value-invalid', { file, line, column: name }, () => ({ message }))
      }
    }
  })
  return (row, line, findings) => {
    for (const check of checks) check(row, line, findings)
  }
}

function newlines(values: readonly (string | null)[]): number {
  let count = 0
  for (const value of values) {
    if (value?.includes('\n')) count += value.split('\n').length - 1
  }
  return count
}
