import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { jobIds } from '@piecework/core/piece'
import fc from 'fast-check'
import { suite } from 'uvu'

const test = suite('ids of a job')

/** As the contract says it, in the plainest way. */
function idOf(key: Uint8Array, oldId: string): string {
  const bytes = createHash('sha256').update(key).update(oldId, 'utf8').digest().subarray(0, 16)
  bytes[6] = 0x89
  bytes[8] = 0x89
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

const id = '0b2f0000-0000-4000-8000-00000000000a'
const tables = ['planning_units', 'features'] as const

/** The same again, in another table, in other letters, after longer and shorter ones. */
const cases: [string, string][][] = [
  [id, id.toUpperCase(), id, '', '1', '', 'x'.repeat(5000), id, '\0', 'ü', '\ud83d\ude00', '7'].flatMap(
    (old) => tables.map((table): [string, string] => [table, old]),
  ),
]

test('new ids: an id follows from job, table and old id, whatever was asked for before', () => {
  const oldId = fc.oneof(fc.uuid(), fc.nat().map(String), fc.string({ unit: 'binary', maxLength: 50 }))
  const asked = fc.array(fc.tuple(fc.constantFrom('planning_units', 'features'), oldId), { minLength: 2 })
  fc.assert(
    fc.property(fc.uuid(), asked, (job, list) => {
      const ids = jobIds(job)
      for (const [table, id] of list) assert.equal(ids.idOf(table, id), idOf(ids.key(table), id))
    }),
    { examples: cases.map((list): [string, [string, string][]] => ['job', list]) },
  )
})

test.run()
