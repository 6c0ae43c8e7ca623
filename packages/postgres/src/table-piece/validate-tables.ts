import {
  type CsvRow,
  FindingCollector,
  isPieceworkError,
  type NewFinding,
  openCsv,
  recordLimit,
  type ValidationContext,
} from '@piecework/core/piece'
import { Encoding } from '../database/encoding.js'
import { defaults } from '../defaults.js'
import { ComingLosses } from './coming-losses.js'
import { externalKeys } from './external-keys.js'
import { validateFiles } from './files/validate-files.js'
import { type Header, matchHeader } from './header.js'
import { MissingRows } from './missing-rows.js'
import { newlines } from './newlines.js'
import { RepeatedKeys } from './repeated-keys.js'
import { rowChecks } from './row-checks.js'
import { withEntry } from './row-error.js'
import { SettledChecks } from './settled-checks.js'
import { isCertain } from './shell-row.js'
import type { TablePieceSpec } from './spec.js'
import type { TablePlan } from './table-plan.js'
import { tablesOfNode } from './tables-in.js'

/**
 * Reads every entry of the piece to its end. Reports presence, header, quoting, checksum, row count, values
 * and missing external rows.
 */
export async function* validateTables<Options>(
  piece: TablePieceSpec<Options>,
  context: ValidationContext<Options>,
): AsyncGenerator<NewFinding> {
  const { entries, signal } = context
  const { jobId: job, target: resource } = context
  const plans = await tablesOfNode(context.tx, piece, { work: 'validate', job, resource })
  const ofTables = plans.flatMap(({ entry, files }) => [
    entry,
    ...files.flatMap(({ list, bytes }) => [list, bytes]),
  ])
  const expected = new Set([...ofTables, ...(piece.extraEntries ?? [])])
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
    yield* validateFiles(plan, context)
  }
}

async function* validateEntry(
  plan: TablePlan,
  context: ValidationContext,
  before: number,
): AsyncGenerator<NewFinding, number> {
  const { entries, signal } = context
  const file = plan.entry
  const findings = new FindingCollector({
    limit: defaults.listedPerEntry,
    limitPerColumn: defaults.listedPerColumn,
  })
  const external = externalKeys(plan, context)
  const missing = new MissingRows(external)
  const losses = await ComingLosses.of(plan, context)
  const encoding = Encoding.named(plan.facts.encoding)
  let rows = 0
  try {
    const columns = await headerOf(context, file)
    yield* headerFindings(plan, matchHeader(plan, columns))
    const facts = entries.facts(file)
    const checks = rowChecks(context.tx, plan, columns, facts, encoding)
    const settled = new SettledChecks(plan, columns, context)
    const repeated = new RepeatedKeys(plan, columns, facts?.rows ?? Math.ceil((facts?.size ?? 0) / 20))
    let line = 2 + newlines(columns)
    for await (const batch of entries.rows(file)) {
      signal.throwIfAborted()
      const keys = external.map((): string[] => [])
      const kept: CsvRow[] = []
      const lines: number[] = []
      await encoding?.learn(context.tx, textsOf(batch))
      for (const row of batch) {
        if (!encoding || !lackingIn(encoding, row)) {
          kept.push(row)
          lines.push(line)
        }
        checks.row(row, line, findings)
        repeated.first(row)
        for (const [index, { read }] of external.entries()) keys[index]?.push(...read(row))
        line += 1 + newlines(Object.values(row))
      }
      await checks.ask(findings)
      await settled.ask(kept, lines, findings)
      await losses.add(kept)
      rows += batch.length
      context.progress(before + rows)
      await missing.add(encoding ? keys.map((own) => own.filter((key) => !encoding.lacking(key))) : keys)
    }
    await checks.ask(findings, true)
    if (repeated.suspected) await readAgain(context, file, 2 + newlines(columns), repeated, findings)
  } catch (error) {
    if (!isPieceworkError(error) || !/^archive-|^counts-differ$/.test(error.code)) throw error
    findings.error(`table/${error.code}`, { file }, () => ({ message: withEntry(error, file).message }))
  }
  if (plan.ownRow && (rows > 1 || (rows === 0 && isCertain(plan)))) {
    const message = `Entry "${file}" has ${rows} rows where it must have one.`
    findings.error('table/not-one-row', { file }, () => ({ message }))
  }
  yield* findings.list()
  yield* missing.list(file)
  yield* losses.list()
  return rows
}

function* textsOf(rows: readonly CsvRow[]): Iterable<string> {
  for (const row of rows) for (const value of Object.values(row)) if (value !== null) yield value
}

const lackingIn = (encoding: Encoding, row: CsvRow): boolean =>
  Object.values(row).some((value) => value !== null && encoding.lacking(value) !== undefined)

async function readAgain(
  { entries, signal }: ValidationContext,
  file: string,
  firstLine: number,
  repeated: RepeatedKeys,
  findings: FindingCollector,
): Promise<void> {
  let line = firstLine
  for await (const batch of entries.rows(file)) {
    signal.throwIfAborted()
    for (const row of batch) {
      repeated.second(row, line, findings)
      line += 1 + newlines(Object.values(row))
    }
  }
}

async function headerOf({ entries }: ValidationContext, entry: string): Promise<readonly string[]> {
  const csv = await openCsv(entries.open(entry), recordLimit(entries.facts(entry)))
  await csv.close()
  return csv.columns
}

function* headerFindings(plan: TablePlan, header: Header): Iterable<NewFinding> {
  const file = plan.entry
  const table = plan.table.name
  for (const name of header.unknown) {
    // The name comes from the file, and may have any length.
    const column = name.slice(0, 100)
    const message = `Table "${table}" has no column ${JSON.stringify(column)}.`
    yield { severity: 'error', code: 'table/column-unknown', file, line: 1, column, message }
  }
  for (const column of header.missing) {
    const message = `The column "${column}" is missing, and table "${table}" has no default for it.`
    yield { severity: 'error', code: 'table/column-missing', file, line: 1, column, message }
  }
  for (const column of header.unread) {
    const message = `The column "${column}" of table "${table}" is decided here; its values in the file are not read.`
    yield { severity: 'warning', code: 'table/column-unread', file, line: 1, column, message }
  }
}
