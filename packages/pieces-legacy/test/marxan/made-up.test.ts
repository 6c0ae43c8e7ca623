import assert from 'node:assert/strict'
import { needsServer } from '@piecework/test-support'
import { squares, zippedGrid } from '@piecework/test-support/fixtures/shapefile-of.js'
import fc from 'fast-check'
import { suite } from 'uvu'
import { type Host, type HostDatabase, hostDatabase, hostOn } from '../end-to-end/support/host.js'
import { ann } from '../end-to-end/support/tiny-project.js'
import { bytes } from '../importers/uploads.js'
import { anyFolder } from './support/any-folder.js'
import { byRole, exported, scenarioOf } from './support/folder.js'
import { naturalRows } from './support/natural-rows.js'
import { type Problem, problemOf, type Texts } from './support/problem.js'
import { readAsV4 } from './support/v4.js'

const test = needsServer(suite('made-up projects as Marxan folders'))
let db: HostDatabase
let host: Host

test.before(async () => {
  db = await hostDatabase()
  host = await hostOn(db)
})
test.after(async () => {
  await host.stop()
  await db.drop()
})

async function imported(ids: readonly number[], texts: Texts): Promise<string> {
  const uploads = {
    'planning-grid': bytes(zippedGrid(squares(ids))),
    ...Object.fromEntries(Object.entries(texts).map(([role, text]) => [role, bytes(text)])),
  }
  const job = await host.piecework.import({
    format: 'legacy-marxan',
    uploads,
    principal: ann,
    name: 'Made up',
  })
  const { job: ended, findings } = await job.ended()
  assert.equal(ended.status, 'succeeded', JSON.stringify([ended.error, findings, texts]))
  return ended.result.resource?.id ?? assert.fail()
}

/** An export gives units without a location the centre of their shape, which the second import has stored. */
const withoutLocations = (units: Problem['units']): Problem['units'] =>
  Object.fromEntries(
    Object.entries(units).map(([id, [cost = 0, status = 0]]) => [id, [cost, status, Number.NaN, Number.NaN]]),
  )

type Rows = Awaited<ReturnType<typeof naturalRows>>
const withoutStoredLocations = (rows: Rows): Rows => ({
  ...rows,
  scenario_planning_units: (rows.scenario_planning_units ?? []).map((row) =>
    row.replace(/"[xy]loc": [^,}]+, /g, ''),
  ),
})

test('any folder, imported and exported, asks for the same; imported again, it makes the same rows', async () => {
  await fc.assert(
    fc.asyncProperty(anyFolder, async ({ ids, texts }) => {
      const first = await imported(ids, texts)
      const folder = await exported(host, await scenarioOf(host, first))
      readAsV4(folder.input)
      const asked = (await problemOf(texts)).problem
      const { problem } = await problemOf(byRole(folder.input))
      const hasLocations = texts['pu.dat']?.includes('xloc') === true
      const units = hasLocations ? problem.units : withoutLocations(problem.units)
      assert.deepEqual({ ...problem, units }, asked)
      assert.equal('input/bound.dat' in folder.input, texts['bound.dat'] !== undefined)
      const second = await imported(ids, byRole(folder.input))
      const rows = await naturalRows(host.database, second)
      assert.deepEqual(
        hasLocations ? rows : withoutStoredLocations(rows),
        await naturalRows(host.database, first),
      )
      const again = await exported(host, await scenarioOf(host, second))
      assert.deepEqual(again.input, folder.input, 'reproducible: equal content has equal bytes')
    }),
    // Some are the same each time.
    {
      numRuns: 8,
      examples: fc.sample(anyFolder, { seed: 20_261_122, numRuns: 5 }).map((one) => [one]),
      endOnFailure: true,
      includeErrorInReport: true,
    },
  )
})

test.run()
