import assert from 'node:assert/strict'
import { boundValidator } from '@piecework/pieces-legacy'
import fc from 'fast-check'
import { suite } from 'uvu'
import { grid, told, uploads, validate } from './support.js'

const test = suite('bound.dat and the planning units')

/** Text of bound.dat, ids of the grid, what is told. Ids 1, 2, 3 and 9 are in pu.dat. */
const cases: Record<string, [text: string, ids: number[] | undefined, told: string[]]> = {
  'all is well': ['id1,id2,boundary\n1,2,1\n2,3,0\n1,1,2.5\n', [1, 2, 3, 9], []],
  'other names of the columns': ['"id"\t"id2"\t"bound"\n"1"\t"2"\t1\n', [1, 2, 3, 9], []],
  'columns in another order': ['amount;id2;id1\n1;2;3\n', [1, 2, 3, 9], []],
  'a header that is not understood': [
    'from,to,length\n1,2,1\n',
    [1, 2, 3, 9],
    ['? columns-by-position bound.dat 1'],
  ],
  'a header that is too short': ['id1,boundary\n1,1\n', [1, 2, 3, 9], ['! column-missing bound.dat 1 id2']],
  'no header': ['1,2,1\n', [1, 2, 3, 9], ['! no-header bound.dat 1']],
  'the same pair again, in either direction': [
    'id1,id2,boundary\n1,2,1\n2,1,1\n3,3,1\n1,2,4\n3,3,1\n',
    [1, 2, 3, 9],
    ['? boundary-duplicate bound.dat ×3'],
  ],
  'ids that pu.dat does not have': [
    'id1,id2,boundary\n1,8,1\n7,8,1\n8,8,1\n',
    [1, 2, 3, 9],
    [
      '! unit-unknown bound.dat 2 id2',
      '! unit-unknown bound.dat 3 id1',
      '! unit-unknown bound.dat 3 id2',
      '! unit-unknown bound.dat 4 id1',
      '! unit-unknown bound.dat 4 id2',
    ],
  ],
  'a unit without geometry': [
    'id1,id2,boundary\n1,9,1\n9,9,1\n1,2,1\n',
    [1, 2, 3],
    ['? unit-unknown bound.dat ×2'],
  ],
  'a negative boundary': [
    'id1,id2,boundary\n1,2,-1\n',
    [1, 2, 3, 9],
    ['! out-of-range bound.dat 2 boundary'],
  ],
  'no number': ['id1,id2,boundary\n1,2,NA\n', [1, 2, 3, 9], ['! number-invalid bound.dat 2 boundary']],
  'a grid that cannot be read': [
    'id1,id2,boundary\n1,9,1\n1,8,1\n',
    undefined,
    ['! unit-unknown bound.dat 3 id2'],
  ],
}

for (const [name, [text, ids, expected]] of Object.entries(cases))
  test(name, async () => {
    const entries = uploads({ 'pu.dat': 'id\n1\n2\n3\n9\n', 'bound.dat': text })
    assert.deepEqual(told(await validate(boundValidator({ gridIds: grid(ids) }), entries)), expected)
  })

test('without bound.dat nothing is told', async () => {
  assert.deepEqual(
    await validate(boundValidator({ gridIds: grid([1]) }), uploads({ 'pu.dat': 'id\n1\n' })),
    [],
  )
})

test('where pu.dat cannot be read either, no id is called unknown', async () => {
  const entries = uploads({ 'pu.dat': '', 'bound.dat': 'id1,id2,boundary\n5,6,1\n6,5,1\n' })
  assert.deepEqual(told(await validate(boundValidator({ gridIds: grid() }), entries)), [
    '? boundary-duplicate bound.dat ×1',
  ])
})

test('exactly the pairs that come again are counted, of any number', async () => {
  const pair = fc.tuple(fc.nat(60), fc.nat(60))
  await fc.assert(
    fc.asyncProperty(fc.array(pair, { minLength: 1, maxLength: 3000 }), async (pairs) => {
      const different = new Set(pairs.map((ids) => [...ids].sort((a, b) => a - b).join()))
      const units = Array.from({ length: 61 }, (_, id) => id)
      const entries = uploads({
        'pu.dat': `id\n${units.join('\n')}\n`,
        'bound.dat': `id1,id2,boundary\n${pairs.map((ids) => `${ids.join()},1\n`).join('')}`,
      })
      const again = pairs.length - different.size
      assert.deepEqual(
        told(await validate(boundValidator({ gridIds: grid(units) }), entries)),
        again === 0 ? [] : [`? boundary-duplicate bound.dat ×${again}`],
      )
    }),
    { numRuns: 100 },
  )
})

test.run()
