import fc from 'fast-check'
import { features, smallOutput } from './small-output.js'

/**
 * An output folder without errors, as texts by file name, and ids of the units and features that it is about.
 */
export interface AnyOutput {
  readonly files: Readonly<Record<string, string>>
  readonly units: readonly number[]
  readonly features: readonly number[]
}

const ids = (maxLength: number) => fc.uniqueArray(fc.nat(300), { minLength: 1, maxLength })
const number = fc.double({ min: 0, max: 1e6, noNaN: true }).map((value) => value.toFixed(6))

/** Results of a few runs in random order; solutions in a matrix, in files of any layout, or in both. */
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
    newline: fc.constantFrom('\n', '\r\n'),
  })
  .map(({ units, features: names, runs, bits, numbers, layout, solutions, frequency, newline }) => {
    const take = <T>(stream: fc.Stream<T>): T => stream.next().value as T
    const selected = new Map(runs.map((run) => [run, units.filter(() => take(bits))]))
    const files: Record<string, string> = {}
    const put = (kind: string, lines: readonly string[]) => {
      files[`out_${kind}`] = lines.map((line) => `${line}${newline}`).join('')
    }
    const [header = ''] = smallOutput['out_sum.csv'].split('\n')
    put('sum.csv', [
      header,
      ...runs.map(
        (run) =>
          `${run},${take(numbers)},${take(numbers)},${selected.get(run)?.length},${take(numbers)},0,${take(numbers)},1,1`,
      ),
    ])
    const isIn = (run: number, unit: number) => selected.get(run)?.includes(unit) === true
    if (solutions !== 'files')
      put('solutionsmatrix.csv', [
        ['SolutionsMatrix', ...units.map((unit) => `P${unit}`)].join(','),
        ...runs.map((run) => [`S${run}`, ...units.map((unit) => (isIn(run, unit) ? 1 : 0))].join(',')),
      ])
    if (solutions !== 'matrix')
      for (const run of runs)
        put(`r${String(run).padStart(5, '0')}.${layout === '' ? 'dat' : 'csv'}`, [
          ...(layout === '' ? [] : [layout]),
          ...units.map((unit) => (isIn(run, unit) ? `${unit}${layout === '' ? '' : ',1'}` : `${unit},0`)),
        ])
    if (frequency)
      put('ssoln.csv', [
        '"planning_unit","number"',
        ...units.map((unit) => `${unit},${runs.filter((run) => isIn(run, unit)).length}`),
      ])
    for (const run of runs)
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
    return { files, units, features: names }
  })

/** The other files of the project that an output folder belongs to. */
export const inputsOf = ({ units, features }: AnyOutput): Readonly<Record<string, string>> => ({
  'pu.dat': `id\n${units.join('\n')}\n`,
  'spec.dat': `id,prop,name\n${features.map((id) => `${id},0.3,Feature ${id}\n`).join('')}`,
})
