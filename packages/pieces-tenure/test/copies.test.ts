import { text } from 'node:stream/consumers'
import type { JobReport } from '@piecework/core'
import type { TextForm } from '@piecework/core/piece'
import { isPieceworkError } from '@piecework/core/piece'
import { tenureKey, tenureProject, tenureTables } from '@piecework/pieces-tenure'
import { assertSchemaCovered, checkTables } from '@piecework/postgres'
import { compareResources, needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { newKey, newOrganization, sampleProject } from './support/sample-project.js'
import { ana, ben, succeeded, type TenureHost, tenureDatabase, tenureHost } from './support/tenure-host.js'

const test = needsServer(suite('copies of tenure projects'))
let host: TenureHost
test.before(async () => {
  host = await tenureHost({ archived: 'carried' })
})
test.after(() => host.close())

const ref = (id: string) => ({ kind: 'tenure-project', id })
/** The source has it. */
const slugTaken = 'table/unique-taken 1'
const codes = ({ findings }: JobReport) => findings.map(({ code, count }) => `${code} ${count}`)
const inside = (id: string) => ({ kind: 'tenure-organization', id })
const forms = (tables: readonly string[]): Readonly<Record<string, TextForm>> =>
  Object.fromEntries(tables.map((table) => [table, tenureKey]))

/** Tables in which the copy has other rows than the project; those that were compared are all and not empty. */
async function differing(from: string, to: string, job: string): Promise<readonly string[]> {
  const compared = await compareResources(host.db, {
    schema: 'tenure',
    root: 'projects',
    from,
    to,
    jobs: [job],
    keys: forms([
      'projects',
      'attribute_schemas',
      'parties',
      'locations',
      'tenure_relationships',
      'resources',
    ]),
    differing: {
      projects: ['organization_id', 'owner_id', 'slug'],
      // What these lead to is no foreign key, or no row of the project: see the laws.
      resources: ['artifact', 'contributor_id'],
      resource_links: ['target_id'],
    },
  })
  assert.is(compared.length, 7)
  for (const { table, rows } of compared) assert.ok(rows > 0, `no rows of ${table}`)
  return compared.filter(({ differences }) => differences > 0).map(({ table }) => table)
}

async function filesOf(project: string): Promise<readonly string[]> {
  const { rows } = await host.db.query<{ artifact: string }>(
    'SELECT artifact FROM tenure.resources WHERE project_id = $1 AND artifact IS NOT NULL ORDER BY name, original_file',
    [project],
  )
  return Promise.all(rows.map(({ artifact }) => text(host.files.open(artifact))))
}

test('what was exported can be imported: every row, into another organization, with files', async () => {
  const { id } = await sampleProject(host.db, host.files)
  const exported = await succeeded(host.piecework.export({ resource: ref(id), principal: ana }))
  const { archive } = exported.job.result
  assert.ok(archive)
  const into = inside(await newOrganization(host.db))
  const imported = await succeeded(host.piecework.import({ archive, into, principal: ben }))
  const copy = imported.job.result.resource?.id ?? ''
  assert.equal(await differing(id, copy, imported.job.id), [])
  assert.equal(codes(imported), [slugTaken])
  assert.equal(await filesOf(copy), ['', 'the deed', 'of old'])
  const { rows } = await host.db.query(
    'SELECT organization_id, owner_id FROM tenure.projects WHERE id = $1',
    [copy],
  )
  assert.equal(rows, [{ organization_id: into.id, owner_id: 2 }])
})

test('a clone beside its source: equal rows, another slug, no id twice', async () => {
  const { id, organization } = await sampleProject(host.db, host.files)
  const cloned = await succeeded(host.piecework.clone({ resource: ref(id), principal: ben }))
  const copy = cloned.job.result.resource?.id ?? ''
  const found = await differing(id, copy, cloned.job.id)
  assert.equal(found, ['projects'], 'its name, and nothing else')
  assert.equal(await filesOf(copy), await filesOf(id))
  const { rows } = await host.db.query<{ name: string; slug: string; organization_id: string }>(
    'SELECT name, slug, organization_id FROM tenure.projects WHERE id = ANY ($1) ORDER BY id = $2',
    [[id, copy], copy],
  )
  const [source, made] = rows
  assert.is(made?.organization_id, organization)
  assert.is(made?.name, 'London "2", Ä - copy')
  assert.ok(made?.slug.startsWith(`${source?.slug}-`))
  for (const table of ['parties', 'locations', 'tenure_relationships', 'resources']) {
    const keys = await host.db.query<{ long: boolean; n: number }>(
      `SELECT bool_and(length(id) = 24) AS long, count(DISTINCT id)::int AS n FROM tenure.${table} WHERE project_id = ANY ($1)`,
      [[id, copy]],
    )
    const all = await host.db.query(`SELECT FROM tenure.${table} WHERE project_id = ANY ($1)`, [[id, copy]])
    assert.equal(keys.rows, [{ long: true, n: all.rowCount }], table)
  }
})

test('archived resources stay behind unless they are asked for, and so do their files', async () => {
  const leaving = await tenureHost()
  try {
    const { id } = await sampleProject(leaving.db, leaving.files)
    const cloned = await succeeded(leaving.piecework.clone({ resource: ref(id), principal: ana }))
    const copy = cloned.job.result.resource?.id ?? ''
    const { rows } = await leaving.db.query(
      `SELECT r.name, count(k.kind)::int AS links FROM tenure.resources r LEFT JOIN tenure.resource_links k ON k.resource_id = r.id
       WHERE project_id = $1 GROUP BY r.id ORDER BY name, links`,
      [copy],
    )
    assert.equal(rows, [
      { name: 'Deed', links: 0 },
      { name: 'Deed', links: 4 },
      { name: 'Lost', links: 4 },
    ])
    const put: string[] = []
    for await (const key of leaving.files.list(copy)) put.push(key)
    assert.is(put.length, 2)
  } finally {
    await leaving.close()
  }
})

test('who contributed a resource is kept by name, or who imports', async () => {
  for (const users of ['known', 'importer'] as const) {
    const one = await tenureHost({ users })
    try {
      const { id } = await sampleProject(one.db, one.files)
      const { job } = await succeeded(one.piecework.export({ resource: ref(id), principal: ana }))
      // Another user has Ana's number here, and there is no Ben.
      await one.db.query(`UPDATE tenure.users SET username = 'carla' WHERE id = 1`)
      await one.db.query(`INSERT INTO tenure.users VALUES (7, 'ana')`)
      await one.db.query(`UPDATE tenure.users SET username = 'dora' WHERE id = 2`)
      const into = inside(await newOrganization(one.db))
      const { archive } = job.result
      assert.ok(archive)
      const imported = await succeeded(one.piecework.import({ archive, into, principal: ben }))
      const { rows } = await one.db.query<{ contributor_id: number | null }>(
        'SELECT contributor_id FROM tenure.resources WHERE project_id = $1 ORDER BY original_file',
        [imported.job.result.resource?.id],
      )
      const ids = rows.map(({ contributor_id }) => contributor_id)
      assert.equal(ids, users === 'known' ? [2, 7, null] : [2, 2, 2])
    } finally {
      await one.close()
    }
  }
})

test('a file that the store has lost is told, and the resource travels without', async () => {
  const { id } = await sampleProject(host.db, host.files)
  await host.db.query(
    `UPDATE tenure.resources SET artifact = 'gone' WHERE project_id = $1 AND original_file = 'deed.pdf'`,
    [id],
  )
  const report = await succeeded(host.piecework.clone({ resource: ref(id), principal: ana }))
  assert.equal(codes(report), [slugTaken, 'tenure/file-missing 1'])
  assert.equal(await filesOf(report.job.result.resource?.id ?? ''), ['', 'of old'])
})

test('nothing half-made: a copy that fails leaves no file', async () => {
  const { id } = await sampleProject(host.db, host.files)
  const before = await listed()
  await host.db.query(
    `UPDATE tenure.resources SET artifact = 'broken/file' WHERE project_id = $1 AND original_file = 'old.pdf'`,
    [id],
  )
  const { open, put } = host.files
  const written: string[] = []
  host.files.put = (key, bytes) => {
    written.push(key)
    return put(key, bytes)
  }
  host.files.open = (key, range) => {
    if (key === 'broken/file') throw new Error('The disk is broken.')
    return open(key, range)
  }
  try {
    const report = await (await host.piecework.clone({ resource: ref(id), principal: ana })).ended()
    assert.is(report.job.outcome, 'failed')
  } finally {
    Object.assign(host.files, { open, put })
  }
  assert.equal(await listed(), before)
  assert.ok(written.length > 0)
  for (const key of written) assert.is(await host.files.stat(key), undefined)
})

async function listed(): Promise<readonly string[]> {
  const { rows } = await host.db.query<{ id: string }>('SELECT id FROM tenure.projects ORDER BY id')
  return rows.map(({ id }) => id)
}

test('who is no user of this host owns nothing', async () => {
  const { id } = await sampleProject(host.db, host.files)
  for (const principal of [{ id: '99' }, { id: 'ana' }, { id: '01' }]) {
    const report = await (await host.piecework.clone({ resource: ref(id), principal })).ended()
    assert.ok(report.job.error?.code === 'tenure/user-unknown', JSON.stringify(report.job.error))
  }
})

test('the declarations fit the tables, and nothing of the schema is forgotten', async () => {
  const { db, close } = await tenureDatabase()
  try {
    const pieces = tenureProject({ files: host.files }).pieces ?? []
    assert.equal(await checkTables(db, pieces), [])
    await assertSchemaCovered(db, pieces, {
      schema: 'tenure',
      ignored: [
        'users',
        'organizations',
        // Of the shell: where it is, whose it is, what has become visible.
        'projects.organization_id',
        'projects.owner_id',
        'projects.state',
        // Of the piece of the files.
        'resources.artifact',
      ],
    })
  } catch (error) {
    if (isPieceworkError(error)) throw new Error(`${error.message} ${JSON.stringify(error.facts)}`)
    throw error
  } finally {
    await close()
  }
})

test('tables are those of the catalogue', async () => {
  const { rows } = await host.db.query<{ name: string }>(
    `SELECT table_schema || '.' || table_name AS name FROM information_schema.tables
     WHERE table_schema = 'tenure' ORDER BY 1`,
  )
  assert.equal(
    rows.map(({ name }) => name),
    Object.values(tenureTables).toSorted(),
  )
  assert.is(newKey().length, 24)
})

test.run()
