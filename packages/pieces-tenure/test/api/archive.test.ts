import assert from 'node:assert/strict'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import { newOrganization } from '../support/sample-project.js'
import { tenureHost } from '../support/tenure-host.js'
import { apiHost } from './api-host.js'

const test = needsServer(suite('archives of projects from an API'))

test('a host with the tables imports them; a host without them says that it does not', async () => {
  const [from, to] = [await apiHost(), await tenureHost()]
  try {
    const report = await from.report('archive')
    const archive = await from.zip(report, 'archive')
    const uploaded = () =>
      (async function* () {
        yield archive
      })()
    const into = { kind: 'tenure-organization', id: await newOrganization(to.db) }
    const principal = { id: '1' }
    const job = await to.piecework.import({ archive: { stream: uploaded() }, into, principal })
    const { job: done, findings } = await job.ended()
    assert.equal(done.outcome, 'succeeded', JSON.stringify([done.error, findings]))
    const { rows } = await to.db.query(
      `SELECT (SELECT count(*)::int FROM tenure.locations) AS locations,
         (SELECT count(*)::int FROM tenure.tenure_relationships) AS relationships,
         (SELECT count(*)::int FROM tenure.resource_links) AS links,
         (SELECT count(*)::int FROM tenure.resources WHERE artifact IS NOT NULL) AS files`,
    )
    assert.deepEqual(rows, [{ locations: 3, relationships: 1, links: 1, files: 2 }])
    await assert.rejects(
      from.piecework
        .import({ archive: { stream: uploaded() }, principal })
        .then((refused) => refused.result()),
      /can be exported only/,
    )
  } finally {
    await from.close()
    await to.close()
  }
})

test.run()
