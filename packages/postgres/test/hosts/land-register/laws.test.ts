import { createPiecework, memoryArtifacts, memoryStore } from '@piecework/core'
import { checkTables, fromPg, type SharedReference, tablePiece } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import { needsServer, type ScratchDatabase, scratchDatabase } from '@piecework/test-support'
import { pieceLaws } from '@piecework/testkit'
import pg from 'pg'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { namedKind } from '../named-kind.js'
import { districtRows, documentRows, key } from './pieces.js'
import { districtContent, documentsContent, sampleDistrict, seed } from './sample.js'
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

test('content types have other numbers here: each link leads to the table that its type names', async () => {
  const database = fromPg(pool)
  const piecework = createPiecework({
    packs: [{ name: 'register', kinds: [host.kind], pieces: [districtRows, documentRows] }],
    store: memoryStore({ database }),
    artifacts: memoryArtifacts(),
    runtime: inProcess(),
  })
  await piecework.start()
  try {
    const { principal } = host
    const { resource } = await sampleDistrict(database)
    const { archive } = await (await piecework.export({ resource, principal })).result()
    if (!archive) throw new Error('no archive')
    const linked = async (id: string) =>
      (
        await pool.query(
          `SELECT l.note, coalesce(h.name, p.label, o.title, d.name) AS led FROM register_documentlink l
           JOIN register_document x ON x.id = l.document_id AND x.district_id = $1 JOIN content_type t ON t.id = l.content_type_id
           LEFT JOIN register_holder h ON t.model = 'holder' AND h.id = l.record_id AND h.district_id = $1
           LEFT JOIN register_parcel p ON t.model = 'parcel' AND p.id = l.record_id AND p.district_id = $1
           LEFT JOIN register_document o ON t.model = 'document' AND o.id = l.record_id AND o.district_id = $1
           LEFT JOIN register_district d ON t.model = 'district' AND d.id = l.record_id AND d.id = $1 ORDER BY l.note`,
          [id],
        )
      ).rows
    const before = await linked(resource.id)
    await pool.query(
      `BEGIN; UPDATE content_type SET id = -id; UPDATE content_type SET id = 6 + id;
       UPDATE register_documentlink SET content_type_id = 6 - content_type_id; COMMIT`,
    )
    const imported = await (await piecework.import({ archive, principal })).result()
    assert.equal(await linked(imported.resource?.id ?? ''), before)
    assert.equal(before, [
      { note: 'district', led: 'North "9"' },
      { note: 'document', led: 'Deed, 1900' },
      { note: 'holder', led: 'Öko & Co' },
      { note: 'parcel', led: '2' },
    ])
  } finally {
    await piecework.stop()
  }
})

const host = {
  kind: namedKind('district', 'register_district', key),
  database: () => fromPg(pool),
  principal: { id: '1' },
  sample: sampleDistrict,
}
pieceLaws(test, { ...host, piece: districtRows, content: districtContent })
pieceLaws(test, { ...host, piece: documentRows, content: documentsContent, before: [districtRows] })

test.run()
