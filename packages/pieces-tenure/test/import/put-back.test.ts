import assert from 'node:assert/strict'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import { exportedFiles } from '../support/exported-files.js'
import { imported } from '../support/imported-files.js'
import { projectContent } from '../support/project-content.js'
import { sampleProject } from '../support/sample-project.js'
import { type TenureHost, tenureHost } from '../support/tenure-host.js'

const test = needsServer(suite('exports for people, imported'))
let host: TenureHost
test.before(async () => {
  host = await tenureHost()
})
test.after(() => host.close())

for (const kind of ['shp', 'xlsx'])
  test(`${kind}: an equal project with new ids`, async () => {
    const { id } = await sampleProject(host.db, host.files)
    const { zip } = await exportedFiles(host, { kind: 'tenure-project', id }, `tenure/${kind}`)
    const copy = await imported(host, `tenure-${kind}`, zip)
    assert.equal(copy.job.outcome, 'succeeded', JSON.stringify([copy.job.error, copy.findings], null, 1))
    assert.deepEqual(await projectContent(host.db, copy.id), await projectContent(host.db, id))
    assert.deepEqual(
      copy.findings.map(({ code, count }) => [code, count]),
      [['tenure/no-geometry', 1]],
    )
  })

test.run()
