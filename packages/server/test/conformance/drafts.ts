import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { resourceStates } from '#internal/routes/resource-state.js'
import { dataFileModel, draftStatusModel, draftViewModel } from '#internal/views/draft-views.js'
import { sortedFilesModel, validationResultsModel } from '#internal/views/models.js'
import { accepted, answer, ended, form, problem } from '../support/answers.js'
import { address, type World } from '../support/world.js'
import type { Case } from './case.js'

async function prepared({ call }: World, name = 'Notes'): Promise<string> {
  const response = await call('books/import/notes', { json: { name } })
  const { id, kind, resources } = await answer(response, draftViewModel, 201)
  assert.deepEqual([kind, resources], ['book', [{ kind: 'book', id }]])
  assert.equal(response.headers.get('location'), `${address}/books/import/notes/${id}`)
  return `books/import/notes/${id}`
}

const upload = async ({ call }: World, at: string, text: string) =>
  answer(
    await call(`${at}/data-file`, { method: 'POST', body: form({ role: 'text' }, text, 'my text.txt') }),
    dataFileModel,
    201,
  )

const stateOf = async ({ call }: World, at: string): Promise<string> => {
  const response = await call(`books/${at.split('/').at(-1)}/status`)
  const { state } = (await response.json()) as { state: (typeof resourceStates)[number] }
  assert.ok(resourceStates.includes(state))
  return state
}

async function until(holds: () => boolean): Promise<void> {
  for (let at = 0; at < 200 && !holds(); at += 1) await sleep(10)
  assert.ok(holds())
}

export const drafts: Readonly<Record<string, Case>> = {
  'files are uploaded one after the other, validated, and imported': async (world) => {
    const { call, shelf } = world
    const at = await prepared(world, 'Notes of ann')
    assert.equal(await stateOf(world, at), 'draft')
    const before = await answer(await call(at), draftStatusModel)
    assert.deepEqual([before.status, before.missing, before.files], ['draft', ['text'], []])
    assert.deepEqual((await problem(await call(at, { method: 'POST' }), 422, 'input-incomplete')).missing, [
      'text',
    ])

    const first = await upload(world, at, 'one\nbad\n')
    assert.deepEqual([first.role, first.fileName, first.size], ['text', 'my text.txt', 8])
    const checking = await accepted(await call(`${at}/validate`, { json: {} }))
    assert.equal((await ended(world, checking.id)).status, 'failed')
    const found = await answer(await call(`${at}/validation-results`), validationResultsModel)
    const [finding] = found.files[0]?.findings ?? []
    assert.deepEqual(
      [found.status, finding?.file, finding?.line, finding?.hint],
      ['failed', 'text', 2, 'Write something else.'],
    )
    const raw = await call(`${at}/data-file?role=text&fileName=two.txt&metadata=%7B%22a%22%3A1%7D`, {
      method: 'POST',
      body: 'one\ntwo\n',
      headers: { 'content-type': 'text/plain' },
    })
    const second = await answer(raw, dataFileModel, 201)
    assert.deepEqual([second.fileName, second.metadata], ['two.txt', { a: 1 }])
    assert.deepEqual(
      (await answer(await call(at), draftStatusModel)).files.map(({ id }) => id),
      [second.id],
    )
    const { id } = await accepted(await call(at, { json: {} }))
    assert.equal((await ended(world, id)).status, 'succeeded')
    assert.equal(await stateOf(world, at), 'ready')
    const made = [...shelf.all.values()].find(({ name }) => name === 'Notes of ann')
    assert.deepEqual([made?.isVisible, made?.lines], [true, ['one', 'two']])
    await problem(
      await call(`${at}/data-file`, { method: 'POST', body: form({ role: 'text' }, 'x') }),
      409,
      'uploads-closed',
    )
    await problem(await call(`books/${at.split('/').at(-1)}`, { method: 'DELETE' }), 409, 'unsupported')
  },
  'a file is removed by its id': async (world) => {
    const { call } = world
    const at = await prepared(world)
    const odd = await call(`${at}/data-file?role=text&fileName=..%2Fa%0d%0aSet-Cookie:%20x%00.txt`, {
      method: 'POST',
      body: 'one\n',
      headers: { 'content-type': 'text/plain' },
    })
    assert.equal((await answer(odd, dataFileModel, 201)).fileName, 'a Set-Cookie: x .txt')
    const { id } = await upload(world, at, 'one\n')
    assert.equal((await call(`${at}/data-file/${id}`, { method: 'DELETE' })).status, 204)
    await problem(await call(`${at}/data-file/${id}`, { method: 'DELETE' }), 404, 'artifact-not-found')
    assert.deepEqual((await answer(await call(at), draftStatusModel)).files, [])
  },
  'a failed import leaves an incomplete resource, which can do nothing but go': async (world) => {
    const { call, shelf } = world
    const at = await prepared(world, 'To fail')
    await upload(world, at, 'bad\n')
    const { id } = await accepted(await call(at, { json: {} }))
    assert.equal((await ended(world, id)).status, 'failed')
    assert.equal(await stateOf(world, at), 'incomplete')
    const own = `books/${at.split('/').at(-1)}`
    await problem(await call(`${own}/export`, { json: {} }), 404, 'resource-not-found')
    assert.ok([...shelf.all.values()].some(({ name }) => name === 'To fail'))
    await problem(await call(own, { method: 'DELETE', as: 'eve' }), 404, 'resource-not-found')
    await problem(await call(own, { method: 'DELETE', as: 'bob' }), 403, 'forbidden')
    assert.equal((await call(own, { method: 'DELETE' })).status, 204)
    assert.ok(![...shelf.all.values()].some(({ name }) => name === 'To fail'))
  },
  'files that come unsorted are sorted here, with what is missing named': async (world) => {
    const { call } = world
    const at = await prepared(world, 'Sorted')
    const send = async (path: string, text: string) =>
      answer(
        await call(`${at}/data-file`, { method: 'POST', body: form({ role: 'unsorted', path }, text, 'x') }),
        dataFileModel,
        201,
      )
    const readme = await send('my folder/readme.md', 'hello')
    assert.deepEqual([readme.role, readme.fileName], ['unsorted', 'my folder/readme.md'])
    const first = await answer(await call(`${at}/sort`, { json: {} }), sortedFilesModel)
    assert.deepEqual([first.files, first.missing], [[], ['text']])
    const refusal = await problem(await call(at, { json: {} }), 422, 'input-incomplete')
    assert.deepEqual([refusal.missing, refusal.findings?.[0]?.message], [['text'], 'There is no text.txt.'])
    const outside = form({ role: 'unsorted', path: '../text.txt' }, 'x', 'x')
    await problem(await call(`${at}/data-file`, { method: 'POST', body: outside }), 400, 'options-invalid')
    const misplaced = form({ role: 'text', path: 'text.txt' }, 'x', 'x')
    await problem(await call(`${at}/data-file`, { method: 'POST', body: misplaced }), 400, 'options-invalid')
    await problem(await call(`${at}/sort`, { json: {}, as: 'eve' }), 404, 'resource-not-found')
    await send('my folder/text.txt', 'one\n')
    const { files } = await answer(await call(`${at}/sort`, { json: {} }), sortedFilesModel)
    assert.deepEqual(files, [{ role: 'text', path: 'text.txt' }])
    const { id } = await accepted(await call(at, { json: {} }))
    assert.equal((await ended(world, id)).status, 'succeeded')
    for (const [key, { name }] of world.shelf.all) if (name === 'Sorted') world.shelf.all.delete(key)
  },
  'a client that goes ends the sort that it waits for, and begins no job': async (world) => {
    const { call, shelf } = world
    const at = await prepared(world, 'Left')
    const body = form({ role: 'unsorted', path: 'text.txt' }, 'one\n', 'x')
    await answer(await call(`${at}/data-file`, { method: 'POST', body }), dataFileModel, 201)
    for (const path of [`${at}/sort`, `${at}/validate`, at])
      await shelf.held(async () => {
        shelf.sortedIn = undefined
        const gone = new AbortController()
        const asked = assert.rejects(call(path, { json: {}, signal: gone.signal }))
        await until(() => shelf.sortedIn !== undefined)
        const folder = shelf.sortedIn ?? ''
        assert.ok(existsSync(folder))
        gone.abort()
        await asked
        // The sort itself still waits.
        await until(() => !existsSync(folder))
      })
    assert.equal(await stateOf(world, at), 'draft')
    const { id } = await accepted(await call(at, { json: {} }))
    assert.equal((await ended(world, id)).status, 'succeeded')
    for (const [key, { name }] of world.shelf.all) if (name === 'Left') world.shelf.all.delete(key)
  },
  'an import is halted, and removed while it runs': async (world) => {
    const { call, shelf } = world
    await shelf.held(async (open) => {
      const at = await prepared(world, 'To halt')
      await upload(world, at, 'one\n')
      const { id } = await accepted(await call(at, { json: {} }))
      assert.equal(await stateOf(world, at), 'importing')
      await accepted(await call(`${at}/cancel`, { method: 'POST' }))
      const removing = call(`books/${at.split('/').at(-1)}`, { method: 'DELETE' })
      open()
      assert.equal((await removing).status, 204)
      assert.equal((await ended(world, id)).status, 'cancelled')
      assert.ok(![...shelf.all.values()].some(({ name }) => name === 'To halt'))
    })
  },
  'the copy of a resource is halted by DELETE; what is complete stays': async (world) => {
    const { call, shelf } = world
    await problem(await call('books/b1', { method: 'DELETE' }), 409, 'unsupported')
    await problem(await call('books/none', { method: 'DELETE' }), 404, 'resource-not-found')
    await shelf.held(async (open) => {
      const { id, resource } = await accepted(await call('books/b2/clone', { json: { name: 'Halted' } }))
      const removing = call(`books/${resource?.id}`, { method: 'DELETE' })
      await sleep(50)
      open()
      assert.equal((await removing).status, 204)
      assert.equal((await ended(world, id)).status, 'cancelled')
      await problem(await call(`books/${resource?.id}/status`), 404, 'resource-not-found')
      assert.ok(![...shelf.all.values()].some(({ name }) => name === 'Halted'))
    })
  },
}
