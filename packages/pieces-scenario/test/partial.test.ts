import { memoryArtifacts } from '@piecework/core'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { archiveOf, type Instance, instance, principal, projectRef, succeeded } from './support/instance.js'
import { madeUpProject } from './support/made-up-project.js'

const test = needsServer(suite('parts of a project'))
const artifacts = memoryArtifacts()
let here: Instance
let there: Instance

test.before(async () => {
  here = await instance(artifacts)
  there = await instance(artifacts)
})
test.after(async () => {
  await here.close()
  await there.close()
})

test('a scenario whose cost surface is not carried is told by a finding', async () => {
  const resource = projectRef(await madeUpProject(here.db, here.shared))
  const archive = await archiveOf(here.piecework, resource, ['project/cost-surfaces'])
  const report = await (await there.piecework.import({ principal, archive })).ended()
  succeeded(report)
  assert.ok(
    report.findings.some(
      ({ piece, message }) => piece === 'scenario/metadata' && message.includes('cost_surface'),
    ),
    JSON.stringify(report.findings),
  )
})

test.run()
