import { memoryArtifacts } from '@piecework/core'
import { csvLine, csvRecords, type Output } from '@piecework/core/piece'
import { tenureProject } from '@piecework/pieces-tenure'
import { needsServer } from '@piecework/test-support'
import { outputLaws } from '@piecework/testkit'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { exportedFiles } from '../support/exported-files.js'
import { newKey, sampleProject } from '../support/sample-project.js'
import { type TenureHost, tenureHost } from '../support/tenure-host.js'

const lawSuite = suite('laws of the output of resources')
const table = (...records: readonly (readonly (string | null)[])[]): string => records.map(csvLine).join('')
outputLaws(lawSuite, {
  output: tenureProject({ files: memoryArtifacts() }).outputs?.find(
    ({ name }) => name === 'tenure/resources',
  ) as Output<never>,
  pieces: [
    { piece: 'tenure/project', entries: { 'projects.csv': table(['id', 'slug'], ['p', 'reefs']) } },
    {
      piece: 'tenure/resources',
      entries: {
        'resources.csv': table(
          ['id', 'name', 'description', 'original_file', 'archived'],
          ['a', 'Deed', null, 'deed.pdf', 'f'],
          ['b', 'Deed', '', 'DEED.pdf', 'f'],
          ['c', 'Lost', null, null, 'f'],
        ),
        'resource_links.csv': table(
          ['resource_id', 'kind', 'target_id'],
          ['a', 'project', 'p'],
          ['a', 'party', 'x'],
        ),
      },
    },
    {
      piece: 'tenure/files',
      entries: {
        'files.bin': 'the deed, and another one',
        'files.csv': table(['resource_id', 'bytes'], ['a', '8'], ['b', '17']),
      },
    },
  ],
})
lawSuite.run()

const test = needsServer(suite('files of resources'))
let host: TenureHost
test.before(async () => {
  host = await tenureHost()
})
test.after(() => host.close())

const exported = (id: string) => exportedFiles(host, { kind: 'tenure-project', id }, 'tenure/resources')

test('files under their names, and what they are about', async () => {
  const { id } = await sampleProject(host.db, host.files)
  const { files, text, report } = await exported(id)
  assert.equal([...files.keys()], ['resources.csv', '_con.txt', 'deed.pdf'])
  assert.is(text('deed.pdf'), 'the deed')
  assert.is(text('_con.txt'), '')
  const { rows } = await host.db.query<{ links: string }>(
    `SELECT string_agg(kind || ':' || target_id, ';' ORDER BY kind COLLATE "C") AS links
     FROM tenure.resource_links k JOIN tenure.resources r ON r.id = k.resource_id
     WHERE r.project_id = $1 AND original_file = 'deed.pdf'`,
    [id],
  )
  const [header, ...records] = csvRecords(text('resources.csv'))
  assert.equal(header, ['id', 'name', 'description', 'original_file', 'stored_file', 'links'])
  const links = rows[0]?.links
  assert.equal(
    records.map(([, ...cells]) => cells),
    [
      ['Deed', null, '../con.txt', '_con.txt', ''],
      ['Deed', null, 'deed.pdf', 'deed.pdf', links],
      ['Lost', null, null, null, links],
    ],
  )
  assert.equal(report.findings, [])
})

test('duplicates are numbered, and no name leaves the folder', async () => {
  const { id } = await sampleProject(host.db)
  await host.db.query('DELETE FROM tenure.resources WHERE project_id = $1', [id])
  const originals = [
    'a.txt',
    'A.txt',
    'a.txt',
    'resources.csv',
    '/etc/passwd',
    'C:\\x\\y.txt',
    '..',
    '=x\n.txt',
    null,
  ]
  for (const [at, original] of originals.entries()) {
    const key = newKey()
    await host.files.put(key, bytesOf(String(at)))
    await host.db.query(
      'INSERT INTO tenure.resources (id, project_id, name, original_file, artifact) VALUES ($1, $2, $3, $4, $1)',
      [key, id, `n${at}`, original],
    )
  }
  const { files, text, report } = await exported(id)
  const names = [
    'a.txt',
    'A (2).txt',
    'a (3).txt',
    'resources (2).csv',
    'passwd',
    'y.txt',
    'file',
    '=x.txt',
    'n8',
  ]
  assert.equal([...files.keys()], ['resources.csv', ...names])
  for (const [at, name] of names.entries()) assert.is(text(name), String(at), name)
  const [, ...records] = csvRecords(text('resources.csv'))
  assert.equal(
    records.map(([, , , original, stored]) => [original, stored]),
    originals.map((original, at) => [
      original === '=x\n.txt' ? `'${original}` : original,
      names[at] === '=x.txt' ? `'${names[at]}` : names[at],
    ]),
  )
  assert.equal(report.findings, [], 'core has nothing to rename')
})

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text)
}

test.run()
