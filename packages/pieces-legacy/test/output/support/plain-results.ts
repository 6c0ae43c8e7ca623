import type { OutputFiles } from './output-zip.js'

/** Results as plain values, in an order that does not depend on the files. */
export interface PlainResults {
  /** run, score, cost, planning units, connectivity, penalty, shortfall, MPM */
  readonly runs: readonly (readonly (number | null)[])[]
  readonly best: number | undefined
  /** By run, ids in order. */
  readonly selected: Readonly<Record<number, readonly number[]>>
  /** run, feature, amount, occurrences, separation, met, MPM */
  readonly features: readonly (readonly (number | boolean | null)[])[]
}

/**
 * What the files of one scenario say, read in the plainest way: commas, a header, no text that needs quotation marks. Apart from the
 * readers that are tested.
 */
export function plainResults(files: OutputFiles, scenario: string): PlainResults {
  const names = Object.keys(files)
  const rows = (name: string) =>
    Buffer.from(files[name] ?? '')
      .toString('utf8')
      .split(/\r\n|\r|\n/)
      .filter((line) => line.trim() !== '')
      .map((line) =>
        line.split(',').map((cell) =>
          cell
            .trim()
            .replace(/^"(.*)"$/, '$1')
            .trim(),
        ),
      )
  const table = (name: string) => {
    const [header = [], ...records] = rows(name)
    return records.map((record) => Object.fromEntries(record.map((cell, at) => [header[at] ?? '', cell])))
  }
  const number = (text: string | undefined) => (text === undefined || text === '' ? null : Number(text))
  const named = (kind: string) =>
    names.filter((name) => new RegExp(`^${scenario}_${kind}\\.`).test(name)).sort()
  const runOf = (name: string) => Number(/(\d+)\.\w+$/.exec(name)?.[1])

  const [sum = ''] = named('sum')
  const runs = table(sum)
    .map((row) =>
      ['Run_Number', 'Score', 'Cost', 'Planning_Units', 'Connectivity', 'Penalty', 'Shortfall', 'MPM'].map(
        (column) => number(row[column]),
      ),
    )
    .sort(byNumbers)
  const lowest = Math.min(...runs.map(([, score]) => Number(score)))
  const best = runs.find(([, score]) => score === lowest)?.[0] ?? undefined

  const selected: Record<number, number[]> = {}
  const [matrix] = named('solutionsmatrix')
  if (matrix !== undefined) {
    const [header = [], ...records] = rows(matrix)
    for (const [run = '', ...cells] of records)
      selected[Number(run.slice(1))] = cells.flatMap((cell, at) =>
        cell === '1' ? [Number(header[at + 1]?.slice(1))] : [],
      )
  } else
    for (const name of named('r\\d{3,}'))
      selected[runOf(name)] = rows(name).flatMap(([id = '', value = '1']) =>
        value === '1' && /^\d+$/.test(id) ? [Number(id)] : [],
      )
  for (const ids of Object.values(selected)) ids.sort((a, b) => a - b)

  const features = named('mv\\d{3,}')
    .flatMap((name) =>
      table(name).map((row) => [
        runOf(name),
        number(row['Conservation Feature']),
        number(row['Amount Held']),
        number(row['Occurrences Held']),
        number(row['Separation Achieved']),
        row['Target Met'] === '' ? null : row['Target Met'] === 'yes',
        number(row.MPM),
      ]),
    )
    .sort(byNumbers)
  return { runs, best, selected, features }
}

function byNumbers(a: readonly unknown[], b: readonly unknown[]): number {
  return Number(a[0]) - Number(b[0]) || Number(a[1]) - Number(b[1])
}
