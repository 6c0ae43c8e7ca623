import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { csvLine, type ExportContext, type Transaction } from '@piecework/core/piece'
import { quoteIdent } from '../../database/quote-ident.js'
import { defaults } from '../../defaults.js'
import { resourceRows } from '../row-source.js'
import type { TablePlan } from '../table-plan.js'
import type { FilePlan } from './file-plan.js'
import { MissingFiles } from './missing-files.js'

/** Writes the files that rows name, each once, as they are read, and at the same time the list of them. */
export async function exportFiles(plan: TablePlan, context: ExportContext): Promise<void> {
  for (const file of plan.files) {
    const lines = new PassThrough()
    lines.write(csvLine(['key', 'bytes', 'sha256']))
    const missing = new MissingFiles(plan, file)
    const written = context.write(file.bytes, bytesOfAll(plan, file, { ...context, lines, missing }))
    // It ends last, so that entries are always in one order.
    written.then(
      () => lines.end(),
      (error: Error) => lines.destroy(error),
    )
    await Promise.all([written, context.write(file.list, lines)])
    missing.tell(context)
  }
}

interface Writing extends Pick<ExportContext, 'tx' | 'resource' | 'signal'> {
  readonly lines: PassThrough
  readonly missing: MissingFiles
}

async function* bytesOfAll(
  plan: TablePlan,
  file: FilePlan,
  { tx, resource, signal, lines, missing }: Writing,
): AsyncGenerator<Uint8Array> {
  for await (const key of keysOf(plan, file, tx, resource.id)) {
    signal.throwIfAborted()
    const bytes = await file.spec.store.open(key, signal)
    if (!bytes) missing.add(key)
    else if (missing.isRefused) await closeUnread(bytes)
    else {
      const hash = createHash('sha256')
      let size = 0
      for await (const chunk of bytes) {
        signal.throwIfAborted()
        hash.update(chunk)
        size += chunk.length
        yield chunk
      }
      if (!lines.write(csvLine([key, String(size), hash.digest('hex')])))
        await once(lines, 'drain', { signal })
    }
  }
  missing.refuse()
}

/** A stream that was never begun may not close what it has opened. */
async function closeUnread(bytes: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of bytes) return
}

const cursor = 'piecework_files'

/** Each key once, in the order of their bytes. */
async function* keysOf(
  plan: TablePlan,
  { column }: FilePlan,
  tx: Transaction,
  resource: string,
): AsyncGenerator<string> {
  const source = resourceRows(plan, resource)
  const key = `t.${quoteIdent(column.name)}::text`
  await tx.query(
    `DECLARE ${cursor} NO SCROLL CURSOR FOR SELECT k.key FROM
       (SELECT DISTINCT ${key} AS key FROM ${source.from} WHERE ${source.where} AND ${key} <> '') k
     ORDER BY k.key COLLATE "C"`,
  )
  for (;;) {
    const { rows } = await tx.query<{ key: string }>(`FETCH ${defaults.filesAtOnce} FROM ${cursor}`)
    for (const { key } of rows) yield key
    if (rows.length < defaults.filesAtOnce) break
  }
  await tx.query(`CLOSE ${cursor}`)
}
