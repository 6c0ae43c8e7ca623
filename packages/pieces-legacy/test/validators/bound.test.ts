import assert from 'node:assert/strict'
import fc from 'fast-check'
import { suite } from 'uvu'
import { boundValidator } from '#internal/boundary/bound-validator.js'
import { grid, told, uploads, validate } from './support.js'

const test = suite('bound.dat and the planning units')

test('without bound.dat nothing is told', async () => {
  assert.deepEqual(
    await validate(boundValidator({ gridIds: grid([1]) }), uploads({ 'pu.dat': 'id,cost\n1,1\n' })),
    [],
  )
})

test('where pu.dat cannot be read either, no id is called unknown', async () => {
  const entries = uploads({ 'pu.dat': '', 'bound.dat': 'id1,id2,boundary\n5,6,1\n6,5,1\n' })
  assert.deepEqual(told(await validate(boundValidator({ gridIds: grid() }), entries)), [
    '? boundary-duplicate bound.dat ×1',
  ])
})

test('with ASYMMETRICCONNECTIVITY it is not said that Marxan does the same', async () => {
  const said = async (input: string) =>
    (
      await validate(
        boundValidator({ gridIds: grid([1, 2, 3]) }),
        uploads({
          'input.dat': input,
          'pu.dat': 'id\n1\n2\n3\n',
          'bound.dat': 'id1,id2,boundary\n1,2,1\n2,1,1\n2,3,4\n3,2,5\n1,1,1\n1,1,1\n',
        }),
      )
    ).map(({ message }) => message)
  const [differs, ...others] = await said('ASYMMETRICCONNECTIVITY 1\n')
  assert.match(
    differs ?? '',
    /4 counts, while for Marxan each direction counts, as ASYMMETRICCONNECTIVITY says$/,
  )
  assert.deepEqual(
    [differs, ...others].filter((one) => one?.includes('as in Marxan')),
    [],
  )
  assert.match(others[1] ?? '', /added up, while Marxan leaves them out, as ASYMMETRICCONNECTIVITY says$/)
  for (const input of ['BLM 1\n', 'ASYMMETRICCONNECTIVITY 0\n'])
    for (const message of await said(input)) assert.match(message, /as in Marxan/)
})

/** The same pair again in either direction, a unit with itself, and unit 0. */
const pairCases: [number, number][][] = [
  [
    [1, 2],
    [2, 1],
  ],
  [
    [1, 2],
    [1, 2],
    [2, 1],
    [2, 3],
  ],
  [
    [0, 0],
    [0, 0],
  ],
  [
    [5, 5],
    [5, 6],
  ],
  [
    [0, 60],
    [60, 0],
    [0, 60],
  ],
  [
    [1, 12],
    [11, 2],
  ],
  Array.from({ length: 3000 }, (_, at) => [at % 61, (at * 7) % 61]),
]

test('exactly the pairs that come again are counted, of any number', async () => {
  const pair = fc.tuple(fc.nat(60), fc.nat(60))
  await fc.assert(
    fc.asyncProperty(fc.array(pair, { minLength: 1, maxLength: 3000 }), async (pairs) => {
      const different = (some: readonly (readonly number[])[]) =>
        new Set(some.map((ids) => ids.toSorted((a, b) => a - b).join())).size
      const units = Array.from({ length: 61 }, (_, id) => id)
      const entries = uploads({
        'pu.dat': `id\n${units.join('\n')}\n`,
        'bound.dat': `id1,id2,boundary\n${pairs.map((ids) => `${ids.join()},1\n`).join('')}`,
      })
      const again = (name: string, some: readonly (readonly number[])[]) =>
        some.length === different(some) ? [] : [`? ${name} bound.dat ×${some.length - different(some)}`]
      assert.deepEqual(told(await validate(boundValidator({ gridIds: grid(units) }), entries)), [
        ...again(
          'boundary-duplicate',
          pairs.filter(([one, other]) => one !== other),
        ),
        ...again(
          'outer-boundary-duplicate',
          pairs.filter(([one, other]) => one === other),
        ),
      ])
    }),
    { numRuns: 100, examples: pairCases.map((pairs) => [pairs]) },
  )
})

const directions: readonly [what: string, rows: string, each: boolean][] = [
  ['every pair', '1,2,1\n2,1,1\n3,2,4\n2,3,4\n3,3,1\n', true],
  ['all but one', '1,2,1\n2,1,1\n3,2,1\n', false],
  ['the same direction', '1,2,1\n1,2,1\n', false],
  ['the outer boundaries too', '1,2,1\n2,1,1\n3,3,1\n3,3,1\n', true],
  ['one of them with another boundary', '1,2,1\n2,1,1\n2,3,1\n3,2,2\n', false],
]
for (const [what, rows, each] of directions)
  test(`rows that come again, without advice: ${what}`, async () => {
    const entries = uploads({ 'pu.dat': 'id\n1\n2\n3\n', 'bound.dat': `id1,id2,boundary\n${rows}` })
    const findings = await validate(boundValidator({ gridIds: grid([1, 2, 3]) }), entries)
    const equal = findings.find(({ code }) => code === 'legacy/boundary-duplicate')
    assert.equal(
      /two equal rows, one for each direction; the first one counts/.test(equal?.message ?? ''),
      each,
    )
    for (const { hint, message } of findings) {
      assert.equal(hint, undefined)
      assert.doesNotMatch(message, /BLM/)
    }
  })

test('different boundaries of a pair: both are named, and which one counts', async () => {
  const entries = uploads({ 'pu.dat': 'id\n1\n2\n', 'bound.dat': 'id1,id2,boundary\n2,1,0.25\n1,2,4\n' })
  const [finding] = await validate(boundValidator({ gridIds: grid([1, 2]) }), entries)
  assert.match(finding?.message ?? '', /1 and 2 is 4, but 0\.25 in an earlier row of the pair; 0\.25 counts/)
})

test('of very many pairs, repeated ones are left to the import to count', async () => {
  const units = Array.from({ length: 2100 }, (_, id) => id)
  const rows = function* () {
    yield 'id1,id2,boundary\n'
    for (const one of units)
      yield units
        .filter((id) => id > one)
        .map((id) => `${one},${id},1\n`)
        .join('')
    yield '2,1,1\n'
  }
  const entries = uploads({ 'pu.dat': `id\n${units.join('\n')}\n`, 'bound.dat': [...rows()].join('') })
  assert.deepEqual(told(await validate(boundValidator({ gridIds: grid(units) }), entries)), [
    '? boundaries-not-compared bound.dat',
  ])
})

test.run()
