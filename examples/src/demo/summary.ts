import type { JobReport } from '@piecework/core'
import type { JobNode } from '@piecework/core/store'

/** One line of the summary: a step as a whole, or one piece of it. */
export interface SummaryRow {
  readonly step: string
  /** Empty for the step as a whole. */
  readonly piece: string
  readonly rows: number
  /** Of the archive's entries, uncompressed. Absent: the step moves none. */
  readonly bytes?: number
  readonly seconds: number
}

/** The step as a whole by the job's own clock, then its pieces by theirs. */
export function summaryOf(
  step: string,
  report: JobReport,
  bytesOf: (node: JobNode) => number | undefined = stagedBytes,
): SummaryRow[] {
  const { createdAt, changes } = report.job
  const seconds = ((changes.at(-1)?.at.getTime() ?? 0) - createdAt.getTime()) / 1000
  const pieces = report.nodes.flatMap((node): SummaryRow[] => {
    if (!node.piece || !node.startedAt || !node.endedAt || node.task === 'validate') return []
    const bytes = bytesOf(node)
    const took = (node.endedAt.getTime() - node.startedAt.getTime()) / 1000
    return [
      {
        step,
        piece: node.piece,
        rows: node.counts?.rows ?? 0,
        seconds: took,
        ...(bytes !== undefined && { bytes }),
      },
    ]
  })
  const bytes = pieces.reduce((sum, piece) => sum + (piece.bytes ?? 0), 0)
  return [{ step, piece: '', rows: report.counts.rows, seconds, ...(bytes > 0 && { bytes }) }, ...pieces]
}

function stagedBytes({ entries }: JobNode): number | undefined {
  return entries?.reduce((sum, entry) => sum + entry.size, 0)
}

const number = new Intl.NumberFormat('en-US')

/** The summary as a text table. */
export function summaryText(rows: readonly SummaryRow[]): string {
  const cells = rows.map((row) => [
    row.piece === '' ? row.step : `  ${row.piece}`,
    number.format(row.rows),
    row.bytes === undefined ? '' : number.format(row.bytes),
    row.seconds.toFixed(2),
    rowsPerSecond(row) === undefined ? '' : number.format(rowsPerSecond(row) ?? 0),
  ])
  return textTable(['step and piece', 'rows', 'bytes', 'seconds', 'rows/s'], cells)
}

/** Undefined if no rows were moved. */
export function rowsPerSecond({ rows, seconds }: SummaryRow): number | undefined {
  return seconds > 0 && rows > 0 ? Math.round(rows / seconds) : undefined
}

/** The first column is aligned left, the others right. */
export function textTable(header: readonly string[], cells: readonly (readonly string[])[]): string {
  const widths = header.map((title, index) =>
    cells.reduce((width, row) => Math.max(width, row[index]?.length ?? 0), title.length),
  )
  const line = (row: readonly string[]) =>
    row
      .map((cell, index) => (index === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[index] ?? 0)))
      .join('  ')
      .trimEnd()
  return [line(header), widths.map((width) => '-'.repeat(width)).join('  '), ...cells.map(line)].join('\n')
}
