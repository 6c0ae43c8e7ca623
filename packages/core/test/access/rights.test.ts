import assert from 'node:assert/strict'
import type { AccessPolicy, Piecework } from '@piecework/core'
import { suite } from 'uvu'
import { ann, bytes, withPiecework } from '../support/notebooks.js'
import { asPolicy, book, by, chapter, eve, notes, refused, stored } from './support.js'

const test = suite('access: rights, and what becomes of them')

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
        sort: () => draft.sort(),
        unitMap: () => draft.unitMap(),
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
      await refused(piecework.export({ resource, principal: ann }), 'resource-not-found')
    },
    { access: answers },
  )
})

test('pieces that are chosen change nothing of what is asked, and a policy finds the choice in the job', async () => {
  const asked: string[] = []
  const chosen = new Set<string>()
  const access: AccessPolicy = {
    allows: async (_principal, action, resource, job, named) => {
      const { without, input } = job?.request ?? {}
      asked.push(JSON.stringify([action, resource?.kind, job?.kind, Object.keys(named ?? {})]))
      const choice = without ?? input?.only ?? input?.without
      if (choice) chosen.add(JSON.stringify([job?.kind, choice]))
      return true
    },
  }
  await withPiecework(
    (host) => {
      host.add('b1', 'Birds', ['wren'])
      return notes(host)
    },
    async (piecework) => {
      const principal = ann
      const { archive } = await (await piecework.export({ resource: book, principal })).result()
      assert.ok(archive)
      const draft = await piecework.createDraft({ format: 'notes', name: 'Mine', principal })
      await draft.upload('text', { stream: bytes('one') })
      const questions = async (
        work: () => ReturnType<typeof piecework.import>,
      ): Promise<readonly string[]> => {
        asked.length = 0
        await (await work()).ended()
        return [...new Set(asked)].sort()
      }
      const lines = 'notebook/lines'
      for (const [all, some] of [
        [
          () => piecework.export({ resource: book, principal }),
          () => piecework.export({ resource: book, principal, without: [lines] }),
        ],
        [
          () => piecework.import({ archive, principal }),
          () => piecework.import({ archive, principal, only: [lines] }),
        ],
        [
          () => piecework.validate({ archive, principal }),
          () => piecework.validate({ archive, principal, without: [lines] }),
        ],
        [() => draft.validate(), () => draft.validate({ only: [] })],
      ] as const)
        assert.deepEqual(await questions(some), await questions(all))
    },
    { access },
  )
  assert.deepEqual([...chosen].sort(), [
    '["export",["notebook/lines"]]',
    '["import",["notebook/lines"]]',
    '["validation",["notebook/lines"]]',
    '["validation",[]]',
  ])
})

test.run()
