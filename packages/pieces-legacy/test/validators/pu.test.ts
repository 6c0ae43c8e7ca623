import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { puValidator } from '#internal/units/pu-validator.js'
import { grid, uploads, validate } from './support.js'

const test = suite('pu.dat and the planning grid')

test('the first missing ids are named', async () => {
  const ids = Array.from({ length: 50 }, (_, at) => at + 100)
  const [finding] = await validate(
    puValidator({ gridIds: grid(ids) }),
    uploads({ 'pu.dat': 'id,cost\n100,1\n' }),
  )
  assert.equal(
    finding?.message,
    '49 planning units of the grid have no row in pu.dat: 101, 102, 103, 104, 105, 106, 107, 108, 109, 110 and more',
  )
})

const rowsOf = (ids: readonly number[]) => `id,cost\n${ids.map((id) => `${id},1\n`).join('')}`
const hintOf = async (inGrid: readonly number[], inPu: readonly number[]) => {
  const validator = puValidator({ gridIds: grid(inGrid) })
  const [finding] = await validate(validator, uploads({ 'pu.dat': rowsOf(inPu) }))
  assert.equal(finding?.code, 'legacy/unit-without-row')
  return finding?.hint
}

test('ids that count from another number are told before a row is added', async () => {
  assert.equal(
    await hintOf([0, 1, 2, 3], [1, 2, 3, 4]),
    'The ids of the grid go from 0 to 3, those of pu.dat from 1 to 4: see whether one of them counts from another number before rows are added.',
  )
  const add =
    'Add a row for each to pu.dat, with its id, cost and status; or, if they are not in the project, delete them from the shapefile of the planning grid in a GIS.'
  assert.equal(await hintOf([1, 2, 3], [1, 2]), add)
  assert.equal(await hintOf([1, 2, 3, 9], [1, 2, 3]), add)
  assert.equal(await hintOf([1, 2, 5], [1, 3, 5]), add)
})

test('rows that cannot be read are not called missing', async () => {
  const entries = uploads({ 'pu.dat': 'cost,id\n1,5,1\n1,2\n' })
  const findings = await validate(puValidator({ gridIds: grid([1, 2]) }), entries)
  assert.equal(
    findings.at(-1)?.message,
    '1 planning unit of the grid has no row in pu.dat that can be read: 1',
  )
})

test('other failures of the grid are not swallowed', async () => {
  const broken = async function* (): AsyncGenerator<number[]> {
    yield [1]
    throw new Error('disk on fire')
  }
  const validator = puValidator({ gridIds: broken })
  await assert.rejects(validate(validator, uploads({ 'pu.dat': 'id,cost\n1,1\n' })), /disk on fire/)
})

test('an abort ends the validation', async () => {
  const validator = puValidator({ gridIds: grid([1]) })
  const signal = AbortSignal.abort(new Error('enough'))
  await assert.rejects(validate(validator, uploads({ 'pu.dat': 'id,cost\n1,1\n' }), { signal }), /enough/)
})

test.run()
