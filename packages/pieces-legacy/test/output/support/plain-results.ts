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

const runColumns = [
  'run_number',
  'score',
  'cost',
  'planning_units',
  'connectivity',
  'penalty',
  'shortfall',
  'mpm',
]
const featureColumns = ['amount_held', 'occurrences_held', 'separation_achieved', 'target_met', 'mpm']

/**
 * What the files of one scenario say, read in the plainest way: every line is split at its separator, and
 * nothing is checked. Apart from the readers that are tested.
 */
export function plainResults(files: OutputFiles, scenario: string): PlainResults {
  const texts = new Map(Object.entries(files).map(([name, bytes]) => [name, textOf(Buffer.from(bytes))]))
  const named = (kind: string) =>
    [...texts.keys()].filter((name) => new RegExp(`^${scenario}_${kind}\\.`).test(name)).sort()
  const rows = (name: string) => plainRows(texts.get(name) ?? '')
  const runOf = (name: string) => Number(/(\d+)\.\w+$/.exec(name)?.[1])

  const [sum = ''] = named('sum')
  const runs = plainTable(rows(sum))
    .map((row) => runColumns.map((column) => number(row[column])))
    .sort(byNumbers)
  const stated = new Set(runs.map(([run]) => run))
  const isStated = (name: string) => stated.has(runOf(name))

  const selected: Record<number, readonly number[]> = {}
  const [matrix] = named('solutionsmatrix')
  const keep = (run: number, ids: readonly number[]) => {
    if (ids.length > 0) selected[run] = [...ids].sort((a, b) => a - b)
  }
  if (matrix !== undefined) {
    const [header = [], ...records] = rows(matrix)
    for (const [run = '', ...cells] of records.filter(([run = '']) => stated.has(Number(run.slice(1)))))
      keep(
        Number(run.slice(1)),
        cells.flatMap((cell, at) => (cell === '1' ? [Number(header[at + 1]?.slice(1))] : [])),
      )
  } else for (const name of named('r\\d{3,}').filter(isStated)) keep(runOf(name), plainSolution(rows(name)))

  const lowest = Math.min(...runs.map(([, score]) => Number(score)))
  const tied = runs.flatMap(([run, score]) => (score === lowest ? [Number(run)] : []))
  const [file] = named('best')
  const chosen = file === undefined ? [] : plainSolution(rows(file)).sort((a, b) => a - b)
  const isBest = (run: number) => file !== undefined && String(selected[run] ?? []) === String(chosen)
  const best = tied.find(isBest) ?? tied[0]

  const features = named('mv\\d{3,}')
    .filter(isStated)
    .flatMap((name) =>
      plainTable(rows(name), 'feature_name').map((row) => [
        runOf(name),
        number(row.conservation_feature),
        ...featureColumns.map((column) =>
          column === 'target_met' && row[column] ? row[column].toLowerCase() === 'yes' : number(row[column]),
        ),
      ]),
    )
    .sort(byNumbers)
  return { runs, best, selected, features }
}

/** The units that a file `_r` or `_best` selects. */
function plainSolution([header = [], ...records]: readonly (readonly string[])[]): number[] {
  const headless = Number.isFinite(Number(header[0]))
  const id = headless || /^[^a-z0-9]*p/i.test(header[0] ?? '') ? 0 : 1
  return (headless ? [header, ...records] : records).flatMap((record) =>
    Number(record[1 - id] ?? 1) === 1 ? [Number(record[id])] : [],
  )
}

/** UTF-8, or what old programs write, in which further bytes are blanks. */
function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return new TextDecoder('windows-1252').decode(bytes)
  }
}

const number = (text: string | undefined): number | null =>
  text === undefined || text === '' || /^[+-]?(?:nan|inf)$/i.test(text) ? null : Number(text)

const plainRows = (text: string): readonly (readonly string[])[] =>
  text
    .replace(/^\ufeff/, '')
    .split(/\r\n|\r|\n/)
    .filter((line) => /[^\s,;]/.test(line))
    .map((line) => {
      const separator = [',', '\t', ';'].find((one) => line.includes(one)) ?? / +/
      return line.split(separator).map((cell) =>
        cell
          .trim()
          .replace(/^"(.*)"$/, '$1')
          .trim(),
      )
    })

/** Rows by simple names of columns. What is too much in a row is part of the column `wide`. */
function plainTable(
  [header = [], ...records]: readonly (readonly string[])[],
  wide = '',
): readonly Readonly<Record<string, string>>[] {
  const names = header.map((name) =>
    name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '_')
      .replace(/^_|_$/g, ''),
  )
  while (names.at(-1) === '') names.pop()
  return records.map((given) => {
    const cells = [...given]
    while (cells.length > names.length && cells.at(-1) === '') cells.pop()
    const surplus = names.includes(wide) ? cells.length - names.length : 0
    if (surplus > 0) cells.splice(names.indexOf(wide), surplus)
    return Object.fromEntries(names.map((name, at) => [name, cells[at] ?? '']))
  })
}

function byNumbers(a: readonly unknown[], b: readonly unknown[]): number {
  return Number(a[0]) - Number(b[0]) || Number(a[1]) - Number(b[1])
}
