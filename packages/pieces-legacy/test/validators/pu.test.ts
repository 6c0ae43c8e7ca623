import assert from 'node:assert/strict'
import { puValidator } from '@piecework/pieces-legacy'
import { suite } from 'uvu'
import { grid, told, uploads, validate } from './support.js'

const test = suite('pu.dat and the planning grid')

/** Text, ids of the grid, what is told. */
const cases: Record<string, [text: string, ids: number[] | undefined, told: string[]]> = {
  'the same units': ['id\n2\n0\n1\n', [0, 1, 2], []],
  'a unit without a row': ['id\n1\n', [1, 5, 7], ['! unit-without-row pu.dat ×2']],
  'a row without geometry': ['id\n1\n5\n7\n', [1, 7], ['? unit-without-geometry pu.dat 3 id']],
  'all units locked': ['id,status\n1,2\n2,3\n', [1, 2], ['? all-units-locked pu.dat']],
  'one unit free': ['id,status\n1,2\n2,1\n', [1, 2], []],
  'a row with an error is no missing row': [
    'id,cost\n1,x\n2,1\n',
    [1, 2],
    ['! number-invalid pu.dat 2 cost'],
  ],
  'a grid that cannot be read': ['id\n1\n1\n', undefined, ['! id-duplicate pu.dat 3 id']],
  'a table that cannot be read': ['1\n2\n', [1, 2], ['! no-header pu.dat 1']],
}

for (const [name, [text, ids, expected]] of Object.entries(cases))
  test(name, async () => {
    const findings = await validate(puValidator({ gridIds: grid(ids) }), uploads({ 'pu.dat': text }))
    assert.deepEqual(told(findings), expected)
  })

test('the first missing ids are named', async () => {
  const ids = Array.from({ length: 50 }, (_, at) => at + 100)
  const [finding] = await validate(puValidator({ gridIds: grid(ids) }), uploads({ 'pu.dat': 'id\n100\n' }))
  assert.equal(
    finding?.message,
    '49 planning units of the grid have no row in pu.dat: 101, 102, 103, 104, 105, 106, 107, 108, 109, 110 and more',
  )
})

test('other failures of the grid are not swallowed', async () => {
  const broken = async function* (): AsyncGenerator<number[]> {
    yield [1]
    throw new Error('disk on fire')
  }
  const validator = puValidator({ gridIds: broken })
  await assert.rejects(validate(validator, uploads({ 'pu.dat': 'id\n1\n' })), /disk on fire/)
})

test('an abort ends the validation', async () => {
  const validator = puValidator({ gridIds: grid([1]) })
  const signal = AbortSignal.abort(new Error('enough'))
  await assert.rejects(validate(validator, uploads({ 'pu.dat': 'id\n1\n' }), signal), /enough/)
})

test.run()
