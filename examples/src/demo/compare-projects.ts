import { type Database, PieceworkError } from '@piecework/core'
import { compareTwo } from './compare-two.js'
import type { DemoRun } from './demo-run.js'

const pairs = [
  [0, 1],
  [1, 2],
  [0, 2],
] as const

/** Compares the three projects row by row. Throws `counts-differ` if there is any difference. */
export async function compareProjects(
  run: DemoRun,
  database: Database,
  show: (text: string) => void,
): Promise<string> {
  for (const [from, to] of pairs) {
    const pair = `project ${from + 1} and project ${to + 1}`
    show(pair)
    const tables = await compareTwo(database, {
      from: run.projects[from]?.id ?? '',
      to: run.projects[to]?.id ?? '',
      jobs: run.jobs.slice(from + 1, to + 1),
    })
    run.comparisons.push({ pair, tables })
  }
  const differing = run.comparisons.flatMap(({ pair, tables }) =>
    tables
      .filter(({ differences }) => differences > 0)
      .map(({ table, differences }) => `${table} of ${pair} in ${differences} rows`),
  )
  if (differing.length > 0) throw new PieceworkError('counts-differ', `Differences: ${differing.join(', ')}.`)
  const [first] = run.comparisons
  const rows = first?.tables.reduce((sum, table) => sum + table.rows, 0) ?? 0
  return `${rows.toLocaleString('en-US')} rows in ${first?.tables.length} tables, all equal`
}
