import { FindingCollector } from '@piecework/core/piece'
import { type Batch, type Columns, readTable, type TableLayout } from '@piecework/marxan-files'

export async function* chunks(...parts: readonly (string | Uint8Array)[]): AsyncIterable<Uint8Array> {
  for (const part of parts) yield typeof part === 'string' ? Buffer.from(part) : part
}

/** Rows with their lines, in one array. */
export async function rowsOf<C extends Columns>(batches: AsyncIterable<Batch<C>>): Promise<unknown[][]> {
  const rows: unknown[][] = []
  for await (const { length, lines, columns } of batches)
    for (let row = 0; row < length; row += 1)
      rows.push([lines[row], ...Object.values(columns).map((cells) => cells[row])])
  return rows
}

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

export async function table(...parts: readonly (string | Uint8Array)[]) {
  const findings = new FindingCollector()
  const rows = await rowsOf(readTable(chunks(...parts), layout, { file: 't.dat', findings }))
  return { rows, told: told(findings), findings: findings.list() }
}
