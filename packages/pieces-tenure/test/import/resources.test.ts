import assert from 'node:assert/strict'
import { needsServer } from '@piecework/test-support'
import { zipOf } from '@piecework/test-support/fixtures/zip-of.js'
import { suite } from 'uvu'
import { type Files, imported } from '../support/imported-files.js'
import { type TenureHost, tenureHost } from '../support/tenure-host.js'

const test = needsServer(suite('imports of resources'))
let host: TenureHost
test.before(async () => {
  host = await tenureHost()
})
test.after(() => host.close())

const files = {
  'shp/locations.csv': 'id,type,area,geometry\na,PA,,\n',
  'shp/parties.csv': 'id,name,type\nx,Ana,IN\n',
  'shp/relationships.csv': 'id,party_id,spatial_unit_id,tenure_type\nr,x,a,FH\n',
  'shp/attributes.csv': 'id,table,column,attribute,kind,asked_of,field\n',
  'resources/deed.txt': 'the deed',
}
const header = 'id,name,description,original_file,stored_file,links\n'
const withList = (list: string): Files => ({ ...files, 'resources/resources.csv': header + list })

/** `line column code` of each finding about the list, and whether the job succeeded. */
async function told(given: Files | Uint8Array): Promise<readonly [boolean, readonly string[]]> {
  const { job, findings } = await imported(host, 'tenure-shp', given)
  const ours = findings.filter(({ file }) => file?.startsWith('resources/'))
  return [
    job.outcome === 'succeeded',
    ours.map(({ line, column, code }) => `${line} ${column} ${code.replace('tenure/', '')}`),
  ]
}

test('each problem is found where it is, before anything is written', async () => {
  const cases: readonly (readonly [string, boolean, readonly string[]])[] = [
    ['1,Deed,,deed.pdf,deed.txt,project:p;party:x;location:a;relationship:r\n', true, []],
    [
      '1,Deed,,,lost.txt,\n2,,,,deed.txt,\n2,Copy,,,deed.txt,\n',
      false,
      [
        '2 stored_file file-missing',
        '3 name value-missing',
        '4 id id-repeated',
        '4 stored_file file-repeated',
      ],
    ],
    [
      '1,Deed,,,deed.txt,party:y;location:x;relationship:a;house:a;party:x;party:x\n',
      false,
      [
        '2 links link-unknown',
        '2 links link-unknown',
        '2 links link-unknown',
        '2 links value-invalid',
        '2 links link-repeated',
      ],
    ],
    ['1,Deed,,,deed.txt,project:p\n2,Map,,,,project:q\n', false, ['3 links link-unknown']],
    ['1,Deed,,,../deed.txt,\n', false, ['2 stored_file file-missing', 'undefined undefined file-unlisted']],
    ['1,Deed,,,,\n', true, ['undefined undefined file-unlisted']],
  ]
  for (const [list, isDone, problems] of cases)
    assert.deepEqual(await told(withList(list)), [isDone, problems], list)
  const { rows } = await host.db.query('SELECT FROM tenure.projects')
  assert.equal(
    rows.length,
    cases.filter(([, isDone]) => isDone).length,
    'a refused import has left a project',
  )
})

test('a list without its columns, with columns of others, and of two projects', async () => {
  assert.deepEqual(await told({ ...files, 'resources/resources.csv': 'id,name\n1,Deed\n' }), [
    false,
    ['description', 'original_file', 'stored_file', 'links'].map((name) => `1 ${name} column-missing`),
  ])
  assert.deepEqual(
    await told({
      ...files,
      'resources/resources.csv': `${header.trimEnd()},owner\n1,Deed,,,deed.txt,,Ana\n`,
    }),
    [true, ['1 owner column-unknown']],
  )
  assert.deepEqual(await told({ ...withList(''), 'resources/b/resources.csv': header }), [
    false,
    ['undefined undefined projects-several'],
  ])
})

test('a file with other bytes than its checksum is found before anything is written', async () => {
  const entries = Object.entries(withList('1,Deed,,,deed.txt,\n'))
  const zip = (statedCrc?: number) =>
    zipOf(
      entries.map(([name, text]) => ({
        name,
        bytes: Buffer.from(text),
        ...(name === 'resources/deed.txt' && statedCrc !== undefined && { statedCrc }),
      })),
    )
  assert.deepEqual(await told(zip()), [true, []])
  assert.deepEqual(await told(zip(1)), [false, ['undefined undefined zip-invalid']])
})

test('a host that keeps no files gets the resources, and is told how many files are left', async () => {
  const without = await tenureHost({}, false)
  try {
    const report = await imported(without, 'tenure-shp', withList('1,Deed,,,deed.txt,party:x\n'))
    assert.equal(report.job.outcome, 'succeeded', JSON.stringify(report.findings))
    const left = report.findings.find(({ code }) => code === 'tenure/files-left')
    assert.equal(left?.count, 1)
    const { rows } = await without.db.query<{ name: string; artifact: string | null; kind: string }>(
      `SELECT name, artifact, kind FROM tenure.resources JOIN tenure.resource_links ON resource_id = id`,
    )
    assert.deepEqual(rows, [{ name: 'Deed', artifact: null, kind: 'party' }])
  } finally {
    await without.close()
  }
})

test.run()
