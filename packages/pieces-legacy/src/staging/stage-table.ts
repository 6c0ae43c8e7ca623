import { FindingCollector, type ImportContext, PieceworkError } from '@piecework/core/piece'

/** What an importer needs of its context to stage a file. */
export type StagingContext = Pick<ImportContext, 'entries' | 'tx' | 'signal' | 'progress'>

/** A temporary table and the rows that a reader yields for it in batches. */
export interface StagedTable<Batch> {
  /** For messages. */
  readonly file: string
  readonly name: string
  /** Name and type of each column. */
  readonly columns: Readonly<Record<string, string>>
  read(findings: FindingCollector): AsyncIterable<Batch & { readonly length: number }>
  /** One record of CSV, without its end of line. */
  record(batch: Batch, row: number): string
}

/**
 * Copies rows into a temporary table that ends with the transaction; resolves to their number. Throws
 * `validation-failed` if the reader finds an error.
 */
export async function stageTable<Batch>(context: StagingContext, table: StagedTable<Batch>): Promise<number> {
  const { tx, progress } = context
  const columns = Object.entries(table.columns)
  await tx.query(
    `CREATE TEMPORARY TABLE ${table.name} (${columns.map(([name, type]) => `${name} ${type}`).join(', ')}) ON COMMIT DROP`,
  )
  const findings = new FindingCollector()
  let rows = 0
  const csv = async function* (): AsyncGenerator<Uint8Array> {
    for await (const batch of table.read(findings)) {
      let lines = ''
      for (let row = 0; row < batch.length; row += 1) lines += `${table.record(batch, row)}\n`
      rows += batch.length
      progress(rows)
      if (lines !== '') yield Buffer.from(lines)
    }
  }
  const copied = await tx.copyIn({ table: table.name, columns: columns.map(([name]) => name) }, csv())
  if (findings.errors > 0)
    throw new PieceworkError(
      'validation-failed',
      `${table.file} has ${findings.errors} errors that its validation did not report`,
    )
  if (copied !== rows)
    throw new PieceworkError(
      'counts-differ',
      `${table.file} has ${rows} rows, but the database accepted ${copied}`,
    )
  await tx.query(`ANALYZE ${table.name}`)
  return rows
}
