import fc from 'fast-check'
import { features, smallOutput } from './small-output.js'

/**
 * An output folder without errors, as texts by file name, and ids of the units and features that it is about.
 */
export interface AnyOutput {
  readonly files: Readonly<Record<string, string>>
  readonly units: readonly number[]
  readonly features: readonly number[]
  readonly leftover: number
}

const ids = (maxLength: number) => fc.uniqueArray(fc.nat(300), { minLength: 1, maxLength })
const number = fc.double({ min: 0, max: 1e6, noNaN: true }).map((value) => value.toFixed(6))

const first = 13

/**
 * Results of a few runs in random order, of which several may have the lowest score; solutions in a matrix, in
 * files of any layout, or in both. `leftover` runs are not in the summary.
 */
export const anyOutput: fc.Arbitrary<AnyOutput> = fc
  .record({
    units: ids(9),
    features: ids(4),
    runs: fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 4 }),
    bits: fc.infiniteStream(fc.boolean()),
    numbers: fc.infiniteStream(number),
    layout: fc.constantFrom('PUID,SOLUTION', '"planning_unit","solution"', ''),
    solutions: fc.constantFrom('matrix', 'files', 'both'),
    frequency: fc.boolean(),
    scores: fc.infiniteStream(fc.integer({ min: 1, max: 3 })),
    best: fc.nat(9),
    leftover: fc.nat(2),
    newline: fc.constantFrom('\n', '\r\n'),
  })
  .map((given) => {
    const { units, features: names, runs, bits, numbers, layout, solutions, frequency, newline } = given
    const take = <T>(stream: fc.Stream<T>): T => stream.next().value as T
    const all = [...runs, ...Array.from({ length: given.leftover }, (_, at) => first + at)]
    const selected = new Map(all.map((run) => [run, units.filter(() => take(bits))]))
    const scores = new Map(runs.map((run) => [run, take(given.scores)]))
    const tied = runs.filter((run) => scores.get(run) === Math.min(...scores.values()))
    const files: Record<string, string> = {}
    const put = (kind: string, lines: readonly string[]) => {
      files[`out_${kind}`] = lines.map((line) => `${line}${newline}`).join('')
    }
    const [header = ''] = smallOutput['out_sum.csv'].split('\n')
    put('sum.csv', [
      header,
      ...runs.map(
        (run) =>
          `${run},${scores.get(run)},${take(numbers)},${selected.get(run)?.length},${take(numbers)},0,${take(numbers)},1,1`,
      ),
    ])
    const isIn = (run: number, unit: number) => selected.get(run)?.includes(unit) === true
    if (solutions !== 'files')
      put('solutionsmatrix.csv', [
        ['SolutionsMatrix', ...units.map((unit) => `P${unit}`)].join(','),
        ...all.map((run) => [`S${run}`, ...units.map((unit) => (isIn(run, unit) ? 1 : 0))].join(',')),
      ])
    const extension = layout === '' ? 'dat' : 'csv'
    const putSolution = (kind: string, run: number) =>
      put(`${kind}.${extension}`, [
        ...(layout === '' ? [] : [layout]),
        ...units.map((unit) => (isIn(run, unit) ? `${unit}${layout === '' ? '' : ',1'}` : `${unit},0`)),
      ])
    if (solutions !== 'matrix') for (const run of all) putSolution(`r${String(run).padStart(5, '0')}`, run)
    if (tied.length > 1 || given.best % 2 === 0) putSolution('best', tied[given.best % tied.length] ?? 0)
    if (frequency)
      put('ssoln.csv', [
        '"planning_unit","number"',
        ...units.map((unit) => `${unit},${runs.filter((run) => isIn(run, unit)).length}`),
      ])
    for (const run of all)
      put(
        `mv${String(run).padStart(5, '0')}.csv`,
        features(
          ...names.map(
            (id) =>
              `${id},Feature ${id},${take(numbers)},${take(numbers)},0,3,0,-2,${take(bits) ? 'yes' : 'no'},1`,
          ),
        )
          .trim()
          .split('\n'),
      )
    return { files, units, features: names, leftover: given.leftover }
  })

/** The other files of the project that an output folder belongs to. */
export const inputsOf = ({ units, features }: AnyOutput): Readonly<Record<string, string>> => ({
  'pu.dat': `id\n${units.join('\n')}\n`,
  'spec.dat': `id,prop,name\n${features.map((id) => `${id},0.3,Feature ${id}\n`).join('')}`,
})
