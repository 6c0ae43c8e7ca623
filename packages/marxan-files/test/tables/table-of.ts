import { FindingCollector } from '@piecework/core/piece'
import { chunks } from '@piecework/test-support/fixtures/chunks.js'
import { rowsOf } from '@piecework/test-support/fixtures/rows-of.js'
import type { Columns } from '#internal/tables/columns.js'
import type { TableLayout } from '#internal/tables/layout.js'
import { readTable } from '#internal/tables/read-table.js'

/** `code line column` of each finding; errors are marked. */
function told(findings: FindingCollector): string[] {
  return findings
    .list()
    .map(({ severity, code, line, column }) =>
      [severity === 'error' ? '!' : '?', code.replace('legacy/', ''), line, column].filter(Boolean).join(' '),
    )
}

const columns = {
  id: { kind: 'integer', required: true },
  amount: { kind: 'number', aliases: ['value'] },
  name: { kind: 'text' },
} as const satisfies Columns

/** A table of `id` (required), `amount` (alias `value`) and `name`, of which `xloc` is ignored and `prob` not carried. */
export const layout: TableLayout<typeof columns> = { columns, ignored: ['xloc'], notCarried: ['prob'] }

export async function tableOf(...parts: readonly (string | Uint8Array)[]) {
  const findings = new FindingCollector()
  const rows = await rowsOf(readTable(chunks(...parts), layout, { file: 't.dat', findings }))
  return { rows, told: told(findings), findings: findings.list() }
}
