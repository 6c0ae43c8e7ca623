import assert from 'node:assert/strict'
import { openZip, type ZipLabels } from '@piecework/core/archive'
import { entriesOf, isPieceworkError, PieceworkError } from '@piecework/core/piece'
import { suite } from 'uvu'

const test = suite('uploads of loose files')

const labels: ZipLabels = {
  what: 'the parcels',
  subject: 'The parcels',
  problem: (problem, message) => new PieceworkError(`land/parcels-${problem}`, message),
}
const file = (name: string) => ({
  name,
  size: 1,
  async *open() {
    yield Buffer.from('a')
  },
})
const entries = entriesOf([
  {
    path: 'parcels',
    facts: { size: 2 },
    looseFiles: [file('a.shp'), file('a.dbf')],
    open: () => {
      throw new Error('It is not a zip.')
    },
  },
])

test('they are taken for the files of a zip, which is not opened', async () => {
  const files = await openZip(entries, 'parcels', 2, labels)
  assert.deepEqual(
    files.map(({ name }) => name),
    ['a.shp', 'a.dbf'],
  )
})

test('there may be no more of them than of the files of a zip', async () => {
  await assert.rejects(openZip(entries, 'parcels', 1, labels), (error) =>
    isPieceworkError(error, 'land/parcels-too-large'),
  )
})

test.run()
