import { FindingCollector, type Validator } from '@piecework/core/piece'
import { mostRows } from '../defaults.js'
import { type AttributeList, readAttributeList } from './attribute-list-read.js'
import { findingOf } from './file-problem.js'
import { type ImportedTable, importedTables } from './imported-tables.js'
import { KnownRows } from './known-rows.js'
import type { PlacedProblem, RawTable, RawTables, UploadedResources } from './raw-table.js'
import { checkResources } from './resources/check-resources.js'
import { RowReader } from './row-reader.js'
import type { TenureFiles } from './tenure-files.js'
import { whatToChange } from './what-to-change.js'

/** Reads the whole upload, and reports all that is wrong with it. */
export const uploadValidator = <Tables extends RawTables>(files: TenureFiles<Tables>): Validator => ({
  validate: async function* (context) {
    const check = new UploadCheck(context)
    await check.attempt(async () => {
      const tables = await files.open(context.entries)
      try {
        await check.tables(tables, files)
        await check.resources(tables.resources, files)
        check.known.report(check.findings, tables.fileOf, context.dryRun !== undefined)
      } finally {
        await tables.close()
      }
    })
    yield* check.findings.list()
  },
})

class UploadCheck {
  readonly findings = new FindingCollector()
  readonly known = new KnownRows()
  readonly #context: Pick<Parameters<Validator['validate']>[0], 'signal' | 'progress'>
  #rows = 0

  constructor(context: Pick<Parameters<Validator['validate']>[0], 'signal' | 'progress'>) {
    this.#context = context
  }

  /** Undefined where a file cannot be read, which is reported. */
  async attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work()
    } catch (error) {
      const finding = findingOf(error)
      if (!finding) throw error
      this.findings.add(finding)
      return undefined
    }
  }

  async resources(
    upload: UploadedResources | undefined,
    { keepsFiles }: Pick<TenureFiles, 'keepsFiles'>,
  ): Promise<void> {
    const { findings, known } = this
    const { signal } = this.#context
    if (upload) await this.attempt(() => checkResources(upload, { findings, known, signal, keepsFiles }))
  }

  async tables<Tables extends RawTables>(tables: Tables, files: TenureFiles<Tables>): Promise<void> {
    const list = await this.attempt(() => readAttributeList(tables))
    for (const problem of list?.problems ?? []) this.#problem(problem)
    if (list && !list.isThere)
      this.findings.warning('tenure/attributes-unlisted', { file: tables.fileOf('attributes') }, () => ({
        message: `${tables.fileOf('attributes')} is missing: further columns are taken as their cells have them, and the project does not say what is to be asked about parties and locations.`,
        hint: 'If the export has it, add it; else nothing has to be changed.',
      }))
    for (const imported of importedTables) {
      const isRead = await this.attempt(() => this.#table(imported, tables, list, files))
      if (!isRead) this.known.setUnreadable(imported.name)
    }
    if (this.findings.errors === 0)
      await this.attempt(async () => {
        for await (const problem of files.problems?.(tables, this.known) ?? []) {
          this.#context.signal.throwIfAborted()
          this.#problem(problem)
        }
      })
  }

  /** Whether all of its rows were looked at. */
  async #table<Tables extends RawTables>(
    imported: ImportedTable,
    tables: Tables,
    list: AttributeList | undefined,
    { digest }: TenureFiles<Tables>,
  ): Promise<boolean> {
    const table = await tables.table(imported.name)
    if (!table) {
      const file = tables.fileOf(imported.name)
      this.findings.error('tenure/table-missing', { file }, () => ({
        message: `${file} is missing.`,
        ...whatToChange('tenure/table-missing'),
      }))
      return false
    }
    const { file, line } = table
    const reader = new RowReader(imported, table, list)
    for (const problem of reader.problems) this.#problem({ ...problem, file, line })
    this.#columns(reader, table, list)
    if (reader.problems.length > 0) return false
    let count = 0
    for await (const batch of table.rows()) {
      this.#context.signal.throwIfAborted()
      count += batch.length
      if (count > mostRows) {
        const message = `There are more than ${mostRows} rows.`
        this.#problem({ code: 'tenure/rows-limit', message, file, line: batch[0]?.line ?? line })
        return false
      }
      for (const row of batch) {
        const place = { file: row.file ?? file, line: row.line }
        const { cells, problems } = reader.read(row)
        if (row.problem) this.known.setUnreadable(imported.name)
        for (const problem of problems) this.#problem({ ...problem, ...place })
        for (const problem of this.known.add(imported.name, cells, {
          digest: () => digest?.(cells) ?? 0,
          // One that cannot be read is another problem.
          isGeometryRead: !problems.some(({ column }) => column === 'geometry'),
        }))
          this.#problem({ ...problem, ...place })
      }
      this.#rows += batch.length
      this.#context.progress(this.#rows)
    }
    for (const [column, count] of reader.doubtful)
      this.findings.warning('tenure/text-doubtful', { file, column }, () => ({
        message: `${count} texts of this column are numbers as spreadsheet programs write them: zeros before them and digits may be lost.`,
        hint: 'Compare them with the export; in spreadsheets, format the column as text.',
        count,
      }))
    return true
  }

  #columns(reader: RowReader, { file, line }: RawTable, list: AttributeList | undefined): void {
    if (!list?.isThere) return
    for (const column of reader.unlisted)
      this.findings.warning('tenure/attribute-unlisted', { file, line, column }, () => ({
        message:
          'The table of attributes does not list this column: its values are taken as their cells have them.',
        ...whatToChange('tenure/attribute-unlisted'),
      }))
    for (const column of reader.missing)
      this.findings.warning('tenure/attribute-missing', { file, line, column }, () => ({
        message: 'The table of attributes lists this column, which is not there: nothing has the attribute.',
        ...whatToChange('tenure/attribute-missing'),
      }))
  }

  #problem({ code, message, hint, value, ...place }: PlacedProblem): void {
    this.findings.error(code, place, () => ({
      message,
      ...(value !== undefined && { value }),
      ...whatToChange(code, hint),
    }))
  }
}
