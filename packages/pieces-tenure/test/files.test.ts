import { text } from 'node:stream/consumers'
import { memoryArtifacts } from '@piecework/core'
import {
  csvLine,
  type Entries,
  entriesOf,
  type ImportContext,
  jobIds,
  keyFormsOf,
  type NewFinding,
  type ValidationContext,
} from '@piecework/core/piece'
import { tenureProject, tenureProjectKind } from '@piecework/pieces-tenure'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { newKey, sampleProject } from './support/sample-project.js'
import { type TenureDatabase, tenureDatabase } from './support/tenure-host.js'

const test = needsServer(suite('the piece of the files'))
let world: TenureDatabase
test.before(async () => {
  world = await tenureDatabase()
})
test.after(() => world.close())

const store = memoryArtifacts()
const pieces = tenureProject({ files: store }).pieces ?? []
const piece = pieces.find(({ name }) => name === 'tenure/files')

/** As an archive from elsewhere might have them. */
function entries(list: readonly (readonly string[])[] | undefined, bytes?: string): Entries {
  const table = list?.map(csvLine).join('')
  const given = Object.entries({ 'files.csv': table, 'files.bin': bytes })
  return entriesOf(
    given.flatMap(([path, content]) => {
      if (content === undefined) return []
      const facts = { size: content.length, ...(path === 'files.csv' && { rows: (list?.length ?? 1) - 1 }) }
      const open = async function* () {
        yield Buffer.from(content)
      }
      return [{ path, facts, open }]
    }),
  )
}

const head = ['resource_id', 'bytes']

test('a list that does not fit the bytes is refused before anything is written', async () => {
  const told = async (given: Entries): Promise<readonly string[]> => {
    const found: NewFinding[] = []
    for (const { validate } of piece?.validators ?? [])
      for await (const finding of validate({ entries: given } as ValidationContext)) found.push(finding)
    return found.map(({ code, file, message }) => `${code} ${file} ${message}`)
  }
  const code = 'tenure/files-invalid'
  assert.equal(await told(entries([head, ['a', '3'], ['b', '0']], 'abc')), [])
  assert.equal(await told(entries([head], '')), [])
  assert.equal(await told(entries(undefined, 'abc')), [`${code} files.csv "files.csv" is missing.`])
  assert.equal(await told(entries([head])), [`${code} files.bin "files.bin" is missing.`])
  assert.equal(await told(entries([head, ['a', '2']], 'abc')), [
    `${code} files.csv The listed files have 2 bytes, "files.bin" has 3.`,
  ])
  for (const size of ['-1', '', '1e3', '9'.repeat(16)])
    assert.equal(await told(entries([head, ['a', size]], 'abc')), [
      `${code} files.csv ${JSON.stringify(size)} is no number of bytes.`,
    ])
})

test('honest counts: files of resources that are not there are left out and told; the others get theirs', async () => {
  const { id } = await sampleProject(world.db)
  const other = await sampleProject(world.db)
  const ids = jobIds(newKey(), { forms: keyFormsOf(pieces) })
  const [mine, theirs] = ['mine', 'theirs'].map((old) => ids.idOf('tenure.resources', old))
  const insert = 'INSERT INTO tenure.resources (id, project_id, name) VALUES ($1, $2, $1)'
  await world.db.query(insert, [mine, id])
  await world.db.query(insert, [theirs, other.id])
  const findings: NewFinding[] = []
  const counts = await world.db.transaction(
    (tx) =>
      piece?.importer?.import({
        entries: entries([head, ['theirs', '1'], ['nobody', '2'], ['mine', '3'], ['mine', '1']], 'abbccca'),
        tx,
        ids,
        resource: { kind: tenureProjectKind.kind, id },
        finding: (finding: NewFinding) => void findings.push(finding),
        progress: () => {},
        signal: new AbortController().signal,
      } as unknown as ImportContext) ?? Promise.reject(new Error('no importer')),
  )
  assert.equal(counts, { rows: 1, skipped: 3 })
  assert.equal(
    findings.map(({ code, count }) => [code, count]),
    [['tenure/file-without-resource', 3]],
  )
  const { rows } = await world.db.query<{ artifact: string | null }>(
    'SELECT artifact FROM tenure.resources WHERE id = ANY ($1) ORDER BY id = $2',
    [[mine, theirs], mine],
  )
  assert.equal(rows, [{ artifact: null }, { artifact: `${id}/${mine}` }])
  assert.is(await text(store.open(`${id}/${mine}`)), 'ccc')
})

test.run()
