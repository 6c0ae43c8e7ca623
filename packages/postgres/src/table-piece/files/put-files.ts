import { createHash } from 'node:crypto'
import {
  type Entries,
  type ImportContext,
  JoinedFiles,
  PieceworkError,
  type Transaction,
} from '@piecework/core/piece'
import { quoteIdent } from '../../database/quote-ident.js'
import { defaults } from '../../defaults.js'
import type { RowSource } from '../row-source.js'
import type { TablePlan } from '../table-plan.js'
import { journalText } from './file-journal.js'
import { duplicateFile, fileMap } from './file-map.js'
import { type FilePlan, newFileKey } from './file-plan.js'
import { type ListedFile, listedFile } from './listed-file.js'

export type PuttingContext = Pick<ImportContext, 'tx' | 'files' | 'resource' | 'signal'>

/** Puts the files of an archive under new keys, as they are read. */
export async function putArchived(plan: TablePlan, entries: Entries, context: PuttingContext): Promise<void> {
  for (const file of plan.files) {
    await createMap(plan, file, context.tx)
    // Of an archive from before the column had files: each is missing.
    if (!entries.facts(file.list) || !entries.facts(file.bytes)) continue
    const joined = new JoinedFiles(entries.open(file.bytes))
    try {
      for await (const batch of entries.rows(file.list))
        for (let at = 0; at < batch.length; at += defaults.filesAtOnce) {
          const listed = batch.slice(at, at + defaults.filesAtOnce).map((row) => listedFile(row, file))
          await putListed(plan, file, listed, joined, context)
        }
      await joined.end()
    } finally {
      await joined.close()
    }
  }
}

async function putListed(
  plan: TablePlan,
  file: FilePlan,
  listed: readonly ListedFile[],
  joined: JoinedFiles,
  context: PuttingContext,
): Promise<void> {
  const { tx, signal } = context
  const keys = await announced(plan, file, listed, context)
  for (const [at, one] of listed.entries()) {
    signal.throwIfAborted()
    await file.spec.store.put(keys[at] as string, unchanged(joined.take(one.bytes), one, file), signal)
  }
  const { rowCount } = await tx.query(
    `INSERT INTO pg_temp.${fileMap(plan, file)} (old, new) SELECT * FROM unnest($1::text[], $2::text[])
     ON CONFLICT DO NOTHING`,
    [listed.map(({ key }) => key), keys],
  )
  if (rowCount !== listed.length) throw duplicateFile(file)
}

/** Copies the files that the rows of the source name, each once. */
export async function putCloned(plan: TablePlan, source: RowSource, context: PuttingContext): Promise<void> {
  const { tx, signal } = context
  for (const file of plan.files) {
    await createMap(plan, file, tx)
    const map = `pg_temp.${fileMap(plan, file)}`
    const key = `t.${quoteIdent(file.column.name)}::text`
    await tx.query(
      `INSERT INTO ${map} (old) SELECT DISTINCT ${key} FROM ${source.from} WHERE ${source.where} AND ${key} <> ''`,
    )
    for (let after = '0'; ; ) {
      const { rows } = await tx.query<{ place: string; key: string }>(
        `SELECT m.place::text AS place, m.old AS key FROM ${map} m WHERE m.place > $1::bigint ORDER BY m.place LIMIT ${defaults.filesAtOnce}`,
        [after],
      )
      if (rows.length === 0) break
      const keys = await announced(plan, file, rows, context)
      const put: { old: string; key: string }[] = []
      for (const [at, { key: old }] of rows.entries()) {
        signal.throwIfAborted()
        const key = keys[at] as string
        if (await copied(file, old, key, signal)) put.push({ old, key })
      }
      await tx.query(
        `UPDATE ${map} m SET new = g.new FROM unnest($1::text[], $2::text[]) AS g (old, new) WHERE m.old = g.old`,
        [put.map(({ old }) => old), put.map(({ key }) => key)],
      )
      after = rows.at(-1)?.place ?? after
    }
    await tx.query(`ANALYZE ${map}`)
  }
}

/** False if there is no such file. */
async function copied({ spec }: FilePlan, from: string, to: string, signal: AbortSignal): Promise<boolean> {
  const { store } = spec
  if (store.copy) return store.copy(from, to, signal)
  const bytes = await store.open(from, signal)
  if (bytes) await store.put(to, bytes, signal)
  return bytes !== undefined
}

/** New keys, which stand in the journal before anything is put. */
async function announced(
  plan: TablePlan,
  file: FilePlan,
  old: readonly { readonly key: string }[],
  { files, resource }: PuttingContext,
): Promise<readonly string[]> {
  const place = `${plan.name}\n${file.column.name}\n`
  const keys = old.map(({ key }) => newFileKey(file, key, { id: files.nameOf(`${place}${key}`), resource }))
  await files.announce(keys.map((key) => journalText(plan.spec.table, file.column.name, key)))
  return keys
}

async function createMap(plan: TablePlan, file: FilePlan, tx: Transaction): Promise<void> {
  const name = fileMap(plan, file)
  await tx.query(`DROP TABLE IF EXISTS pg_temp.${name}`)
  await tx.query(
    `CREATE TEMPORARY TABLE ${name} (old text PRIMARY KEY, new text, place bigint GENERATED ALWAYS AS IDENTITY) ON COMMIT DROP`,
  )
}

/** Throws before its end, so that the put fails, if these are other bytes than those that were exported. */
async function* unchanged(
  bytes: AsyncIterable<Uint8Array>,
  { key, sha256 }: ListedFile,
  file: FilePlan,
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256')
  for await (const chunk of bytes) {
    hash.update(chunk)
    yield chunk
  }
  if (hash.digest('hex') === sha256) return
  throw new PieceworkError(
    'archive-checksum',
    `The file ${JSON.stringify(key.slice(0, 200))} of "${file.list}" has other bytes than its checksum says.`,
  )
}
