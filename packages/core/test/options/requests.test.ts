import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import {
  createPiecework,
  fileArtifacts,
  isPieceworkError,
  memoryArtifacts,
  memoryStore,
  type Pack,
} from '@piecework/core'
import { type Target, uploadEntries } from '@piecework/core/piece'
import { inProcess } from '@piecework/runtime-inprocess'
import { optionTests } from '@piecework/test-support'
import { suite } from 'uvu'
import { z } from 'zod'
import { ann, bytes, Notebooks } from '../support/notebooks.js'

const test = suite('options: requests')

const host = new Notebooks()
const resource = host.add('b1', 'Birds', ['wren'])
const child = host.add('c1', 'Nests', ['twig'], 'b1')
const book = { kind: 'notebook', id: 'notes' } as const

const pack: Pack = {
  ...host.pack(),
  formats: [
    {
      name: 'notes',
      roles: {
        text: { required: true, maxBytes: 20, metadata: { parse: (input) => input as object as never } },
      },
      tree: { ...book, children: [] },
      pieces: [],
      open: async ({ uploads, artifacts }) => {
        await uploadEntries(uploads, artifacts)
        return { tree: { ...book, children: [] }, nodes: [], findings: [], close: async () => {} }
      },
    },
  ],
}
const artifacts = memoryArtifacts()
const shelf: Target = { name: 'shelf', schema: z.object({ place: z.string() }), deliver: async () => ({}) }
const deliver = () => [{ target: 'shelf', output: 'archive', destination: { place: 'a' } }]
const piecework = createPiecework({
  packs: [pack],
  runtime: inProcess(),
  artifacts,
  store: memoryStore(),
  targets: [shelf],
})

const archive = { artifact: 'made/archive' }
let exported = ''
test.before(async () => {
  await piecework.start()
  const job = await piecework.export({ resource, principal: ann })
  exported = job.id
  const made = (await job.result()).archive
  assert.ok(made)
  await artifacts.put(archive.artifact, artifacts.open(made.artifact))
})
test.after(() => piecework.stop())

const draft = () => piecework.createDraft({ principal: ann, format: 'notes', name: 'Notes' })
const ask = { principal: ann, priority: 1, options: {} }
const noPrincipal = [undefined, {}, { id: '' }, { id: 7 }, 'ann']
/** Where there is no access policy, a principal need not be named. */
const wrongPrincipal = noPrincipal.slice(1)
const by = { principal: ann }
/** Calls that take who asks, and nothing else by name. */
const askedBy = {
  verify: (asked: never) => piecework.verify(archive, asked),
  job: (asked: never) => piecework.job(exported, asked),
  describe: (asked: never) => piecework.describe(resource, asked),
  childrenOf: (asked: never) => piecework.childrenOf(resource, asked),
  forget: (asked: never) => piecework.forget({ kind: 'notebook', id: 'b9' }, asked),
  draft: async (asked: never) => piecework.draft((await draft()).resource, asked),
  checkAllowed: (asked: never) => piecework.checkAllowed('view', { resource }, asked),
  'guard.checkEditable': (asked: never) => piecework.guard.checkEditable(resource, asked),
  'guard.release': (asked: never) => piecework.guard.release('no-such-holder', asked),
  'guard.holders': (asked: never) => piecework.guard.holders(resource, asked),
}
const noResource = [
  undefined,
  'project:1',
  {},
  { kind: 'notebook' },
  { kind: '', id: 'b1' },
  { kind: 'notebook', id: 1 },
]
const noSource = [
  '/path/to/file.zip',
  {},
  { file: '' },
  { artifact: 7 },
  { stream: 'text' },
  Readable.from([]),
  { file: '/a', artifact: 'b' },
  { file: '/a', fileName: 'a' },
]
const wrongAsk = {
  principal: noPrincipal,
  priority: [1.5, Number.NaN, '1', 2 ** 31],
  options: ['text', [], 7],
  onSuccess: ['email', [{}], [{ action: '' }], ['email']],
  requestKey: ['k1', {}, { key: 'k1' }, { key: '', digest: 'd' }, { key: 'k'.repeat(256), digest: 'd' }],
  recipient: ['', 7, 'https://host/?token=1', 'x'.repeat(321)],
}

optionTests(test, [
  {
    name: 'export()',
    options: () => ({
      ...ask,
      resource,
      children: [child],
      without: ['chapter/lines'],
      outputs: [{ name: 'archive' }],
      deliver: deliver(),
      claim: true,
    }),
    call: async (request) => (await piecework.export(request)).ended(),
    free: ['options', 'resource', 'children.0', 'principal', 'deliver.0.destination'],
    wrong: {
      ...wrongAsk,
      resource: noResource,
      children: ['c1', ['c1'], [{ kind: 'chapter' }]],
      without: ['chapter/lines', [7]],
      outputs: ['archive', ['archive'], [{}], [{ name: '' }]],
      deliver: ['shelf', ['shelf'], [{}], [{ target: 7 }]],
      claim: ['none', 0],
    },
  },
  {
    name: 'clone()',
    options: () => ({ ...ask, resource, children: [child], without: [], name: 'Owls' }),
    call: async (request) => (await piecework.clone(request)).ended(),
    free: ['options', 'resource', 'children.0', 'principal'],
    wrong: { ...wrongAsk, resource: noResource, name: ['', 7] },
  },
  ...(['import', 'validate'] as const).flatMap((method) => [
    {
      name: `${method}()`,
      options: () => ({
        ...ask,
        name: 'Owls',
        kind: resource.kind,
        archive: { ...archive },
        keepUploads: true,
        without: [],
      }),
      call: async (request: never) => (await piecework[method](request)).ended(),
      free: ['options', 'principal'],
      wrong: {
        ...wrongAsk,
        archive: [...noSource, undefined],
        name: [''],
        into: ['project:1', { kind: 'x' }],
        kind: ['', 7],
        keepUploads: ['yes'],
        without: ['a', [7]],
        only: ['a', [7], []],
      },
    },
    {
      name: `${method}() of uploads`,
      options: () => ({
        ...ask,
        format: 'notes',
        uploads: { text: { stream: bytes('a'), fileName: 'a.txt', metadata: { a: 1 } } },
      }),
      call: async (request: never) => (await piecework[method](request)).ended(),
      free: ['options', 'principal', 'uploads', 'uploads.text.metadata'],
      opaque: ['uploads.text.stream'],
      wrong: { ...wrongAsk, uploads: ['text', []], 'uploads.text': noSource, format: ['', 7, undefined] },
    },
  ]),
  {
    name: 'retry()',
    options: () => ({ principal: ann }),
    call: (request) => piecework.retry('no-such-job', request).catch(unless('job-not-found')),
    free: ['principal'],
    wrong: { principal: noPrincipal },
  },
  {
    name: 'redeliver()',
    options: () => ({ principal: ann, priority: 1, deliver: deliver() }),
    call: (request) => piecework.redeliver('no-such-job', request).catch(unless('job-not-found')),
    free: ['principal', 'deliver.0.destination'],
    wrong: { principal: noPrincipal, priority: [1.5], deliver: ['shelf', [{ target: '' }]] },
  },
  {
    name: 'addFollowUps()',
    options: () => ({ principal: ann, onSuccess: [{ action: 'say' }] }),
    call: (request) => piecework.addFollowUps('no-such-job', request).catch(unless('job-not-found')),
    free: ['principal'],
    wrong: { principal: noPrincipal, onSuccess: ['say', [{ action: '' }]] },
  },
  {
    name: 'repeatDraft()',
    options: () => ({ principal: ann }),
    call: (request) =>
      piecework.repeatDraft({ kind: 'notebook', id: 'none' }, request).catch(unless('resource-not-found')),
    free: ['principal'],
    wrong: { principal: noPrincipal },
  },
  {
    name: 'createDraft()',
    options: () => ({ principal: ann, format: 'notes', name: 'N', description: '', keepUploads: true }),
    call: (request) => piecework.createDraft(request),
    free: ['principal'],
    wrong: { principal: noPrincipal, format: ['', undefined], name: ['', undefined, 7], into: ['project:1'] },
  },
  {
    name: 'createUpload()',
    options: () => ({ principal: ann, archive: true, size: 1, fileName: 'a.zip' }),
    call: (request) => piecework.createUpload(request),
    free: ['principal'],
    wrong: { principal: noPrincipal, size: [undefined, -1, 1.5, '1'], fileName: ['', 7, 'x'.repeat(256)] },
  },
  {
    name: 'append()',
    options: () => ({ offset: 0 }),
    call: async (from) =>
      (await piecework.createUpload({ principal: ann, archive: true, size: 1 })).append(bytes('a'), from),
    wrong: { offset: [undefined, -1, 1.5, '0'] },
  },
  {
    name: 'upload()',
    options: () => ({ stream: bytes('a'), fileName: 'a.txt', metadata: { a: 1 } }),
    call: async (source) => (await draft()).upload('text', source),
    free: ['metadata'],
    opaque: ['stream'],
    wrong: { metadata: ['text', []], fileName: [7], file: ['/both'] },
  },
  {
    name: 'inspect()',
    options: () => ({ principal: ann, signal: new AbortController().signal }),
    call: (request) => piecework.inspect(archive, request),
    free: ['principal'],
    opaque: ['signal'],
    wrong: { principal: noPrincipal.slice(1), signal: [7] },
  },
  {
    name: 'validate() of a draft',
    options: () => ({ options: {}, priority: 1, signal: new AbortController().signal }),
    call: async (options) => (await draft()).validate(options).catch(unless('input-incomplete')),
    free: ['options'],
    opaque: ['signal'],
    wrong: { priority: [1.5], options: ['text'], signal: [7] },
  },
  {
    name: 'run()',
    options: () => ({ options: {}, priority: 1, signal: new AbortController().signal }),
    call: async (options) => (await draft()).run(options).catch(unless('input-incomplete')),
    free: ['options'],
    opaque: ['signal'],
    wrong: { priority: [1.5], options: ['text'], signal: [7] },
  },
  {
    name: 'diff()',
    options: () => ({ ...ask, resource, children: [child], without: [] }),
    call: (request) => piecework.diff(request, request).catch(unless('unsupported')),
    free: ['options', 'resource', 'children.0', 'principal'],
    wrong: { ...wrongAsk, resource: noResource },
  },
  ...(['diff', 'verify', 'inspect'] as const).map((method) => ({
    name: `${method}() of an archive`,
    options: () => ({
      ...archive,
      size: 1,
      digest: 'x',
      sha256: 'y',
      expiresAt: new Date(),
      deletedAt: new Date(),
    }),
    call: (source: never) =>
      (method === 'diff' ? piecework.diff(source, source) : piecework[method](source, by)).catch(
        unless('unsupported'),
      ),
    opaque: ['expiresAt', 'deletedAt'],
    wrong: { artifact: ['', 7, undefined], file: ['/both'] },
  })),
  {
    name: 'download()',
    options: () => ({
      principal: ann,
      output: 'archive',
      range: { start: 0, end: 1 },
      countedAs: 'a link',
      signal: new AbortController().signal,
    }),
    call: (request) => piecework.download(exported, request),
    free: ['principal'],
    wrong: {
      principal: wrongPrincipal,
      output: ['', 7],
      countedAs: ['', 7],
      signal: [1, {}],
      'range.start': [-1, 0.5, 'a', undefined],
      'range.end': [-1, Number.NaN, undefined],
    },
  },
  {
    name: 'jobs()',
    options: () => ({ principal: ann, resource, limit: 1 }),
    call: (request) => piecework.jobs(request),
    free: ['principal', 'resource'],
    wrong: { principal: wrongPrincipal, resource: noResource.slice(1), limit: [-1, 1.5, Number.NaN, '1'] },
  },
  {
    name: 'steps()',
    options: () => ({ principal: ann, limit: 1 }),
    call: (request) => piecework.steps(exported, request),
    free: ['principal'],
    wrong: { principal: wrongPrincipal, limit: [0, 1.5, '1'], after: ['', 7] },
  },
  {
    name: 'checkAllowed()',
    options: () => ({ resource, job: exported }),
    call: (about) => piecework.checkAllowed('view', about, by),
    free: ['resource'],
    wrong: { resource: noResource.slice(1), job: ['', 7] },
  },
  {
    name: 'record()',
    options: () => ({
      resource,
      principal: ann,
      from: new Date(0),
      to: new Date(1),
      after: '9',
      limit: 1,
    }),
    call: (request) => piecework.record(request, by),
    free: ['principal', 'resource'],
    opaque: ['from', 'to'],
    wrong: {
      resource: noResource.slice(1),
      principal: wrongPrincipal,
      from: ['2026-01-01', 0, new Date(Number.NaN)],
      to: [{}],
      after: ['', 9, 'nine'],
      limit: [0, '1'],
    },
  },
  {
    name: 'usage()',
    options: () => ({
      principal: ann,
      from: new Date(0),
      to: new Date(),
      after: { principal: 'ann', minute: new Date(0), requests: 1, downloads: 1, bytes: 1 },
      limit: 1,
    }),
    call: (request) => piecework.usage(request, by),
    free: ['principal', 'after.requests', 'after.downloads', 'after.bytes'],
    opaque: ['from', 'to', 'after.minute'],
    wrong: {
      principal: wrongPrincipal,
      from: ['2026-01-01', 0, new Date(Number.NaN)],
      to: [{}],
      after: ['', 9, { principal: 'ann' }, { principal: '', minute: new Date(0) }],
      limit: [0, '1'],
    },
  },
  {
    name: 'cancel()',
    options: () => ({ principal: ann }),
    call: (by) => piecework.cancel('no-such-job', by).catch(unless('job-not-found')),
    free: ['principal'],
    wrong: { principal: wrongPrincipal },
  },
  ...Object.entries(askedBy).map(([name, call]) => ({
    name: `${name}()`,
    options: () => ({ principal: ann }),
    call,
    free: ['principal'],
    wrong: { principal: wrongPrincipal },
  })),
  {
    name: 'guard.edit()',
    options: () => ({
      principal: ann,
      leaseMs: 1000,
      tx: { query: async () => ({ rows: [], rowCount: 0 }) },
    }),
    call: (options) => piecework.guard.edit(resource, async () => undefined, options),
    free: ['principal'],
    opaque: ['tx'],
    wrong: { principal: wrongPrincipal, leaseMs: [0, -1, Number.NaN, '1'], tx: ['tx', {}] },
  },
  {
    name: 'guard.claim()',
    options: () => ({ id: 'run-1', kind: 'solver-run' }),
    call: async (holder) => (await piecework.guard.claim([resource], holder)).release(),
    wrong: { id: ['', undefined, 7], kind: ['', undefined] },
  },
])

function unless(code: 'job-not-found' | 'resource-not-found' | 'input-incomplete' | 'unsupported') {
  return (error: unknown) => {
    if (!isPieceworkError(error, code)) throw error
  }
}

const message = async (work: () => unknown): Promise<string> => {
  try {
    await work()
  } catch (error) {
    if (isPieceworkError(error, 'options-invalid')) return error.message
    throw error
  }
  return 'It was taken.'
}

test('what people expect of another method is answered with that method', async () => {
  const asked = { principal: ann, archive, dryRun: true }
  assert.equal(
    await message(() => piecework.import(asked)),
    'import() has no option "dryRun"; to check an import without importing, call validate().',
  )
  assert.equal(
    (await piecework.jobs({ principal: ann })).filter(
      ({ kind, request }) => kind === 'import' && !request.name,
    ).length,
    0,
  )
  assert.equal(
    await message(() => piecework.import({ principal: ann, archive: '/tmp/a.zip' as never })),
    'import(): archive must be { artifact } or { upload } or { file } or { stream }, not a string: { file } takes a path, { artifact } a key.',
  )
  assert.equal(
    await message(() => piecework.import({ principal: ann } as never)),
    'import() takes either archive, or format and uploads.',
  )
  assert.match(
    await message(() => piecework.import({ principal: ann, archive, format: 'notes' } as never)),
    /either archive, or format and uploads, not archive and format\./,
  )
  assert.equal(
    await message(() => piecework.export({ resource } as never)),
    'export() needs principal: an object with an id that is not empty.',
  )
})

test('a name with undefined is as one that is absent', async () => {
  const job = await piecework.import({
    principal: ann,
    archive,
    format: undefined,
    uploads: undefined,
  } as never)
  assert.equal((await job.ended()).job.status, 'succeeded')
})

test('pieces that do not exist are refused with the nearest one, wherever they are named', async () => {
  const meant = /There is no piece "notebook\/lynes"; did you mean "notebook\/lines"\?/
  for (const work of [
    () => piecework.export({ resource, principal: ann, options: { 'notebook/lynes': {} } }),
    () => piecework.export({ resource, principal: ann, without: ['notebook/lynes'] }),
    () => piecework.clone({ resource, principal: ann, without: ['notebook/lynes'] }),
    () => piecework.import({ archive, principal: ann, options: { 'notebook/lynes': {} } }),
    () => piecework.diff({ resource, principal: ann, without: ['notebook/lynes'] }, archive),
  ])
    assert.match(await message(work), meant)
})

test('formats, their files and kinds that do not exist are refused with the nearest one', async () => {
  const text = { stream: bytes('a') }
  assert.match(
    await message(() => piecework.import({ principal: ann, format: 'note', uploads: { text } })),
    /No pack reads the format "note"; did you mean "notes"\?/,
  )
  assert.match(
    await message(() => piecework.import({ principal: ann, format: 'notes', uploads: { txet: text } })),
    /There is no file "txet" in this format; did you mean "text"\?/,
  )
  const book = { kind: 'notebok', id: 'b1' }
  await assert.rejects(piecework.export({ resource: book, principal: ann }), /did you mean "notebook"\?/)
})

test('arguments are checked as options are', async () => {
  const job = await piecework.export({ resource, principal: ann })
  await job.ended()
  const wrong: readonly (() => unknown)[] = [
    () => piecework.job(undefined as never, { principal: ann }),
    () => piecework.job({ id: exported } as never, { principal: ann }),
    () => piecework.cancel('' as never, { principal: ann }),
    () => piecework.retry(7 as never, { principal: ann }),
    () => piecework.download(undefined as never, { principal: ann }),
    () => piecework.forget('notebook:b1' as never),
    () => piecework.draft('notebook:b1' as never, { principal: ann }),
    () => piecework.upload('' as never, { principal: ann }),
    () => piecework.checkAllowed('' as never, {}, { principal: ann }),
    () => piecework.describe('notebook:b1' as never, { principal: ann }),
    () => piecework.upload({ id: 'x' } as never, { principal: ann }),
    () => piecework.diff(archive, archive, { signal: 1 } as never),
    () =>
      piecework
        .watch(exported, { signal: {} } as never)
        [Symbol.asyncIterator]()
        .next(),
    () =>
      piecework
        .replacedValues(exported, { principal: ann, after: '1' } as never)
        [Symbol.asyncIterator]()
        .next(),
    () => piecework.using({} as never),
    () => piecework.guard.checkEditable(7 as never),
    () => piecework.guard.checkEditable({ kind: 'notebook' } as never),
    () => piecework.guard.holders('' as never, { principal: ann }),
    () => piecework.guard.claim(resource as never, { id: 'a', kind: 'b' }),
    () => piecework.guard.release(undefined as never),
    () => piecework.guard.edit(resource, {} as never),
    () => piecework.stop({ drainMs: -1 }),
    () => fileArtifacts(''),
    () => fileArtifacts(undefined as never),
    () => job.ended({} as never),
    () => job.result({} as never),
    () =>
      job
        .watch({} as never)
        [Symbol.asyncIterator]()
        .next(),
    async () => (await draft()).upload(undefined as never, { file: '/a' }),
    async () => (await draft()).removeUpload(undefined as never),
    async () => (await draft()).delete({} as never),
    async () => (await draft()).sort({} as never),
  ]
  for (const work of wrong) assert.notEqual(await message(work), 'It was taken.', String(work))
})

test('every method of a Piecework that takes an object is tried here', async () => {
  const tried =
    'export import clone validate retry createDraft createUpload steps checkAllowed diff verify inspect download record usage jobs cancel redeliver addFollowUps repeatDraft'
  const others =
    'start stop forget draft upload describe childrenOf unitMap registered job watch replacedValues eraseRecipient using guard events'
  assert.deepEqual(Object.keys(piecework).sort(), `${tried} ${others}`.split(' ').sort())
  assert.deepEqual(Object.keys(piecework.guard).sort(), 'checkEditable claim edit holders release'.split(' '))
  const uploading = await piecework.createUpload({ principal: ann, archive: true, size: 1 })
  assert.deepEqual(Object.keys(uploading).sort(), 'append delete id status'.split(' '))
  const other = 'job resource resources status removeUpload sort unitMap validationResults delete'
  assert.deepEqual(Object.keys(await draft()).sort(), `upload validate run ${other}`.split(' ').sort())
})

test.run()
