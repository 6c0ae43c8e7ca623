import type { Problem } from './problem.js'
import type { SoakRound } from './soak.js'

const columns = [
  'fault',
  'job',
  'injected',
  'under way',
  'begun again',
  'succeeded',
  'ended otherwise',
  'lost',
  'doubled',
  'left over',
  'wrong',
]

/**
 * By fault and job, in Markdown; the last line sums up. `under way`: the fault met a request or a job that
 * had not ended; `begun again`: at least one of its nodes was.
 */
export function tableOf(rounds: readonly SoakRound[]): string {
  const groups = new Map<string, SoakRound[]>()
  for (const round of rounds) {
    const key = `${round.fault}\n${round.job}`
    groups.set(key, [...(groups.get(key) ?? []), round])
  }
  const lines = [...groups.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, group]) => [...key.split('\n'), ...cellsOf(group)])
  return aligned([columns, ...lines, ['all', '', ...cellsOf(rounds)]])
}

function cellsOf(rounds: readonly SoakRound[]): readonly string[] {
  const ends = new Map<string, number>()
  for (const { end } of rounds) ends.set(end, (ends.get(end) ?? 0) + 1)
  const otherwise = [...ends].filter(([end]) => end !== 'succeeded').map(([end, count]) => `${count} ${end}`)
  const found = (what: Problem['what']) =>
    rounds.flatMap(({ problems }) => problems).filter((one) => one.what === what).length
  return [
    rounds.length,
    rounds.filter(({ underWay }) => underWay).length,
    rounds.filter(({ again }) => again).length,
    ends.get('succeeded') ?? 0,
    otherwise.join(', '),
    found('lost'),
    found('doubled'),
    found('left over'),
    found('wrong'),
  ].map(String)
}

function aligned(rows: readonly (readonly string[])[]): string {
  const widths = columns.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)))
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, at) => (at < 2 || at === 6 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join(' | ')} |`
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  const [head = [], ...body] = rows
  return [line(head), rule, ...body.map(line)].join('\n')
}
