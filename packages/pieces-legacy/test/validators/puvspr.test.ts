import assert from 'node:assert/strict'
import fc from 'fast-check'
import { suite } from 'uvu'
import { puvsprValidator } from '#internal/amounts/puvspr-validator.js'
import { grid, told, uploads, validate } from './support.js'

const test = suite('puvspr.dat and the other files')

const spec = 'id,target,name,spf\n1,10,a,1\n2,0.5,b,1\n'
const pu = 'id,cost\n1,1\n2,1\n3,1\n'

interface Files {
  readonly spec?: string
  readonly pu?: string
  readonly puvspr: string
  readonly ids?: readonly number[]
  readonly noGrid?: true
}

function run(files: Files) {
  const entries = uploads({
    'spec.dat': files.spec ?? spec,
    'pu.dat': files.pu ?? pu,
    'puvspr.dat': `species,pu,amount\n${files.puvspr}`,
  })
  const gridIds = files.noGrid ? grid() : grid(files.ids ?? [1, 2, 3])
  return { entries, findings: validate(puvsprValidator({ gridIds }), entries) }
}

const rows = '1,1,6\n2,3,1\n1,2,6\n'

test('puvspr.dat is read once', async () => {
  const { entries, findings } = run({ puvspr: rows })
  await findings
  assert.equal(entries.opened['puvspr.dat'], 1)
})

/**
 * Pairs at both sides of 2^16, in and out of order, of one unit with several features, twice and three times.
 */
const pairCases: [number, number][][] = [
  [
    [0, 0],
    [0, 0],
  ],
  [
    [0, 65_535],
    [0, 65_536],
    [1, 65_535],
    [0, 65_535],
    [0, 65_536],
  ],
  [
    [3, 65_536],
    [3, 65_535],
    [3, 65_536],
  ],
  [
    [0, 1],
    [1, 0],
    [1, 1],
    [0, 0],
    [0, 1],
    [0, 1],
  ],
  [
    [2, 200_000],
    [2, 0],
    [2, 65_536],
    [2, 131_072],
    [2, 0],
    [2, 200_000],
  ],
  [
    [1, 12],
    [11 % 4, 2],
    [1, 12],
  ],
]

test('exactly the pairs that come again are duplicates', async () => {
  const pair = fc.tuple(
    fc.nat(3),
    fc.oneof(fc.nat(20), fc.integer({ min: 65_530, max: 65_545 }), fc.nat(200_000)),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(pair, { minLength: 1, maxLength: 60 }), async (pairs) => {
      const seen = new Set<string>()
      const again = pairs.flatMap((key, at) => {
        const known = seen.has(key.join())
        seen.add(key.join())
        return known ? [`! amount-duplicate puvspr.dat ${at + 2}`] : []
      })
      const units = [...new Set(pairs.map(([, unit]) => unit))]
      const findings = await run({
        spec: 'id,prop,name,spf\n0,1,a,1\n1,1,b,1\n2,1,c,1\n3,1,d,1\n',
        pu: `id\n${units.join('\n')}\n`,
        ids: units,
        puvspr: pairs.map((key) => `${key.join()},1\n`).join(''),
      }).findings
      assert.deepEqual(
        told(findings).filter((text) => text.startsWith('!')),
        again,
      )
    }),
    { numRuns: 200, examples: pairCases.map((pairs) => [pairs]) },
  )
})

test('a duplicate is found among many, whatever the order', async () => {
  const count = 100_000
  const units = Array.from({ length: count }, (_, at) => at)
  const shuffled = units.map((at) => (at * 48_271) % count)
  const findings = await run({
    spec: 'id,prop,name,spf\n1,1,a,1\n',
    pu: `id\n${units.join('\n')}\n`,
    ids: units,
    puvspr: `${shuffled.map((unit) => `1,${unit},1\n`).join('')}1,${shuffled[5]},1\n1,${shuffled[99_990]},1\n`,
  }).findings
  assert.deepEqual(
    told(findings),
    [2, 3].map((line) => `! amount-duplicate puvspr.dat ${count + line}`),
  )
})

/** What is said of the features, by their rows. */
const sentences: readonly [what: string, puvspr: string, expected: readonly string[]][] = [
  [
    'no rows',
    '1,1,12\n',
    [
      'The feature 2 has no rows in puvspr.dat',
      'The feature 2 has the target 0.5, and no rows in puvspr.dat',
    ],
  ],
  [
    'rows of unknown units only',
    '1,1,12\n2,98,1\n2,99,1\n',
    [
      '2 rows are skipped: their planning units are not in both pu.dat and the planning grid: 98, 99',
      'The feature 2 has no rows in puvspr.dat but those of planning units that are unknown',
      'The feature 2 has the target 0.5, and no rows in puvspr.dat but those of planning units that are unknown',
    ],
  ],
  [
    'amounts of 0, and one unknown unit',
    '1,1,12\n2,2,0\n2,99,1\n',
    [
      '1 row is skipped: its planning unit is not in both pu.dat and the planning grid: 99',
      'The feature 2 has the target 0.5, and its amounts in puvspr.dat sum to 0',
    ],
  ],
  [
    'a feature that spec.dat lacks',
    `${rows}26,1,1\n27,2,1\n26,2,1\n`,
    ['The feature 26 is not in spec.dat: 2 rows, the first in line 5', 'The feature 27 is not in spec.dat'],
  ],
]
for (const [what, puvspr, expected] of sentences)
  test(`what is said is true: ${what}`, async () => {
    const findings = await run({ puvspr }).findings
    assert.deepEqual(
      findings.map(({ message }) => message),
      expected,
    )
  })

test.run()
