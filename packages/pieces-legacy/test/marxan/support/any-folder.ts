import fc from 'fast-check'
import type { Texts } from './problem.js'

export interface MadeUpFolder {
  readonly ids: readonly number[]
  readonly texts: Texts
}

const id = fc.oneof(fc.nat(20), fc.nat(2 ** 31 - 1))
/** Numbers of which some are long, tiny or large. */
const amount = fc.oneof(
  fc.nat(1000),
  fc.constantFrom(0, 0.1 + 0.2, 6.9e-18, 1e-7, 123456789012345.6, 1e21),
  fc.double({ min: 1e-9, max: 1e12, noNaN: true }),
)
const orUnset = (value: fc.Arbitrary<number>) => fc.oneof(value, fc.constant(-1))
const positive = amount.map((value) => (value === 0 ? 1 : value))
const name = fc
  .oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
    fc.constantFrom('Eel, grass', "l'île", 'Unnamed Feature #7', 'BLM 1', '-1', '\\.', 'x;y\tz'),
  )
  // Marxan has no quotation marks.
  .map((text) => text.replaceAll(/[\p{Cc}\p{Cs}\u2028\u2029"]/gu, '').trim())
  .filter((text) => text !== '')

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`
const table = (header: readonly string[], rows: readonly (readonly (string | number)[])[]): string =>
  [header, ...rows].map((row) => row.join(',')).join('\r\n')

const coordinate = fc.oneof(fc.integer(), fc.double({ min: -1e12, max: 1e12, noNaN: true }))
const unit = fc.record({ id, cost: amount, status: fc.nat(3), xloc: coordinate, yloc: coordinate })
const feature = fc.record({
  id,
  name,
  goal: fc.oneof(
    fc.record({ target: positive }),
    fc.record({ prop: fc.oneof(fc.constantFrom(0, 1, 0.3), fc.double({ min: 0, max: 1, noNaN: true })) }),
  ),
  spf: amount,
  target2: orUnset(amount),
  targetocc: orUnset(fc.nat(9)),
  sepnum: orUnset(fc.nat(3)),
  sepdistance: orUnset(amount),
  type: orUnset(fc.nat(99)),
})
const optional = ['spf', 'target2', 'targetocc', 'sepnum', 'sepdistance', 'type'] as const

const parameters = fc.record(
  {
    BLM: amount,
    PROP: fc.double({ min: 0, max: 1, noNaN: true }),
    RANDSEED: fc.integer(),
    NUMREPS: fc.integer({ min: 1, max: 1000 }),
    NUMITNS: fc.constantFrom(0, 10_000, 1e15),
    STARTTEMP: fc.constantFrom(-1, 0.5, 1e-9),
    COSTTHRESH: amount,
    HEURTYPE: fc.integer({ min: -1, max: 7 }),
  },
  { requiredKeys: [] },
)

/** A folder that can be imported; files are written in another way than an export writes them. */
export const anyFolder: fc.Arbitrary<MadeUpFolder> = fc
  .record({
    units: fc.uniqueArray(unit, { selector: ({ id }) => id, minLength: 1, maxLength: 7 }),
    features: fc.uniqueArray(feature, {
      comparator: (a, b) => a.id === b.id || a.name === b.name,
      minLength: 1,
      maxLength: 5,
    }),
    columns: fc.subarray([...optional]),
    hasLocations: fc.boolean(),
    parameters,
  })
  .chain(({ units, features, columns, hasLocations, parameters }) => {
    const somePairs = fc.uniqueArray(
      fc.record({ feature: fc.nat(features.length - 1), unit: fc.nat(units.length - 1), amount }),
      { selector: ({ feature, unit }) => `${feature} ${unit}`, maxLength: 20 },
    )
    const someEdges = fc.array(fc.tuple(fc.nat(units.length - 1), fc.nat(units.length - 1), amount), {
      minLength: 1,
      maxLength: 12,
    })
    return fc.record({ pairs: somePairs, edges: fc.option(someEdges) }).map(({ pairs, edges }) => {
      // A target needs something to be met with.
      const given = features.flatMap(({ goal }, at) =>
        'target' in goal && !pairs.some(({ feature, amount }) => feature === at && amount > 1e-9)
          ? [{ feature: at, unit: 0, amount: 3 }]
          : [],
      )
      const amounts = [
        ...pairs.filter(
          ({ feature, unit }) => !given.some((one) => one.feature === feature && one.unit === unit),
        ),
        ...given,
        ...(pairs.length + given.length === 0 ? [{ feature: 0, unit: 0, amount: 1 }] : []),
      ]
      const goalOf = (goal: (typeof features)[number]['goal']): readonly (string | number)[] =>
        'target' in goal ? ['', goal.target] : [goal.prop, -1]
      return {
        ids: units.map(({ id }) => id),
        texts: {
          'input.dat': `Made up\n${Object.entries(parameters)
            .map(([key, value]) => `${key}  ${value}\n`)
            .join('')}`,
          'pu.dat': table(
            [...(hasLocations ? ['yloc', 'xloc'] : []), 'status', 'id', 'cost'],
            units.map(({ id, cost, status, xloc, yloc }) => [
              ...(hasLocations ? [yloc, xloc] : []),
              ...[status, id, cost],
            ]),
          ),
          'spec.dat': table(
            ['name', 'id', ...columns, 'prop', 'target'],
            features.map(({ goal, ...row }) => [
              quoted(row.name),
              row.id,
              ...columns.map((column) => row[column]),
              ...goalOf(goal),
            ]),
          ),
          'puvspr.dat': table(
            ['species', 'pu', 'amount'],
            amounts.map(({ feature, unit, amount }) => [
              features[feature]?.id ?? -1,
              units[unit]?.id ?? -1,
              amount,
            ]),
          ),
          ...(edges && {
            'bound.dat': table(
              ['id1', 'id2', 'boundary'],
              edges.map(([one, other, length]) => [units[one]?.id ?? -1, units[other]?.id ?? -1, length]),
            ),
          }),
        },
      }
    })
  })
