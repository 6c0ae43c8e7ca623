import assert from 'node:assert/strict'
import {
  isPieceworkError,
  memoryArtifacts,
  type Pack,
  type Piecework,
  type ResourceRef,
} from '@piecework/core'
import { suite } from 'uvu'
import { notes } from '../access/support.js'
import { ann, withPiecework } from '../support/notebooks.js'

const test = suite('canonical ids at every door')

const bookId = 'aaaaaaaa-0000-4000-8000-00000000000a'
const chapterId = 'bbbbbbbb-0000-4000-8000-00000000000b'
const book = { kind: 'notebook', id: bookId }
const chapter = { kind: 'chapter', id: chapterId }
const spellings = [
  (id: string) => id.toUpperCase(),
  (id: string) => `{${id}}`,
  (id: string) => id.replaceAll('-', ''),
] as const
const by = { principal: ann }
const malformed = ['b1', '7', `${bookId}0`, "'; DROP TABLE books; --"]

/** Notebooks whose ids are uuids; `asked` is every resource that the host's functions or its policy were given. */
function withBooks(use: (piecework: Piecework, asked: ResourceRef[]) => Promise<void>): Promise<void> {
  const asked: ResourceRef[] = []
  const told = <T extends ResourceRef | undefined>(ref: T): T => {
    if (ref) asked.push({ kind: ref.kind, id: ref.id })
    return ref
  }
  return withPiecework(
    (host): Pack => {
      host.add(bookId, 'Book', ['one'])
      host.add(chapterId, 'Chapter', ['two'], bookId)
      const pack = notes(host)
      return {
        ...pack,
        kinds: (pack.kinds ?? []).map(({ key: _, parentOf, listUnder, describe, ...kind }) => ({
          ...kind,
          ...(parentOf && { parentOf: (ref, db) => parentOf(told(ref), db) }),
          ...(listUnder && { listUnder: (ref, db) => listUnder(told(ref), db) }),
          describe: (ref, db) => describe(told(ref), db),
        })),
      }
    },
    async (piecework) => use(piecework, asked),
    { access: { allows: async (_principal, _action, resource) => told(resource) !== null } },
  )
}

/** Each takes a notebook and a chapter of it, as hosts are given them. */
const doors: Readonly<
  Record<string, (piecework: Piecework, one: ResourceRef, other: ResourceRef) => Promise<unknown>>
> = {
  export: async (piecework, resource, child) =>
    (await piecework.export({ resource, children: [child], principal: ann })).result(),
  clone: async (piecework, resource, child) =>
    (await piecework.clone({ resource, children: [child], principal: ann })).result(),
  'import into': async (piecework, into, resource) => {
    const archive = await archiveOf(piecework, resource)
    return (await piecework.import({ archive, into, principal: ann })).result()
  },
  'validate into': async (piecework, into, resource) => {
    const archive = await archiveOf(piecework, resource)
    return (await piecework.validate({ archive, into, principal: ann })).result()
  },
  diff: async (piecework, resource, child) => {
    const side = { resource, children: [child], principal: ann }
    assert.ok((await piecework.diff(side, side)).equal)
  },
  jobs: async (piecework, resource) => {
    await archiveOf(piecework, book)
    assert.equal((await piecework.jobs({ principal: ann, resource })).length, 1)
  },
  forget: async (piecework, resource) => {
    const job = await piecework.export({ resource: book, principal: ann })
    await job.result()
    await piecework.forget(resource, by)
    await assert.rejects(piecework.download(job.id, { principal: ann }), (error) =>
      isPieceworkError(error, 'expired'),
    )
  },
  'guard.claim': async (piecework, resource, child) => {
    const claim = await piecework.guard.claim([resource, child], { id: 'run', kind: 'run' }, by)
    for (const one of [book, chapter])
      await busy(piecework.guard.claim([one], { id: 'other', kind: 'run' }, by))
    await claim.release()
  },
  'guard.edit': async (piecework, resource) => {
    await piecework.guard.edit(
      resource,
      () => busy(piecework.guard.claim([book], { id: 'x', kind: 'run' }, by)),
      by,
    )
  },
  'guard.checkEditable': async (piecework, resource) => {
    await piecework.guard.checkEditable(resource, by)
    const claim = await piecework.guard.claim([book], { id: 'run', kind: 'run' }, by)
    await busy(piecework.guard.checkEditable(resource, by))
    await claim.release()
  },
  'guard.holders': async (piecework, resource) => {
    await piecework.guard.holders(resource, { principal: ann })
    const claim = await piecework.guard.claim([book], { id: 'run', kind: 'run' }, by)
    assert.equal((await piecework.guard.holders(resource, { principal: ann })).length, 1)
    await claim.release()
  },
  record: async (piecework, resource) => {
    await archiveOf(piecework, book)
    assert.equal((await piecework.record({ resource }, by)).length, 1)
  },
  'a path': async (piecework, resource, child) => {
    const path = `notebook:${encodeURIComponent(resource.id)}/%63hapter:${encodeURIComponent(child.id)}`
    const claim = await piecework.guard.claim([path], { id: 'run', kind: 'run' }, by)
    await busy(piecework.guard.claim([chapter], { id: 'other', kind: 'run' }, by))
    await claim.release()
  },
}

async function archiveOf(
  piecework: Piecework,
  resource: ResourceRef,
): Promise<{ readonly artifact: string }> {
  const { archive } = await (await piecework.export({ resource, principal: ann })).result()
  assert.ok(archive)
  return archive
}

const busy = (work: Promise<unknown>) =>
  assert.rejects(work, (error) => isPieceworkError(error, 'resource-busy'))

for (const [name, door] of Object.entries(doors)) {
  test(`exclusion: ${name}: two spellings of an id are one resource`, async () => {
    for (const spell of spellings) {
      await withBooks(async (piecework, asked) => {
        await door(piecework, { ...book, id: spell(bookId) }, { ...chapter, id: spell(chapterId) })
        const known = new Set([bookId, chapterId])
        for (const { id } of asked)
          assert.ok(known.has(id) || /^[0-9a-f-]{36}$/.test(id), `the host is asked for ${id}`)
        for (const job of await piecework.jobs({ principal: ann })) {
          const refs = [job.tree, ...job.tree.children, job.target, job.request.into, job.result.resource]
          for (const ref of refs) assert.match(ref?.id ?? bookId, /^[0-9a-f-]{36}$/)
        }
      })
    }
  })

  test(`exclusion: ${name}: an id that no resource can have is not found, and the host is not asked for it`, async () => {
    await withBooks(async (piecework, asked) => {
      for (const id of malformed) {
        const refused = door(piecework, { ...book, id }, chapter)
        await assert.rejects(refused, (error) => isPieceworkError(error, 'resource-not-found'))
      }
      assert.ok(asked.every(({ id }) => !malformed.includes(id)))
    })
  })
}

test('exclusion: a draft is found by any spelling of its id, and none by one that no resource can have', () =>
  withBooks(async (piecework) => {
    const { resource, job } = await piecework.createDraft({ format: 'notes', name: 'Notes', ...by })
    for (const spell of spellings)
      assert.equal((await piecework.draft({ ...resource, id: spell(resource.id) }, by)).job, job)
    for (const id of malformed)
      await assert.rejects(piecework.draft({ ...resource, id }, by), (error) =>
        isPieceworkError(error, 'resource-not-found'),
      )
  }))

test('exclusion: a path that is not well-formed is refused', () =>
  withBooks(async (piecework) => {
    for (const path of [
      'notebook:%zz',
      `notebook:${bookId}:2`,
      'notebook:',
      `notebook:${bookId}/`,
      `%:${bookId}`,
    ])
      await assert.rejects(piecework.guard.checkEditable(path), (error) =>
        isPieceworkError(error, 'options-invalid'),
      )
  }))

test('exclusion: what a host lists and whose child it says it is may have any spelling', () =>
  withPiecework(
    (host) => {
      host.add(bookId, 'Book', ['one'])
      host.add(chapterId, 'Chapter', ['two'], bookId)
      const pack = host.pack()
      const shouted = (ref: ResourceRef): ResourceRef => ({ ...ref, id: ref.id.toUpperCase() })
      return {
        ...pack,
        kinds: (pack.kinds ?? []).map(({ key: _, parentOf, listUnder, ...kind }) => ({
          ...kind,
          parentOf: async (ref, db) => {
            const parent = await parentOf?.(ref, db)
            return parent && shouted(parent)
          },
          listUnder: async (ref, db) => ((await listUnder?.(ref, db)) ?? []).map(shouted),
        })),
      }
    },
    async (piecework) => {
      const claim = await piecework.guard.claim([chapter], { id: 'run', kind: 'run' }, by)
      await busy(piecework.guard.claim([book], { id: 'other', kind: 'run' }, by))
      await claim.release()
      const job = await piecework.export({ resource: book, principal: ann })
      const { job: done } = await job.ended()
      assert.deepEqual(done.tree, { ...book, children: [{ ...chapter, children: [] }] })
    },
    { artifacts: memoryArtifacts() },
  ))

test.run()
