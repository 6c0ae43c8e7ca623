import { type ComparedNode, csvLine, type EntryDiff, type Transaction } from '@piecework/core/piece'
import { quoteIdent } from '../../database/quote-ident.js'
import type { FilePlan } from '../files/file-plan.js'
import { listedFile } from '../files/listed-file.js'
import type { TablePlan } from '../table-plan.js'

/** Temporary table of the files of a column on one side: `key` and `sha256`. */
export const digestTable = ({ column }: FilePlan, side: ComparedNode['side']): string =>
  `pg_temp.${quoteIdent(`piecework_digests_${side}_${column.name.slice(0, 40)}`)}`

export async function loadDigests(
  tx: Transaction,
  file: FilePlan,
  { side, entries }: ComparedNode,
): Promise<void> {
  const table = digestTable(file, side)
  await tx.query(`DROP TABLE IF EXISTS ${table}`)
  await tx.query(
    `CREATE TEMPORARY TABLE ${table.slice('pg_temp.'.length)} (key text, sha256 text) ON COMMIT DROP`,
  )
  if (entries.facts(file.list)) await tx.copyIn({ table, columns: ['key', 'sha256'] }, digests(file, entries))
  await tx.query(`ANALYZE ${table}`)
}

async function* digests(file: FilePlan, entries: ComparedNode['entries']): AsyncGenerator<Uint8Array> {
  for await (const batch of entries.rows(file.list))
    yield Buffer.from(
      batch
        .map((row) => {
          const { key, sha256 } = listedFile(row, file)
          return csvLine([key, sha256])
        })
        .join(''),
    )
}

/** By what the files hold: keys and their order differ. */
export async function compareFiles(
  tx: Transaction,
  plan: TablePlan,
  a: ComparedNode,
  b: ComparedNode,
): Promise<readonly EntryDiff[]> {
  const diffs: EntryDiff[] = []
  for (const file of plan.files) {
    const { rows } = await tx.query<{ equal: boolean }>(
      `SELECT NOT EXISTS (SELECT x.sha256 FROM (
         SELECT sha256, 1 AS side FROM ${digestTable(file, a.side)}
         UNION ALL SELECT sha256, -1 FROM ${digestTable(file, b.side)}) x
       GROUP BY x.sha256 HAVING sum(x.side) <> 0) AS equal`,
    )
    const equal = rows[0]?.equal === true
    for (const path of [file.list, file.bytes])
      if (a.entries.facts(path) && b.entries.facts(path)) diffs.push({ path, equal })
  }
  return diffs
}
