import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import * as core from '@piecework/core'
import {
  callback,
  createPiecework,
  folderTarget,
  isPieceworkError,
  memoryArtifacts,
  memoryStore,
  type PieceworkOptions,
} from '@piecework/core'
import * as archive from '@piecework/core/archive'
import * as piece from '@piecework/core/piece'
import * as store from '@piecework/core/store'
import { inProcess } from '@piecework/runtime-inprocess'
import { optionTests } from '@piecework/test-support'
import { container, injectable } from 'tsyringe'
import { suite } from 'uvu'
import { systemEnvironment } from '#internal/system-environment.js'
import { bytes, Notebooks } from '../support/notebooks.js'

const test = suite('options: factories')

const { privateKey, publicKey } = generateKeyPairSync('ed25519')
const keys = { 'host-1': publicKey }
const pack = new Notebooks().pack()
const artifacts = memoryArtifacts()
const database = {
  query: async () => ({ rows: [], rowCount: 0 }),
  transaction: async () => undefined as never,
}
const limits = {
  archiveBytes: 1e9,
  entries: 10,
  manifestBytes: 1e6,
  entryBytes: 1e6,
  totalBytes: 1e6,
  entryRatio: 250,
  totalRatio: 100,
  ratioFreeBytes: 0,
  pathLength: 100,
}
const negative = [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, '5', null]
const notCount = [...negative, 0, 2 ** 31]

const target = { name: 'shelf', schema: { parse: (input: unknown) => input }, deliver: async () => ({}) }
const all = (): PieceworkOptions => ({
  packs: [pack],
  runtime: inProcess(),
  targets: [target],
  store: memoryStore(),
  artifacts,
  access: { allows: async () => true },
  session: async () => {},
  limits: { ...limits },
  signing: { key: privateKey, keyId: 'host-1' },
  trust: { keys, policy: 'warn' },
  container,
  perPrincipal: { jobs: 1, whenFull: 'wait' },
  downloadsPerMinute: { requests: 1, bytes: 1 },
  jobTimeoutMs: 1000,
  maxAttempts: 1,
  backoffMs: 0,
  nodeTimeoutMs: 1000,
  deliveryAttempts: 1,
  deliveryTimeoutMs: 1000,
  artifactTimeoutMs: 1000,
  graceMs: 0,
  heartbeatMs: 500,
  sweepMs: 1000,
  resubmitAfterMs: 1000,
  draftTtlMs: 1000,
  archiveTtlMs: 40 * 24 * 3600 * 1000,
  retryTtlMs: 0,
  orphanSweepMs: 1000,
})

optionTests(test, [
  {
    name: 'createPiecework()',
    options: all,
    call: (options) => createPiecework(options),
    opaque: ['packs', 'runtime', 'targets', 'store', 'artifacts', 'access', 'container', 'signing.key'],
    free: ['trust.keys'],
    wrong: {
      packs: [pack, undefined, [7], [{}], 'a pack'],
      runtime: [undefined, {}, 'inProcess', Promise.resolve(inProcess())],
      store: ['postgres://u:geheim@h/d', {}],
      artifacts: ['/folder', {}],
      access: [{}, true],
      container: [{}],
      session: [{}, 'app.user'],
      signing: ['-----BEGIN PRIVATE KEY-----', {}],
      'signing.keyId': [undefined, 7],
      trust: [{}, 'require'],
      'trust.policy': ['requires', 7],
      limits: [7, 'none'],
      'limits.entries': negative,
      'limits.entryRatio': [0, Number.NaN, '100'],
      perPrincipal: [1],
      'perPrincipal.jobs': [...notCount, undefined],
      'perPrincipal.whenFull': ['waiting', undefined],
      downloadsPerMinute: [1],
      'downloadsPerMinute.requests': notCount,
      'downloadsPerMinute.bytes': [...negative, 0],
      jobTimeoutMs: notCount,
      maxAttempts: notCount,
      nodeTimeoutMs: notCount,
      deliveryAttempts: notCount,
      deliveryTimeoutMs: notCount,
      targets: [target, [{}], [7]],
      artifactTimeoutMs: notCount,
      heartbeatMs: notCount,
      sweepMs: notCount,
      backoffMs: negative,
      graceMs: negative,
      draftTtlMs: negative,
      archiveTtlMs: [...negative, 1e16],
      retryTtlMs: negative,
      resubmitAfterMs: negative,
      orphanSweepMs: negative,
      recordTtlMs: negative,
      followUps: ['email', {}],
    },
  },
  {
    name: 'memoryStore()',
    options: () => ({ database, leaseMs: 1000 }),
    call: memoryStore,
    opaque: ['database'],
    wrong: { database: ['postgres://u:geheim@h/d', {}, Promise.resolve(database)], leaseMs: notCount },
  },
  {
    name: 'folderTarget()',
    options: () => ({ root: '/tmp', name: 'out', environment: systemEnvironment }),
    call: folderTarget,
    opaque: ['environment'],
    wrong: { root: ['', undefined, 7], name: ['', 7], environment: [{}] },
  },
  {
    name: 'callback()',
    options: () => ({
      name: 'tell',
      schema: { parse: String },
      run: async () => undefined,
      maxAttempts: 1,
      backoffMs: 0,
      timeoutMs: 1,
    }),
    call: callback,
    opaque: ['schema'],
    wrong: {
      name: ['', 7],
      schema: [{}, 'text'],
      run: [undefined, 'tell'],
      maxAttempts: notCount,
      backoffMs: negative,
      timeoutMs: notCount,
    },
  },
  {
    name: 'FindingCollector',
    options: () => ({ limit: 0, limitPerColumn: 1, limitPerSeverity: 1, acrossFiles: true }),
    call: (options) => new piece.FindingCollector(options),
    wrong: { limit: negative, acrossFiles: ['yes', 1] },
  },
  {
    name: 'openCsv()',
    options: () => ({ maxRecordBytes: 10 }),
    call: async (options) => (await piece.openCsv(bytes('a\n1\n'), options)).close(),
    wrong: { maxRecordBytes: negative },
  },
  {
    name: 'csvRows()',
    options: () => ({ maxRecordBytes: 10 }),
    call: (options) => piece.csvRows(bytes('a\n1\n'), options).next(),
    wrong: { maxRecordBytes: negative },
  },
  {
    name: 'zipFiles()',
    options: () => ({
      signal: new AbortController().signal,
      store: true,
      level: 9,
      date: new Date(),
    }),
    call: (options) => piece.zipFiles([], options).next(),
    opaque: ['signal', 'date'],
    wrong: { level: [10, -1, '1'], date: ['2026-01-01', 7], store: [1] },
  },
  {
    name: 'firstStep()',
    options: () => ({ files: ['a.csv'], error: { message: 'No.' }, place: () => undefined }),
    call: (options) => piece.firstStep([], options),
    opaque: ['error'],
    wrong: { files: ['a.csv', [1]], error: ['No.'], place: ['a'] },
  },
  {
    name: 'jobIds()',
    options: () => ({
      forms: new Map(),
      declaredTables: new Map(),
      drawn: new Map(),
      ranges: async function* () {},
      relation: () => undefined,
    }),
    call: (options) => piece.jobIds('j', options),
    opaque: ['forms', 'declaredTables', 'drawn'],
    wrong: { forms: [{}, 'uuid'], ranges: [[]], relation: ['ranges'] },
  },
  {
    name: 'openArchive()',
    options: () => ({ ...limits }),
    call: async (options) => {
      const source = { size: 0, read: () => bytes('') }
      await archive.openArchive(source, options).catch((error) => {
        if (!isPieceworkError(error, 'archive-invalid')) throw error
      })
    },
    wrong: { entries: negative },
  },
  {
    name: 'manifestSigner()',
    options: () => ({ key: privateKey, keyId: 'host-1' }),
    call: archive.manifestSigner,
    opaque: ['key'],
    wrong: { keyId: [undefined, ''], key: [undefined] },
  },
  {
    name: 'createTrust()',
    options: () => ({ keys, policy: 'require' }),
    call: archive.createTrust,
    free: ['keys'],
    wrong: { keys: [undefined, 'pem', []], policy: ['requires'] },
  },
  {
    name: 'stageEntry()',
    options: () => ({
      artifacts,
      key: 'staged/a',
      path: 'a.csv',
      bytes: bytes('a\n'),
      rows: () => 0,
      level: 1,
      signal: new AbortController().signal,
    }),
    call: archive.stageEntry,
    opaque: ['artifacts', 'bytes', 'signal'],
    wrong: {
      artifacts: [undefined, {}],
      key: ['', undefined],
      level: [10, -1, '1'],
      signal: [{}],
      rows: [7],
    },
  },
  {
    name: 'assembleArchive()',
    options: () => ({
      artifacts,
      key: 'made/a',
      manifest: archive.writeManifest({
        format: 'piecework-archive',
        version: 1,
        tree: { kind: 'notebook', id: 'b', children: [] },
        pieces: [],
      }),
      about: { createdAt: '', program: '' },
      entries: [],
      signal: new AbortController().signal,
    }),
    call: archive.assembleArchive,
    opaque: ['artifacts', 'manifest', 'about', 'signal'],
    wrong: { key: ['', undefined], artifacts: [{}], manifest: [undefined] },
  },
])

test('a limit that is undefined is the default, not no limit', async () => {
  const zeros = Buffer.alloc(100)
  const source = {
    size: zeros.length,
    read: async function* ({ start, end }: { readonly start: number; readonly end: number }) {
      yield zeros.subarray(start, end)
    },
  }
  const opened = archive.openArchive(source, { archiveBytes: undefined } as never)
  await assert.rejects(opened, (error) => isPieceworkError(error, 'archive-invalid'))
  const few = archive.openArchive(source, { archiveBytes: 99, entries: undefined } as never)
  await assert.rejects(few, (error) => isPieceworkError(error, 'archive-limit'))
})

test('instances of classes and modules are options too, and what they have beside them is refused', () => {
  class Config {
    readonly leaseMs = 1000
  }
  memoryStore(new Config())
  class More extends Config {
    readonly url = 'redis://h'
  }
  assert.throws(
    () => memoryStore(new More()),
    /memoryStore\(\) has no option "url"; there are database, databases, leaseMs, environment\./,
  )
  const defaults = { lease: 1000 }
  assert.throws(() => memoryStore(Object.create(defaults) as object), /no option "lease"/)
  class Getters {
    get leaseMs() {
      return -1
    }
  }
  assert.throws(() => memoryStore(new Getters()), /leaseMs must be a whole number from 1, not -1/)
})

test('a class that the container constructs stands for what it makes', () => {
  @injectable()
  class Artifacts {
    put = artifacts.put
    open = artifacts.open
    stat = artifacts.stat
    delete = artifacts.delete
    list = artifacts.list
  }
  createPiecework({ packs: [pack], runtime: inProcess(), artifacts: Artifacts })
})

test('no value is repeated in a message, for it may be a secret', () => {
  const url = 'postgres://u:geheim@h/d'
  for (const options of [{ database: url }, { database: { url } }, { database: [url] }, url, [url]])
    assert.throws(
      () => memoryStore(options as never),
      (error) => isPieceworkError(error, 'options-invalid') && !error.message.includes('geheim'),
    )
})

test('each function of an entry point that takes options is tried', () => {
  const tried = {
    core: 'callback createPiecework folderTarget memoryStore',
    archive: 'assembleArchive createTrust manifestSigner openArchive stageEntry',
    piece: 'FindingCollector csvRows firstStep jobIds openCsv zipFiles',
    store: 'jobIds',
  }
  /** Values by position, documents of fixed form, and the mechanism itself. */
  const others = {
    core: 'PieceworkError fileArtifacts folderFiles isPieceworkError isTerminal memoryArtifacts',
    archive:
      'artifactSource entryPath fileSource manifestDigest openZip readManifest stagedEntries writeManifest',
    piece:
      'FileNames JoinedFiles PieceworkError checkArgument checkDeclaration checkOptions closest contractCheck csvLine csvRecords declaredTables entriesOf isPieceworkError isSequenceForm isTextForm keyFormCheck keyFormText keyFormsOf keyLength keyMap keyName keyShape memo objectCheck piecesBefore readOnce recordLimit required uploadEntries',
    store:
      'PieceworkError artifactKeySegments assertKeptAt assertLater callHost canBeStopped canTimeOut canonicalId changedPaths checkArgument checkDeclaration checkOptions contractCheck databaseError databaseOf deletedResult deliveryTaken drawTargets expiredResult isPieceworkError isTerminal keptUntil keyFormText keyFormsOf keyTwice mustQueue objectCheck overlaps recipientCheck repeatedWarning requestKeyUsed required resourceBusy resourceNotFound resourcePath sourcesOf sqlStateOf takenOn taskOf tooManyUploads transition uploadExpired uploadFinished uploadNotFound warn withFollowUps withPlan withSorted withTemporaryFolder withUploads',
  }
  const entryPoints = { core, archive, piece, store }
  for (const [name, exported] of Object.entries(entryPoints)) {
    const entry = name as keyof typeof entryPoints
    const functions = Object.entries(exported).flatMap(([key, value]) =>
      typeof value === 'function' ? [key] : [],
    )
    const listed = `${tried[entry]} ${others[entry]}`.split(' ').filter(Boolean)
    assert.deepEqual(functions.sort(), listed.sort(), `entry point ${name}`)
  }
})

test.run()
