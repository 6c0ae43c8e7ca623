import assert from 'node:assert/strict'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import { exportedFiles } from '../support/exported-files.js'
import { imported } from '../support/imported-files.js'
import { projectContent, resourceContent } from '../support/project-content.js'
import { sampleProject } from '../support/sample-project.js'
import { type TenureHost, tenureHost } from '../support/tenure-host.js'

const test = needsServer(suite('everything in one zip'))
let host: TenureHost
test.before(async () => {
  host = await tenureHost()
})
test.after(() => host.close())

test('it has the files of the others in a folder for each, and can be imported', async () => {
  const { id } = await sampleProject(host.db, host.files)
  const exported = (output: string) => exportedFiles(host, { kind: 'tenure-project', id }, output)
  const { files, zip, report } = await exported('tenure/all')
  const wanted = new Map<string, string>()
  // A workbook is zipped anew, and may differ in its bytes.
  for (const folder of ['shp', 'xlsx', 'resources'])
    for (const [name, bytes] of (await exported(`tenure/${folder}`)).files)
      wanted.set(`${folder}/${name}`, name.endsWith('.xlsx') ? '' : bytes.toString('base64'))
  const found = [...files].map(([name, bytes]) => [
    name,
    name.endsWith('.xlsx') ? '' : bytes.toString('base64'),
  ])
  assert.deepEqual(found, [...wanted])
  const codes = report.findings.map(({ code }) => code)
  assert.equal(new Set(codes).size, codes.length, 'a finding was told twice')
  for (const format of ['tenure-shp', 'tenure-xlsx']) {
    const copy = await imported(host, format, zip)
    assert.equal(copy.job.outcome, 'succeeded', JSON.stringify(copy.findings))
    assert.deepEqual(await projectContent(host.db, copy.id), await projectContent(host.db, id))
    assert.deepEqual(await resourceContent(host, copy.id), await resourceContent(host, id))
    assert.deepEqual(
      copy.findings.map(({ code, count }) => [code, count]),
      [['tenure/no-geometry', 1]],
    )
  }
})

test('files of resources may have the names of tables and workbooks', async () => {
  const { id } = await sampleProject(host.db, host.files)
  const exported = await exportedFiles(host, { kind: 'tenure-project', id }, 'tenure/all')
  const files = {
    ...Object.fromEntries(exported.files),
    'resources/locations.csv': 'no table',
    'resources/old.xlsx': 'no workbook',
  }
  for (const format of ['tenure-shp', 'tenure-xlsx']) {
    const copy = await imported(host, format, files)
    assert.equal(copy.job.outcome, 'succeeded', JSON.stringify(copy.findings))
    const unlisted = copy.findings.find(({ code }) => code === 'tenure/file-unlisted')
    assert.equal(unlisted?.count, 2)
    assert.match(unlisted?.message ?? '', /"locations.csv", "old.xlsx"/)
  }
})

test.run()
