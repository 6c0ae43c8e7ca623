import { createPiecework, memoryArtifacts, memoryStore, type Piecework } from '@piecework/core'
import { checkTables, fromPg, type SharedReference, tablePiece } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import { needsServer, type ScratchDatabase, scratchDatabase } from '@piecework/test-support'
import { pieceLaws } from '@piecework/testkit'
import pg from 'pg'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { namedKind } from '../named-kind.js'
import { districtRows, documentRows, key } from './pieces.js'
import { districtContent, documentsContent, linksOf, sampleDistrict, seed } from './sample.js'
import { registerTables } from './schema.js'

const test = needsServer(suite('hosts: a land register'))
let scratch: ScratchDatabase
let pool: pg.Pool

test.before(async () => {
  scratch = await scratchDatabase()
  pool = new pg.Pool({ connectionString: scratch.url, max: 4 })
  await pool.query(registerTables)
  await pool.query(seed)
})
test.after(async () => {
  await pool.end()
  await scratch.drop()
})

test('the check has nothing to say that the declaration does not answer', async () => {
  const told = await checkTables(fromPg(pool), [districtRows, documentRows])
  assert.equal(
    told.map(({ code, table, column }) => [code, table, column]),
    [],
  )
})

const typed = (types: Partial<SharedReference>, is: string) =>
  tablePiece({
    name: 'district/links',
    of: 'district',
    version: 1,
    after: ['district/rows'],
    tables: [
      {
        table: 'register_documentlink',
        owner: 'record_id',
        order: ['note'],
        references: {
          content_type_id: {
            table: 'content_type',
            shared: { where: 'true', by: ['app_label', 'model'], ...types },
          },
          document_id: { by: 'content_type_id', tables: { [is]: 'register_parcel' } },
        },
      },
    ],
  })

for (const [what, piece, told] of [
  [
    'types of which one may stand for another',
    typed({ missing: 'null' }, 'register.parcel'),
    /'refuse' or 'create'/,
  ],
  [
    'types of one resource',
    typed({ where: `model <> $resource` }, 'register.parcel'),
    /the same for all resources/,
  ],
  ['a name that no type can have', typed({}, 'parcel'), /known by app_label\.model, so "parcel"/],
] as const)
  test(`refused by name: ${what}`, () =>
    checkTables(fromPg(pool), [districtRows, piece]).then(
      () => assert.unreachable(),
      ({ message }: Error) => assert.match(message, told),
    ))

const host = {
  kind: namedKind('district', 'register_district', key),
  database: () => fromPg(pool),
  principal: { id: '1' },
  sample: sampleDistrict,
}

async function withRegister(use: (piecework: Piecework) => Promise<void>): Promise<void> {
  const piecework = createPiecework({
    packs: [{ name: 'register', kinds: [host.kind], pieces: [districtRows, documentRows] }],
    store: memoryStore({ database: host.database() }),
    artifacts: memoryArtifacts(),
    runtime: inProcess(),
  })
  await piecework.start()
  try {
    await use(piecework)
  } finally {
    await piecework.stop()
  }
}

const ledBy = [
  { note: 'district', led: 'North "9"' },
  { note: 'document', led: 'Deed, 1900' },
  { note: 'holder', led: 'Öko & Co' },
  { note: 'parcel', led: '2' },
]

test('content types have other numbers here: each link leads to the table that its type names', () =>
  withRegister(async (piecework) => {
    const { principal } = host
    const { resource } = await sampleDistrict(host.database())
    const { archive } = await (await piecework.export({ resource, principal })).result()
    if (!archive) throw new Error('no archive')
    assert.equal(await linksOf(resource, pool), ledBy)
    await pool.query(
      `BEGIN; UPDATE content_type SET id = -id; UPDATE content_type SET id = 6 + id;
       UPDATE register_documentlink SET content_type_id = 6 - content_type_id; COMMIT`,
    )
    const imported = await (await piecework.import({ archive, principal })).result()
    assert.equal(await linksOf(imported.resource, pool), ledBy)
  }))

test('a link to nothing is left out and told, and one of another type refuses each job', () =>
  withRegister(async (piecework) => {
    const { principal } = host
    const { resource } = await sampleDistrict(host.database())
    const add = (model: string, note: string) =>
      pool.query(
        `INSERT INTO register_documentlink (document_id, content_type_id, record_id, note)
         SELECT d.id, t.id, 'nowhere', $3 FROM register_document d, content_type t
         WHERE d.district_id = $1 AND t.app_label || '.' || t.model = $2`,
        [resource.id, model, note],
      )
    await add('register.parcel', 'lost')
    const cloned = await (await piecework.clone({ resource, principal })).ended()
    assert.equal(
      cloned.findings.map(({ code, column, count }) => [code, column, count]),
      [['table/row-skipped', 'record_id', 1]],
    )
    // The clone itself has another name.
    assert.equal((await linksOf(cloned.job.result?.resource, pool)).slice(1), ledBy.slice(1))
    await add('other.parcel', 'strange')
    for (const ask of ['clone', 'export'] as const) {
      const { job } = await (await piecework[ask]({ resource, principal })).ended()
      assert.is(job.error?.code, 'table/type-unknown')
      assert.match(job.error?.message ?? '', /1 row has in "content_type_id" .*\(other\.parcel\)/)
    }
  }))

pieceLaws(test, { ...host, piece: districtRows, content: districtContent })
pieceLaws(test, { ...host, piece: documentRows, content: documentsContent, before: [districtRows] })

test.run()
