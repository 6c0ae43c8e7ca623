import type { Piece } from '@piecework/core/piece'
import { uuidExpression, uuidLiteral } from '@piecework/postgres'

const entry = 'stickers.csv'

export const stickers: Piece = {
  contract: 1,
  name: 'notebook/stickers',
  of: 'notebook',
  version: 1,
  after: ['notebook/pages'],

  exporter: {
    export: async ({ tx, resource, write }) => {
      const from = `FROM stickers s JOIN pages p ON p.id = s.page_id WHERE p.notebook_id = ${uuidLiteral(resource.id)}`
      const { rows } = await tx.query<{ count: number }>(`SELECT count(*)::int AS count ${from}`)
      const count = rows[0]?.count ?? 0
      const csv = tx.copyOut(`SELECT s.page_id, s.label ${from} ORDER BY p.position, s.label COLLATE "C"`)
      await write(entry, csv, () => count)
      return { rows: count }
    },
  },

  importer: {
    import: async ({ entries, tx, ids, resource, finding, progress, signal }) => {
      const counts = { rows: 0, skipped: 0 }
      for await (const batch of entries.rows(entry)) {
        signal.throwIfAborted()
        const { rowCount } = await tx.query(
          `INSERT INTO stickers (page_id, label)
           SELECT p.id, given.label FROM unnest($1::uuid[], $2::text[]) AS given (page, label)
           JOIN pages p ON p.id = given.page AND p.notebook_id = $3`,
          [
            batch.map(({ page_id }) => ids.idOf('pages', page_id ?? '')),
            batch.map(({ label }) => label ?? ''),
            resource.id,
          ],
        )
        counts.rows += rowCount
        counts.skipped += batch.length - rowCount
        progress(counts.rows + counts.skipped, entries.facts(entry)?.rows)
      }
      if (counts.skipped > 0) {
        finding({
          severity: 'warning',
          code: 'notebook/page-missing',
          file: entry,
          column: 'page_id',
          count: counts.skipped,
          message: `${counts.skipped} stickers are on pages that are not there: left out.`,
        })
      }
      return counts
    },
  },

  cloner: {
    clone: async ({ source, tx, ids }) => {
      const { rowCount } = await tx.query(
        `INSERT INTO stickers (page_id, label)
         SELECT ${uuidExpression(ids.key('pages'), 's.page_id')}, s.label
         FROM stickers s JOIN pages p ON p.id = s.page_id WHERE p.notebook_id = $1`,
        [source.id],
      )
      return { rows: rowCount }
    },
  },

  validators: [
    {
      validate: async function* ({ entries }) {
        if (!entries.facts(entry)) {
          yield {
            severity: 'error',
            code: 'notebook/entry-missing',
            file: entry,
            message: `"${entry}" is missing.`,
          }
          return
        }
        let empty = 0
        for await (const batch of entries.rows(entry)) {
          empty += batch.filter(({ label }) => !label).length
        }
        if (empty === 0) return
        const message = `${empty} stickers have no label.`
        const place = { file: entry, column: 'label', count: empty }
        yield { severity: 'error', code: 'notebook/label-missing', message, ...place }
      },
    },
  ],
}
