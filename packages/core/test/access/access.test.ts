import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type AccessPolicy,
  type ErrorCode,
  type ImportDraft,
  isPieceworkError,
  type Pack,
  type Piecework,
  type ResourceRef,
} from '@piecework/core'
import { suite } from 'uvu'
import { ann, bytes, keys, type Notebooks, type Setup, withPiecework } from '../support/notebooks.js'

const test = suite('access')

const eve = { id: 'eve' }
const by = { principal: eve }
const book = { kind: 'notebook', id: 'b1' }
const chapter = { kind: 'chapter', id: 'c1' }

type Asked = readonly [action: string, resource: string | undefined, about: string | undefined]

/** A notebook of ann's with a chapter, and what her jobs have left. */
interface World {
  readonly piecework: Piecework
  readonly draft: ImportDraft
  /** Ids of her jobs, by what they are. */
  readonly exported: string
  readonly failed: string
  readonly archive: string
  readonly upload: string
}

/** The notebook's kind is all that the format of drafts makes. */
const notes = (host: Notebooks): Pack => ({
  ...host.pack(),
  formats: [
    {
      name: 'notes',
      roles: { text: { maxBytes: 1000 } },
      tree: { kind: 'notebook', id: 'notes', children: [] },
      pieces: [],
      open: async () => ({
        tree: { kind: 'notebook', id: 'notes', children: [] },
        nodes: [],
        findings: [],
        close: async () => undefined,
      }),
    },
  ],
})

/** Eve may do nothing; all that is asked about her is noted. */
async function withWorld(use: (world: World, asked: Asked[], setup: Setup) => Promise<void>): Promise<void> {
  const asked: Asked[] = []
  const access: AccessPolicy = {
    allows: async ({ id }, action, resource, job, named) => {
      if (id !== eve.id) return true
      asked.push([
        action,
        resource && `${resource.kind} ${resource.id}`,
        job?.id ?? Object.values(named ?? {})[0],
      ])
      return false
    },
  }
  await withPiecework(
    (host) => {
      host.add('b1', 'Birds', ['wren'])
      host.add('c1', 'Nests', ['twig'], 'b1')
      return notes(host)
    },
    async (piecework, setup) => {
      const exporting = await piecework.export({ resource: book, principal: ann })
      const { archive } = await exporting.result()
      assert.ok(archive)
      const stream = bytes('no archive')
      const importing = {
        format: 'notes',
        uploads: { text: { stream } },
        principal: ann,
        keepUploads: true,
      } as const
      const failed = await piecework.import(importing)
      await failed.cancel()
      await failed.ended()
      const draft = await piecework.createDraft({ principal: ann, format: 'notes', name: 'Notes' })
      await draft.upload('text', { stream: bytes('one') })
      const [upload = ''] = await keys(setup.artifacts, `jobs/${failed.id}/uploads`)
      const world = {
        piecework,
        draft,
        exported: exporting.id,
        failed: failed.id,
        archive: archive.artifact,
        upload,
      }
      await use(world, asked, setup)
    },
    { access },
  )
}

const draftOf = ({ piecework, draft }: World) => piecework.draft(draft.resource, by)
const run = { id: 'run', kind: 'run' }

/** By call as the documentation names it, each as eve. */
const calls: Readonly<Record<string, (world: World) => Promise<unknown>>> = {
  export: ({ piecework }) => piecework.export({ resource: book, ...by }),
  clone: ({ piecework }) => piecework.clone({ resource: book, ...by }),
  import: ({ piecework }) => piecework.import({ archive: { stream: bytes('') }, into: book, ...by }),
  validate: ({ piecework }) => piecework.validate({ archive: { stream: bytes('') }, into: book, ...by }),
  retry: ({ piecework, failed }) => piecework.retry(failed, by),
  cancel: ({ piecework, exported }) => piecework.cancel(exported, by),
  job: ({ piecework, exported }) => piecework.job(exported, by),
  watch: ({ piecework, exported }) => piecework.watch(exported, by)[Symbol.asyncIterator]().next(),
  download: ({ piecework, exported }) => piecework.download(exported, by),
  verify: ({ piecework, archive }) => piecework.verify({ artifact: archive }, by),
  inspect: ({ piecework, archive }) => piecework.inspect({ artifact: archive }, by),
  diff: ({ piecework, archive }) => piecework.diff({ artifact: archive }, { artifact: archive }, by),
  forget: ({ piecework }) => piecework.forget(book, by),
  createDraft: ({ piecework }) => piecework.createDraft({ format: 'notes', name: 'Mine', into: book, ...by }),
  draft: draftOf,
  'guard.claim': ({ piecework }) => piecework.guard.claim([chapter], run, by),
  'guard.edit': ({ piecework }) => piecework.guard.edit(chapter, async () => undefined, by),
  'guard.checkEditable': ({ piecework }) => piecework.guard.checkEditable(chapter, by),
  'guard.holders': ({ piecework }) => piecework.guard.holders('notebook:b1/chapter:c1', by),
  'guard.release': ({ piecework }) => piecework.guard.release('run', by),
}

const expected = (world: World): Readonly<Record<string, Asked>> => ({
  export: ['export', 'notebook b1', undefined],
  clone: ['clone-from', 'notebook b1', undefined],
  import: ['import', 'notebook b1', undefined],
  validate: ['import', 'notebook b1', undefined],
  retry: ['retry', undefined, world.failed],
  cancel: ['cancel', 'notebook b1', world.exported],
  job: ['view', 'notebook b1', world.exported],
  watch: ['view', 'notebook b1', world.exported],
  download: ['download', 'notebook b1', world.exported],
  verify: ['download', 'notebook b1', world.exported],
  inspect: ['download', 'notebook b1', world.exported],
  diff: ['download', 'notebook b1', world.exported],
  forget: ['forget', 'notebook b1', undefined],
  createDraft: ['import', 'notebook b1', undefined],
  draft: ['draft', `notebook ${world.draft.resource.id}`, world.draft.job],
  'guard.claim': ['claim', 'chapter c1', undefined],
  'guard.edit': ['edit', 'chapter c1', undefined],
  'guard.checkEditable': ['edit', 'chapter c1', undefined],
  'guard.holders': ['view', 'chapter c1', undefined],
  'guard.release': ['release', undefined, 'run'],
})

for (const [name, call] of Object.entries(calls)) {
  test(`${name} asks the policy before it does anything`, () =>
    withWorld(async (world, asked, { store, artifacts }) => {
      const before = [
        await store.jobs.list({}),
        await stored(artifacts),
        await store.guard.holders('notebook:b1'),
      ]
      await refused(call(world), 'forbidden')
      const wanted = expected(world)[name]
      if (name === 'retry') assert.deepEqual([asked[0]?.[0], asked[0]?.[2]], [wanted?.[0], wanted?.[2]])
      else assert.deepEqual(asked, [wanted])
      const after = [
        await store.jobs.list({}),
        await stored(artifacts),
        await store.guard.holders('notebook:b1'),
      ]
      assert.deepEqual(after, before)
    }))
}

test('jobs leaves out what the principal may not see', () =>
  withWorld(async ({ piecework, exported }, asked) => {
    assert.deepEqual(await piecework.jobs({ ...by }), [])
    assert.ok(asked.some(([action, , job]) => action === 'view' && job === exported))
    assert.equal((await piecework.jobs({ principal: ann })).length, 3)
  }))

test('an artifact is read only by whom the policy lets have bytes of its job, whatever reads it', () =>
  withWorld(async ({ piecework, archive, upload, exported, failed }, asked) => {
    for (const artifact of [archive, upload, `jobs/${exported}/x`, 'made/by-the-host']) {
      asked.length = 0
      const owner = artifact === upload ? failed : artifact.startsWith('made') ? artifact : exported
      const about = (one: Asked) => one[0] === 'download' && one[2] === owner
      for (const read of [
        () => piecework.verify({ artifact }, by),
        () => piecework.inspect({ artifact }, by),
        () => piecework.diff({ artifact }, { resource: book, ...by }),
      ]) {
        await refused(read(), 'forbidden')
        assert.ok(about(asked.at(-1) ?? ['', '', '']), `${artifact}: ${String(read)}`)
      }
    }
  }))

const asPolicy = (allows: (id: string, action: string, resource?: ResourceRef) => boolean): AccessPolicy => ({
  allows: async ({ id }, action, resource, job) =>
    (job === undefined || action !== 'download' || job.principal.id === id) && allows(id, action, resource),
})

test('an import and a draft take only artifacts that their principal may have', async () => {
  await withPiecework(
    (host) => {
      host.add('b1', 'Birds', ['wren'])
      return notes(host)
    },
    async (piecework, { host, store, artifacts }) => {
      const { archive } = await (await piecework.export({ resource: book, principal: ann })).result()
      assert.ok(archive)
      const before = (await store.jobs.list({})).length
      const artifact = archive.artifact
      await refused(piecework.import({ archive: { artifact }, ...by }), 'forbidden')
      await refused(piecework.validate({ archive: { artifact }, ...by }), 'forbidden')
      await refused(
        piecework.import({ format: 'notes', uploads: { text: { artifact } }, ...by }),
        'forbidden',
      )
      assert.equal((await store.jobs.list({})).length, before)
      const draft = await piecework.createDraft({ format: 'notes', name: 'Mine', ...by })
      const kept = (await stored(artifacts)).length
      await refused(draft.upload('text', { artifact }), 'forbidden')
      assert.equal((await stored(artifacts)).length, kept)
      assert.equal(
        (await (await piecework.import({ archive, principal: ann })).ended()).job.status,
        'succeeded',
      )
      assert.equal([...host.books.values()].filter(({ owner }) => owner === 'eve').length, 1, 'but her draft')
    },
    { access: asPolicy(() => true) },
  )
})

test('a principal that loses a draft can do nothing with it any more', async () => {
  let may = true
  await withPiecework(
    notes,
    async (piecework, { artifacts }) => {
      const draft = await piecework.createDraft({ format: 'notes', name: 'Notes', principal: ann })
      const { id } = await draft.upload('text', { stream: bytes('one') })
      may = false
      const left = await stored(artifacts)
      const methods: Readonly<Record<string, () => Promise<unknown>>> = {
        status: () => draft.status(),
        validationResults: () => draft.validationResults(),
        upload: () => draft.upload('text', { stream: bytes('two') }),
        removeUpload: () => draft.removeUpload(id),
        validate: () => draft.validate(),
        run: () => draft.run(),
        delete: () => draft.delete(),
      }
      const all = Object.entries(draft).flatMap(([name, one]) => (typeof one === 'function' ? [name] : []))
      assert.deepEqual(Object.keys(methods).sort(), all.sort())
      for (const method of Object.values(methods)) await refused(method(), 'forbidden')
      assert.deepEqual(await stored(artifacts), left)
      may = true
      assert.equal((await draft.status()).status, 'draft')
    },
    { access: asPolicy((_id, action) => may || action !== 'draft') },
  )
})

test('a clone asks about the parent that it writes into, as an import does', async () => {
  const reader = asPolicy((_id, action, resource) => action === 'clone-from' && resource?.kind === 'chapter')
  await withPiecework(
    (host) => {
      host.add('b1', 'Birds', ['wren'])
      host.add('c1', 'Nests', ['twig'], 'b1')
      return host.pack()
    },
    async (piecework, { host, store }) => {
      await refused(piecework.clone({ resource: chapter, ...by }), 'forbidden')
      assert.deepEqual([host.books.size, (await store.jobs.list({})).length], [2, 0])
    },
    { access: reader },
  )
})

const rights: Readonly<Record<string, (piecework: Piecework, archive: string) => Promise<{ id: string }>>> = {
  export: (piecework) => piecework.export({ resource: book, ...by }),
  clone: (piecework) => piecework.clone({ resource: book, ...by }),
  'clone into a parent': (piecework) => piecework.clone({ resource: chapter, ...by }),
  import: (piecework, artifact) => piecework.import({ archive: { artifact }, ...by }),
  validate: (piecework, artifact) => piecework.validate({ archive: { artifact }, ...by }),
  draft: async (piecework) => (await piecework.createDraft({ format: 'notes', name: 'Notes', ...by })).run(),
}

for (const [name, request] of Object.entries(rights)) {
  test(`${name}: a right that is withdrawn before the work begins ends the job with forbidden`, async () => {
    const lost = new Set<string>()
    const access = asPolicy((id, action) => id !== 'eve' || !lost.has(action))
    await withPiecework(
      (host) => {
        host.add('b1', 'Birds', ['wren'])
        host.add('c1', 'Nests', ['twig'], 'b1')
        return notes(host)
      },
      async (piecework, { host, artifacts }) => {
        const { archive } = await (await piecework.export({ resource: book, principal: eve })).result()
        assert.ok(archive)
        const before = [host.books.size, (await stored(artifacts)).length]
        piecework.events.once('job:created', () => {
          for (const one of name.startsWith('clone') ? [last(name)] : ['export', 'import']) lost.add(one)
        })
        const { id } = await request(piecework, archive.artifact)
        for await (const _ of piecework.watch(id, { principal: ann }));
        const { job } = await piecework.job(id, { principal: ann })
        assert.deepEqual([job.status, job.error?.code], ['failed', 'forbidden'], JSON.stringify(job.error))
        assert.deepEqual([host.books.size, (await stored(artifacts)).length], before, 'nothing stays')
      },
      { access },
    )
  })
}

const last = (name: string) => (name === 'clone' ? 'clone-from' : 'import')

test('a policy that fails when work begins is asked again, and one that answers with an object refuses', async () => {
  let failures = 0
  const failing = asPolicy(() => true)
  await withPiecework(
    (host) => host.pack(),
    async (piecework, { host }) => {
      const resource = host.add('b1', 'Birds', ['wren'])
      await (await piecework.export({ resource, principal: ann })).result()
      assert.equal(failures, 1)
    },
    {
      access: {
        allows: async (principal, action, resource, job) => {
          if (job && failures++ === 0) throw new Error('The directory of users is away.')
          failures = Math.min(failures, 1)
          return failing.allows(principal, action, resource, job)
        },
      },
    },
  )
  const answers = { allows: async () => ({ allowed: false }) as unknown as boolean }
  await withPiecework(
    (host) => host.pack(),
    async (piecework, { host }) => {
      const resource = host.add('b1', 'Birds', ['wren'])
      await refused(piecework.export({ resource, principal: ann }), 'forbidden')
    },
    { access: answers },
  )
})

test('with a policy, a call that does not say who asks is refused', () =>
  withWorld(async ({ piecework, draft, exported, archive }) => {
    const absent = undefined as never
    for (const call of [
      () => piecework.job(exported, absent),
      () => piecework.jobs(absent),
      () => piecework.download(exported, absent),
      () => piecework.verify({ artifact: archive }, absent),
      () => piecework.inspect({ artifact: archive }, absent),
      () => piecework.diff({ artifact: archive }, { artifact: archive }),
      () => piecework.cancel(exported, absent),
      () => piecework.forget(book),
      () => piecework.draft(draft.resource, absent),
      () => piecework.guard.claim([book], run),
      () => piecework.guard.edit(book, async () => undefined),
      () => piecework.guard.checkEditable(book),
      () => piecework.guard.holders(book, absent),
      () => piecework.guard.release('run'),
    ])
      await refused(call(), 'options-invalid')
  }))

test('every call of the public surface is a row of docs/access.md', () =>
  withWorld(async ({ piecework, draft }) => {
    const page = await readFile(join(import.meta.dirname, '../../../../../docs/access.md'), 'utf8')
    const rows = page.split('\n').filter((line) => line.startsWith('| `'))
    const asking = new Set(rows.flatMap((row) => namesIn(row.split('|')[1] ?? '')))
    const silent = namesIn(/Nothing is asked by([^;]+);/.exec(page)?.[1] ?? '')
    const surface = [
      ...Object.keys(piecework).filter((name) => name !== 'guard'),
      ...Object.keys(piecework.guard).map((name) => `guard.${name}`),
      ...Object.entries(draft).flatMap(([name, one]) => (typeof one === 'function' ? [`draft.${name}`] : [])),
    ]
    assert.deepEqual([...asking, ...silent].sort(), surface.sort())
    const tried = [...Object.keys(calls), 'jobs']
    const own = [...asking].filter((name) => !name.startsWith('draft.'))
    assert.deepEqual(own.sort(), tried.sort(), 'each is tried in this file')
  }))

const namesIn = (text: string): string[] => [...text.matchAll(/`([\w.]+)`/g)].map(([, name = '']) => name)

async function stored(artifacts: Setup['artifacts']): Promise<string[]> {
  return [...(await keys(artifacts, 'jobs')), ...(await keys(artifacts, 'archives'))]
}

function refused(work: Promise<unknown>, code: ErrorCode): Promise<void> {
  return assert.rejects(work, (error) => isPieceworkError(error, code))
}

test.run()
