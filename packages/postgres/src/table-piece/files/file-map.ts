import { type ImportContext, type NewFinding, PieceworkError, type Transaction } from '@piecework/core/piece'
import { quoteIdent } from '../../database/quote-ident.js'
import { defaults } from '../../defaults.js'
import { type RowSource, resourceRows } from '../row-source.js'
import type { TablePlan } from '../table-plan.js'
import { journalText } from './file-journal.js'
import type { FilePlan } from './file-plan.js'
import { fileMissing, missingFinding } from './missing-files.js'

/** Old and new keys of the files of a column, in a temporary table of the attempt's transaction: `old`, `new`, `place`. */
export function fileMap({ spec }: Pick<TablePlan, 'spec'>, { column }: FilePlan): string {
  const at = Object.keys(spec.files ?? {}).indexOf(column.name)
  return quoteIdent(`piecework_files_${at}_${spec.table.slice(0, 40)}`)
}

/** SQL of the new key of a file; of a text that is empty, that text. */
export function newFileSql(plan: TablePlan, file: FilePlan, given: string): string {
  const found = `SELECT f.new FROM pg_temp.${fileMap(plan, file)} f WHERE f.old OPERATOR(pg_catalog.=) ${given}::pg_catalog.text`
  return `CASE WHEN ${given}::pg_catalog.text OPERATOR(pg_catalog.=) '' THEN ${given}::pg_catalog.text ELSE (${found}) END`
}

/** Refuses rows whose file is missing, or tells how many there are. */
export async function tellMissingFiles(
  plan: TablePlan,
  source: RowSource,
  { tx, finding }: { readonly tx: Transaction; finding(finding: NewFinding): void },
): Promise<void> {
  for (const file of plan.files) {
    const given = source.column(file.column.name)
    if (given === undefined) continue
    const { rows } = await tx.query<{ count: string; named: string[] | null }>(
      `SELECT count(*)::text AS count, (array_agg(DISTINCT left(${given}::text, 200)))[1:${defaults.namedFiles}] AS named
       FROM ${source.from} WHERE ${source.where} AND ${given}::text <> '' AND NOT EXISTS (
         SELECT FROM pg_temp.${fileMap(plan, file)} f WHERE f.old = ${given}::text AND f.new IS NOT NULL)`,
    )
    const count = Number(rows[0]?.count ?? 0)
    if (count === 0) continue
    const named = (rows[0]?.named ?? []).map((key) => JSON.stringify(key)).join(', ')
    const what = `${count} ${count === 1 ? 'row names a file that is' : 'rows name files that are'} not there (${named})`
    if ((file.spec.missing ?? 'refuse') === 'refuse') throw fileMissing(plan, file, what)
    finding(missingFinding(plan, file, count, what))
  }
}

/** Files that were put and that no row has become the name of: they go at the job's end. */
export async function withdrawUnnamed(
  plan: TablePlan,
  { tx, resource, files, finding }: Pick<ImportContext, 'tx' | 'resource' | 'files' | 'finding'>,
): Promise<void> {
  for (const file of plan.files) {
    const rows = resourceRows(plan, resource.id, { all: true })
    const unnamed = `FROM pg_temp.${fileMap(plan, file)} f WHERE f.new IS NOT NULL AND f.place > $1::bigint
      AND f.new NOT IN (SELECT ${rows.column(file.column.name)}::text FROM ${rows.from}
        WHERE ${rows.where} AND ${rows.column(file.column.name)} IS NOT NULL)`
    let count = 0
    for (let after = '0'; ; ) {
      const found = await tx.query<{ place: string; key: string }>(
        `SELECT f.place::text AS place, f.new AS key ${unnamed} ORDER BY f.place LIMIT ${defaults.putFiles}`,
        [after],
      )
      if (found.rows.length === 0) break
      await files.withdraw(found.rows.map(({ key }) => journalText(plan.spec.table, file.column.name, key)))
      count += found.rows.length
      after = found.rows.at(-1)?.place ?? after
    }
    if (count > 0)
      finding({
        severity: 'warning',
        code: 'table/file-without-row',
        file: file.list,
        count,
        message: `${count} ${count === 1 ? 'file' : 'files'} of "${file.list}" ${count === 1 ? 'is' : 'are'} named by no row: left out.`,
      })
  }
}

export const duplicateFile = (file: FilePlan): PieceworkError =>
  new PieceworkError('archive-invalid', `"${file.list}" lists a file twice.`)
