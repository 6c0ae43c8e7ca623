import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ErrorCode, Principal, ResourceRef } from '@piecework/core'
import { suite } from 'uvu'
import { ann, bytes } from '../support/notebooks.js'
import { type Asked, book, by, chapter, failure, refused, stored, type World, withWorld } from './support.js'

const test = suite('access: every call asks')

const draftOf = ({ piecework, draft }: World) => piecework.draft(draft.resource, by)
const run = { id: 'run', kind: 'run' }

/** By call as the documentation names it, each as eve. */
const calls: Readonly<Record<string, (world: World) => Promise<unknown>>> = {
  export: ({ piecework }) => piecework.export({ resource: book, ...by }),
  clone: ({ piecework }) => piecework.clone({ resource: book, ...by }),
  import: ({ piecework }) => piecework.import({ archive: { stream: bytes('') }, into: book, ...by }),
  validate: ({ piecework }) => piecework.validate({ archive: { stream: bytes('') }, into: book, ...by }),
  retry: ({ piecework, failed }) => piecework.retry(failed, by),
  redeliver: ({ piecework, exported }) => piecework.redeliver(exported, by),
  cancel: ({ piecework, exported }) => piecework.cancel(exported, by),
  addFollowUps: ({ piecework, exported }) => piecework.addFollowUps(exported, by),
  job: ({ piecework, exported }) => piecework.job(exported, by),
  steps: ({ piecework, exported }) => piecework.steps(exported, by),
  replacedValues: ({ piecework, exported }) =>
    piecework.replacedValues(exported, by)[Symbol.asyncIterator]().next(),
  watch: ({ piecework, exported }) => piecework.watch(exported, by)[Symbol.asyncIterator]().next(),
  download: ({ piecework, exported }) => piecework.download(exported, by),
  verify: ({ piecework, archive }) => piecework.verify({ artifact: archive }, by),
  inspect: ({ piecework, archive }) => piecework.inspect({ artifact: archive }, by),
  diff: ({ piecework, archive }) => piecework.diff({ artifact: archive }, { artifact: archive }, by),
  forget: ({ piecework }) => piecework.forget(book, by),
  createDraft: ({ piecework }) => piecework.createDraft({ format: 'notes', name: 'Mine', into: book, ...by }),
  draft: draftOf,
  repeatDraft: ({ piecework, draft }) => piecework.repeatDraft(draft.resource, by),
  createUpload: ({ piecework }) => piecework.createUpload({ archive: true, size: 1, into: book, ...by }),
  upload: ({ piecework, coming }) => piecework.upload(coming, by),
  'guard.claim': ({ piecework }) => piecework.guard.claim([chapter], run, by),
  'guard.edit': ({ piecework }) => piecework.guard.edit(chapter, async () => undefined, by),
  'guard.checkEditable': ({ piecework }) => piecework.guard.checkEditable(chapter, by),
  'guard.holders': ({ piecework }) => piecework.guard.holders('notebook:b1/chapter:c1', by),
  record: ({ piecework }) => piecework.record({ resource: book }, by),
  usage: ({ piecework }) => piecework.usage({}, by),
  eraseRecipient: ({ piecework }) => piecework.eraseRecipient('bob', by),
  checkAllowed: ({ piecework }) => piecework.checkAllowed('clone-from', { resource: book }, by),
  describe: ({ piecework }) => piecework.describe(book, by),
  unitMap: ({ piecework }) => piecework.unitMap(book, by),
  childrenOf: ({ piecework }) => piecework.childrenOf(book, by),
  'guard.release': ({ piecework }) => piecework.guard.release('run', by),
}

const expected = (world: World): Readonly<Record<string, Asked>> => ({
  export: ['export', 'notebook b1', undefined],
  clone: ['clone-from', 'notebook b1', undefined],
  import: ['import', 'notebook b1', undefined],
  validate: ['import', 'notebook b1', undefined],
  retry: ['retry', undefined, world.failed],
  redeliver: ['deliver', 'notebook b1', world.exported],
  cancel: ['cancel', 'notebook b1', world.exported],
  addFollowUps: ['follow-up', 'notebook b1', world.exported],
  job: ['view', 'notebook b1', world.exported],
  steps: ['view', 'notebook b1', world.exported],
  replacedValues: ['view', 'notebook b1', world.exported],
  watch: ['view', 'notebook b1', world.exported],
  download: ['download', 'notebook b1', world.exported],
  verify: ['download', 'notebook b1', world.exported],
  inspect: ['download', 'notebook b1', world.exported],
  diff: ['download', 'notebook b1', world.exported],
  forget: ['forget', 'notebook b1', undefined],
  createDraft: ['import', 'notebook b1', undefined],
  draft: ['draft', `notebook ${world.draft.resource.id}`, world.draft.job],
  repeatDraft: ['draft', `notebook ${world.draft.resource.id}`, world.draft.job],
  createUpload: ['import', 'notebook b1', undefined],
  upload: ['draft', `notebook ${world.draft.resource.id}`, world.draft.job],
  'guard.claim': ['claim', 'chapter c1', undefined],
  'guard.edit': ['edit', 'chapter c1', undefined],
  'guard.checkEditable': ['edit', 'chapter c1', undefined],
  'guard.holders': ['view', 'chapter c1', undefined],
  record: ['record', 'notebook b1', undefined],
  usage: ['record', undefined, undefined],
  eraseRecipient: ['erase', undefined, undefined],
  checkAllowed: ['clone-from', 'notebook b1', undefined],
  describe: ['view', 'notebook b1', undefined],
  unitMap: ['view', 'notebook b1', undefined],
  childrenOf: ['view', 'notebook b1', undefined],
  'guard.release': ['release', undefined, 'run'],
})

/** What calls throw that name something: what they throw where there is none. Any other: `forbidden`. */
const codes: Readonly<Record<string, ErrorCode>> = {
  export: 'resource-not-found',
  clone: 'resource-not-found',
  import: 'resource-not-found',
  validate: 'resource-not-found',
  forget: 'resource-not-found',
  createDraft: 'resource-not-found',
  createUpload: 'resource-not-found',
  'guard.claim': 'resource-not-found',
  'guard.edit': 'resource-not-found',
  'guard.checkEditable': 'resource-not-found',
  'guard.holders': 'resource-not-found',
  record: 'resource-not-found',
  checkAllowed: 'resource-not-found',
  describe: 'resource-not-found',
  unitMap: 'resource-not-found',
  childrenOf: 'resource-not-found',
  retry: 'job-not-found',
  redeliver: 'job-not-found',
  cancel: 'job-not-found',
  addFollowUps: 'job-not-found',
  job: 'job-not-found',
  steps: 'job-not-found',
  replacedValues: 'job-not-found',
  watch: 'job-not-found',
  download: 'job-not-found',
  draft: 'resource-not-found',
  repeatDraft: 'resource-not-found',
  upload: 'upload-not-found',
  verify: 'artifact-not-found',
  inspect: 'artifact-not-found',
  diff: 'artifact-not-found',
}

for (const [name, call] of Object.entries(calls)) {
  test(`${name} asks the policy before it does anything`, () =>
    withWorld(async (world, asked, { store, artifacts }) => {
      const before = [
        await store.jobs.list({}),
        await stored(artifacts),
        await store.guard.holders('notebook:b1'),
      ]
      await refused(call(world), codes[name] ?? 'forbidden')
      const wanted = expected(world)[name]
      if (name === 'retry') assert.deepEqual([asked[0]?.[0], asked[0]?.[2]], [wanted?.[0], wanted?.[2]])
      else assert.deepEqual(asked[0], wanted)
      const others = asked.slice(1).map(([action]) => action)
      const probes = codes[name] === undefined || wanted?.[0] === 'view' ? [] : ['view']
      assert.deepEqual(others, probes, 'nothing else but whether it may be viewed')
      const after = [
        await store.jobs.list({}),
        await stored(artifacts),
        await store.guard.holders('notebook:b1'),
      ]
      assert.deepEqual(after, before)
    }))
}

test('A1: a refusal does not tell what is there: of a job, a draft and an artifact it is what is thrown where there is none', () =>
  withWorld(async (world) => {
    const [job, other] = [crypto.randomUUID(), crypto.randomUUID()]
    const artifact = `archives/${job}/1.zip`
    const resource = { kind: 'notebook', id: other }
    const none = {
      ...world,
      failed: job,
      exported: job,
      archive: artifact,
      coming: other,
      draft: { ...world.draft, resource },
    }
    const said = async (name: string, of: World) => {
      const error = await failure(calls[name]?.(of))
      const ids = [of.archive, of.exported, of.failed, of.draft.resource.id, of.coming]
      return [error.code, ids.reduce((text, id) => text.replaceAll(id, '…'), error.message)]
    }
    for (const name of Object.keys(codes))
      assert.deepEqual(await said(name, world), await said(name, none), name)
  }))

test('A1: whoever may view a resource or a job is told what else is forbidden', () =>
  withWorld(
    async (world) => {
      for (const [name, code] of Object.entries(codes)) {
        const said = calls[name]?.(world)
        // Notebooks have no units.
        if (name === 'unitMap') await refused(Promise.resolve(said), 'unsupported')
        else if (expected(world)[name]?.[0] === 'view') await said
        else await refused(Promise.resolve(said), 'forbidden')
        assert.notEqual(code, 'forbidden')
      }
    },
    { mayView: true },
  ))

test('A1: of a resource it is what whoever may do everything is told of one that is not there', () =>
  withWorld(async ({ piecework, exported }, asked, { store }) => {
    const none = { kind: 'notebook', id: 'b9' }
    const archive = {
      artifact: (await piecework.job(exported, { principal: ann })).job.result.archive?.artifact ?? '',
    }
    type Call = (resource: ResourceRef, who: { principal: Principal }) => Promise<unknown>
    const named: readonly Call[] = [
      (resource, who) => piecework.export({ resource, ...who }),
      (resource, who) => piecework.clone({ resource, ...who }),
      (resource, who) => piecework.diff({ resource, ...who }, { resource, ...who }),
      (resource, who) => piecework.guard.claim([resource], run, who),
      (resource, who) => piecework.guard.edit(resource, async () => undefined, who),
      (resource, who) => piecework.guard.checkEditable(resource, who),
      (resource, who) => piecework.describe(resource, who),
    ]
    for (const call of named) {
      const { code, message, facts } = await failure(call(none, { principal: ann }))
      const told = await failure(call(book, by))
      assert.deepEqual(
        [told.code, told.message.replace('b1', 'b9'), told.facts],
        [code, message, facts],
        String(call),
      )
    }
    // What goes into it is read before it is looked for.
    const into = { kind: 'notebook', id: 'b9' }
    const { message } = await failure(
      piecework.import({ archive, into: { kind: 'chapter', id: 'c9' }, principal: ann }),
    )
    assert.match(message, /cannot hold it/)
    assert.match(
      (await failure(piecework.import({ archive, into, ...by }))).message,
      /^There is no notebook b9\.$/,
    )
    const entries = await store.records.list({ principal: 'eve', limit: 100 })
    assert.ok(entries.every(({ outcome, code }) => outcome === 'refused' && code === 'forbidden'))
    assert.ok(asked.length > 0)
  }))

test('checkAllowed asks about a job, and describe says what there is', () =>
  withWorld(async ({ piecework, exported, draft }) => {
    const { registered } = piecework
    await refused(piecework.checkAllowed('download', { job: exported }, by), 'job-not-found')
    await piecework.checkAllowed('download', { job: exported }, { principal: ann })
    await refused(piecework.checkAllowed('downlaod' as never, {}, { principal: ann }), 'options-invalid')
    assert.deepEqual(await piecework.describe(book, { principal: ann }), { name: 'Birds' })
    await refused(piecework.describe(draft.resource, { principal: ann }), 'resource-not-found')
    assert.deepEqual(registered.pieces, [
      { name: 'notebook/lines', of: 'notebook' },
      { name: 'chapter/lines', of: 'chapter' },
    ])
    assert.deepEqual(registered.kinds, [{ kind: 'notebook' }, { kind: 'chapter', parent: 'notebook' }])
    assert.deepEqual(
      registered.formats.map(({ name, makes, roles }) => [name, makes, roles[0]?.name, roles[0]?.required]),
      [
        ['archive', undefined, 'archive', true],
        ['notes', 'notebook', 'text', false],
      ],
    )
  }))

test('jobs leaves out what the principal may not see', () =>
  withWorld(async ({ piecework, exported }, asked) => {
    assert.deepEqual(await piecework.jobs({ ...by }), [])
    assert.ok(asked.some(([action, , job]) => action === 'view' && job === exported))
    assert.equal((await piecework.jobs({ principal: ann })).length, 3)
  }))

test('an artifact is read only by whom the policy lets have bytes of its job, whatever reads it', () =>
  withWorld(async ({ piecework, archive, upload, exported, failed }, asked) => {
    asked.length = 0
    for (const artifact of [archive, upload, `jobs/${exported}/x`, 'made/by-the-host']) {
      const owner = artifact === upload ? failed : artifact.startsWith('made') ? artifact : exported
      const about = (one: Asked) => one[0] === 'download' && one[2] === owner
      for (const read of [
        () => piecework.verify({ artifact }, by),
        () => piecework.inspect({ artifact }, by),
        () => piecework.diff({ artifact }, { resource: book, ...by }),
      ]) {
        await refused(read(), owner === artifact ? 'forbidden' : 'artifact-not-found')
        assert.ok(asked.some(about), `${artifact}: ${String(read)}`)
        asked.length = 0
      }
    }
  }))

test('with a policy, a call that does not say who asks is refused', () =>
  withWorld(async ({ piecework, draft, exported, archive, coming }) => {
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
      () => piecework.upload(coming, absent),
      () => piecework.guard.claim([book], run),
      () => piecework.guard.edit(book, async () => undefined),
      () => piecework.guard.checkEditable(book),
      () => piecework.guard.holders(book, absent),
      () => piecework.guard.release('run'),
    ])
      await refused(call(), 'options-invalid')
  }))

test('every call of the public surface is a row of docs/access.md, with the action that is asked about', () =>
  withWorld(async (world) => {
    const { piecework, draft } = world
    const methods = (name: string, of: object) =>
      Object.entries(of).flatMap(([method, one]) => (typeof one === 'function' ? [`${name}.${method}`] : []))
    const uploading = await piecework.createUpload({ archive: true, size: 1, principal: ann })
    const page = await readFile(join(import.meta.dirname, '../../../../../docs/access.md'), 'utf8')
    const rows = page.split('\n').filter((line) => line.startsWith('| `'))
    const asking = new Set(rows.flatMap((row) => namesIn(row.split('|')[1] ?? '')))
    const silent = namesIn(/Nothing is asked by([^;]+);/.exec(page)?.[1] ?? '')
    const surface = [
      ...Object.keys(piecework).filter((name) => name !== 'guard'),
      ...Object.keys(piecework.guard).map((name) => `guard.${name}`),
      ...methods('draft', draft),
      ...methods('upload', uploading),
    ]
    assert.deepEqual([...asking, ...silent].sort(), surface.sort())
    const tried = [...Object.keys(calls), 'jobs']
    const own = [...asking].filter((name) => !/^(?:draft|upload)\./.test(name))
    assert.deepEqual(own.sort(), tried.sort(), 'each is tried in this file')
    for (const [name, [action]] of Object.entries(expected(world))) {
      const actions = rows.flatMap((row) => {
        const [, call = '', actionCell = ''] = row.split('|')
        return namesIn(call).includes(name) ? namesIn(actionCell) : []
      })
      assert.ok(actions.includes(action), `${name}: ${action}, not ${actions}`)
    }
    const joined = Object.keys(piecework.using({ query: async () => assert.fail() }))
    assert.deepEqual(joined.sort(), ['clone', 'export', 'import'])
  }))

const namesIn = (text: string): string[] => [...text.matchAll(/`([\w.-]+)`/g)].map(([, name = '']) => name)

test.run()
