import assert from 'node:assert/strict'
import { isPieceworkError } from '@piecework/core'
import { embedded } from '@piecework/embedded'
import * as postgres from '@piecework/postgres'
import {
  foreignTables,
  fromKnex,
  fromPg,
  guardTriggers,
  migrate,
  postgresStore,
  tablePiece,
  toKnexMigrationSource,
} from '@piecework/postgres'
import { ConnectionDatabase } from '@piecework/postgres/database'
import { optionTests } from '@piecework/test-support'
import { suite } from 'uvu'

const test = suite('options: postgres and embedded')

const nothing = async () => ({ rows: [], rowCount: 0, command: '' })
const database = { query: nothing, transaction: async () => undefined as never }
const pool = { totalCount: 0, connect: () => assert.fail('connected') }
const knex = { client: { acquireConnection: async () => ({}), releaseConnection: async () => undefined } }
const environment = { now: () => 0, after: () => () => {}, every: () => () => {}, uuid: () => '' }
const negative = [-1, 0.5, Number.NaN, '5', null]
const url = 'postgres://u:geheim@h/d'

/** Over a connection that takes everything and does nothing. */
const connection = {
  query: nothing,
  copyIn: async () => 0,
  copyOut: async function* () {},
  cancel: async () => undefined,
}
const scope = { begin: nothing, commit: nothing, rollback: nothing }
const connected = new ConnectionDatabase(
  {
    acquire: async () =>
      ({ connection, patienceMs: 1000, lost: () => false, release: () => undefined }) as never,
  },
  () => scope as never,
)

const spec = () => ({
  name: 'project/features',
  of: 'project',
  version: 1,
  schema: 'planning',
  after: ['project/metadata'],
  options: { parse: (input: unknown) => input },
  applies: async () => true,
  partRows: 1000,
  extraEntries: ['extra.json'],
  validators: [{ validate: async function* () {} }],
  upgrades: {},
  tables: [
    {
      table: 'features',
      key: { nanoid: { length: 21, alphabet: 'abcdefghijklmnop' } },
      owner: 'project_id',
      order: ['name'],
      references: {
        project_id: { table: 'projects', key: 'id', of: 'project' },
        source_id: { table: 'sources', shared: { where: 'true', by: ['key'], exportWhere: 'true' } },
        unit_id: { table: 'units', lookup: { where: 'true', by: ['puid'] } },
        plain_id: 'plain',
        about_id: { by: 'about', tables: { Plain: 'plain', Unit: { table: 'units' } }, other: 'keep' },
      },
      json: { rules: [{ path: 'features[*].id', table: 'features', key: 'id', of: 'project' }] },
      text: { body: [{ pattern: '/features/{}', table: 'features', key: 'id', of: 'project' }] },
      where: { sql: 'state <> $1', values: ['draft'] },
      unique: { slug: 'suffix' },
      columns: ['name'],
      ignore: ['created_at'],
      set: { owner_id: () => 1 },
      keepShellValue: [],
    },
  ],
})

optionTests(test, [
  {
    name: 'postgresStore()',
    options: () => ({ database, control: database, leaseMs: 1000, snapshotAgeMs: 1000, environment }),
    call: postgresStore,
    opaque: ['database', 'control', 'environment'],
    wrong: {
      database: [undefined, url, {}, Promise.resolve(database)],
      control: [url],
      leaseMs: [0, ...negative],
      snapshotAgeMs: [0, ...negative],
      environment: [{}, Date],
    },
  },
  {
    name: 'fromPg()',
    options: () => ({ searchPath: ['public'] }),
    call: (options) => fromPg(pool, options),
    wrong: { searchPath: ['public', [7], ['']] },
  },
  {
    name: 'fromKnex()',
    options: () => ({ searchPath: ['public'] }),
    call: (options) => fromKnex(knex, options),
    wrong: { searchPath: ['public', [7]] },
  },
  {
    name: 'embedded()',
    options: () => ({ dataDir: '/a', cacheDir: '/b', searchPath: ['public'] }),
    call: embedded,
    refusalsOnly: true,
    wrong: { dataDir: ['', 7], cacheDir: ['', 7], searchPath: ['public'] },
  },
  {
    name: 'transaction()',
    options: () => ({ readOnly: true, signal: new AbortController().signal }),
    call: (options) => connected.transaction(async () => undefined, options),
    opaque: ['signal'],
    wrong: { readOnly: [1, 'yes'], signal: [{}, 7] },
  },
  {
    name: 'copyIn()',
    options: () => ({ table: 't', columns: ['a'], format: 'binary' }),
    call: (target) => connected.transaction((tx) => tx.copyIn(target, (async function* () {})())),
    wrong: { table: ['', undefined], columns: ['a', undefined], format: ['text', 'bin'] },
  },
  {
    name: 'assertSchemaCovered()',
    options: () => ({ schema: 'planning', ignored: [] }),
    call: (coverage) => postgres.assertSchemaCovered(database, [], coverage),
    wrong: { schema: [undefined, ''], root: [''], ignored: ['table'], database: [''] },
  },
  {
    name: 'checkTables()',
    options: () => ({ database: 'geo' }),
    call: (options) => postgres.checkTables(database, [], options),
    wrong: { database: ['', 7] },
  },
  {
    name: 'claimTables()',
    code: 'registry-invalid',
    options: () => ({
      schema: 'planning',
      tables: [
        {
          table: 'stickers',
          owner: 'page_id.notebook_id',
          order: ['label'],
          references: { page_id: 'pages' },
          columns: ['label'],
          ignore: ['id'],
        },
      ],
    }),
    call: (claims) => postgres.claimTables({ contract: 1, name: 'a/b', of: 'c', version: 1 }, claims),
    free: ['tables.0.references'],
    wrong: {
      schema: ['', 7],
      tables: [undefined, {}, ['stickers'], [{ owner: 'id' }]],
      'tables.0.table': ['', undefined],
      'tables.0.owner': ['', 7],
      'tables.0.order': ['label', [7]],
      'tables.0.references': [['page_id'], { page_id: 7 }],
      'tables.0.columns': ['label'],
      'tables.0.ignore': [[7]],
    },
  },
  {
    name: 'tablePiece()',
    code: 'registry-invalid',
    options: spec,
    call: tablePiece,
    opaque: ['options', 'validators'],
    free: [
      'upgrades',
      'tables.0.references',
      'tables.0.references.about_id.tables',
      'tables.0.json',
      'tables.0.text',
      'tables.0.unique',
      'tables.0.set',
    ],
    wrong: {
      name: ['', undefined],
      of: ['', undefined],
      version: [0, '1', undefined],
      tables: [undefined, {}, ['features'], [{ table: 'features' }]],
      schema: ['', 7],
      validators: [{}],
      options: [{}],
      'tables.0.owner': [undefined, ''],
      'tables.0.order': [undefined, 'name'],
      'tables.0.references': [['project_id'], { a: 7 }, { a: {} }],
      'tables.0.references.project_id': ['', {}],
      'tables.0.references.source_id.shared.where': [undefined, ''],
      'tables.0.json.rules': [{}, [{ table: 'features' }]],
      'tables.0.references.about_id.other': ['drop'],
      'tables.0.references.source_id.shared.by': [undefined, 'key', [7]],
      'tables.0.text.body': [{}, [{ table: 'features' }]],
      'tables.0.where': ['state', { values: [] }, { sql: 'true', values: [{}] }],
      'tables.0.unique': [{ slug: true }],
      'tables.0.set': [{ a: 1 }],
      'tables.0.ignore': ['created_at', [7]],
    },
  },
  {
    name: 'foreignTables()',
    options: () => ({ name: 'planning/0100-geo', server: 'geo', schema: 'planning', tables: ['shapes'] }),
    call: foreignTables,
    wrong: {
      name: ['', undefined],
      server: ['', undefined],
      schema: ['', undefined],
      tables: ['shapes', undefined, [7], ['']],
    },
  },
  ...[
    ['migrate()', (migration: never) => migrate(database, [migration])] as const,
    ['toKnexMigrationSource()', (migration: never) => toKnexMigrationSource([migration])] as const,
  ].map(([name, call]) => ({
    name,
    options: () => ({ name: 'planning/0001-projects', sql: 'SELECT 1' }),
    call,
    refusalsOnly: true as const,
    wrong: { name: ['', undefined], sql: ['', undefined] },
  })),
])

test('a declaration answers what people expect of it with what there is', () => {
  const refusal = (wrong: object): string => {
    try {
      tablePiece(wrong as never)
    } catch (error) {
      if (isPieceworkError(error, 'registry-invalid')) return error.message
    }
    return ''
  }
  const [table] = spec().tables
  assert.equal(
    refusal({ ...spec(), tables: [{ ...table, filter: 'deleted_at IS NULL' }] }),
    'Table piece "project/features" has no property "tables[0].filter"; a condition on the rows is { where: { sql } }.',
  )
  assert.match(refusal({ ...spec(), exporter: {} }), /to wrap it, spread the piece/)
  assert.match(
    refusal({ ...spec(), tables: [{ ...table, references: { a: { table: 'b', lokup: {} } } }] }),
    /"tables\[0\]\.references\.a\.lokup"; did you mean "tables\[0\]\.references\.a\.lookup"\?/,
  )
})

test('arguments are checked, and no address is repeated', async () => {
  for (const work of [
    () => fromPg(url as never),
    () => fromPg({} as never),
    () => fromKnex({} as never),
    () => guardTriggers(url as never),
    () => migrate(url as never, []),
    () => migrate(database, { name: 'a', sql: 'b' } as never),
  ])
    await assert.rejects(
      async () => work(),
      (error) => isPieceworkError(error, 'options-invalid') && !error.message.includes('geheim'),
    )
})

test('each function that takes options is tried', () => {
  const tried =
    'assertSchemaCovered checkTables claimTables foreignTables fromKnex fromPg guardTriggers migrate postgresStore tablePiece toKnexMigrationSource'
  const others = 'BinaryRows idExpression quoteIdent textLiteral uuidExpression uuidLiteral'
  const functions = Object.entries(postgres).flatMap(([name, value]) =>
    typeof value === 'function' ? [name] : [],
  )
  assert.deepEqual(functions.sort(), `${tried} ${others}`.split(' ').sort())
})

test.run()
