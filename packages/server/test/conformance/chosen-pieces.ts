import assert from 'node:assert/strict'
import { dataFileModel, draftViewModel } from '#internal/views/draft-views.js'
import { validationResultsModel } from '#internal/views/models.js'
import { accepted, answer, archiveOf, ended, exported, form, problem } from '../support/answers.js'
import type { World } from '../support/world.js'
import type { Case } from './case.js'

const zip = { 'content-type': 'application/zip' }
const query = (choice: object): string =>
  Object.entries(choice)
    .map(([field, names]) => `${field}=${encodeURIComponent(JSON.stringify(names))}`)
    .join('&')

type Made = readonly (readonly [isChapter: boolean, lines: readonly string[]])[]

/** Waits for the job, which must succeed; lines of the book that it has made and of its chapters, which go. */
async function madeBy(world: World, response: Response): Promise<Made> {
  const { shelf } = world
  const { id } = await accepted(response)
  const { status, resource } = await ended(world, id)
  assert.equal(status, 'succeeded')
  const made = [...shelf.all].filter(([own, { parent }]) => [own, parent].includes(resource?.id))
  for (const [own] of made) shelf.all.delete(own)
  return sorted(made.map(([, book]) => book))
}

const sorted = (books: readonly { parent?: string | undefined; lines: readonly string[] }[]): Made =>
  books
    .map(({ parent, lines }) => [parent !== undefined, [...lines].sort()] as const)
    .sort((a, b) => (String(a) < String(b) ? -1 : 1))

async function draftWith(world: World, text: string): Promise<string> {
  const { id } = await answer(
    await world.call('books/import/notes', { json: { name: 'Chosen' } }),
    draftViewModel,
    201,
  )
  const at = `books/import/notes/${id}`
  const body = form({ role: 'text' }, text, 'a.txt')
  await answer(await world.call(`${at}/data-file`, { method: 'POST', body }), dataFileModel, 201)
  return at
}

export const chosenPieces: Readonly<Record<string, Case>> = {
  'an import makes what "only" names, or leaves out what "without" names, however it is sent': async (
    world,
  ) => {
    const { call } = world
    const job = await exported(world)
    const body = await archiveOf(world, job)
    const chapters = [...world.shelf.all.values()].filter(({ parent }) => parent === 'b1')
    const bare = sorted([{ lines: [] }, ...chapters])
    for (const choice of [{ only: ['chapter/lines'] }, { without: ['book/lines'] }]) {
      const inForm = Object.fromEntries(
        Object.entries(choice).map(([field, names]) => [field, JSON.stringify(names)]),
      )
      for (const send of [
        () => call(`books/import?${query(choice)}`, { method: 'POST', body, headers: zip }),
        () => call('books/import', { method: 'POST', body: form(inForm, body) }),
        () => call('books/import', { json: { job: job.id, ...choice } }),
      ]) {
        assert.deepEqual(await madeBy(world, await send()), bare)
      }
    }
    for (const [choice, told] of [
      [{ only: ['book/lines'], without: [] }, /either only or without, not both/],
      [{ only: ['book/line'] }, /no piece "book\/line"; did you mean "book\/lines"/],
      [{ only: 'book/lines' }, /only/],
    ] as const)
      for (const response of [
        await call(`books/import?${query(choice)}`, { method: 'POST', body, headers: zip }),
        await call('books/import', { json: { job: job.id, ...choice } }),
      ])
        assert.match((await problem(response, 400, 'options-invalid')).detail, told)
  },
  'a validation and a run of a draft read what is chosen alone': async (world) => {
    const { call } = world
    const at = await draftWith(world, 'one\nbad\n')
    const results = async () =>
      (await answer(await call(`${at}/validation-results`), validationResultsModel)).files.flatMap(
        ({ findings }) => findings,
      )
    for (const [choice, status, found] of [
      [{ only: ['notes/text'] }, 'failed', 1],
      [{ without: ['notes/text'] }, 'succeeded', 0],
    ] as const) {
      const { id } = await accepted(await call(`${at}/validate`, { json: choice }))
      assert.equal((await ended(world, id)).status, status)
      assert.equal((await results()).length, found)
    }
    for (const path of [at, `${at}/validate`])
      for (const [choice, told] of [
        [{ only: [], without: [] }, /either only or without, not both/],
        [{ without: ['notes/test'] }, /no piece "notes\/test"; did you mean "notes\/text"/],
      ] as const)
        assert.match((await problem(await call(path, { json: choice }), 400, 'options-invalid')).detail, told)
    const without = await call(at, { json: { without: ['notes/text'] } })
    assert.deepEqual(await madeBy(world, without), [[false, []]])
    const whole = await draftWith(world, 'one\ntwo\n')
    const only = await call(whole, { json: { only: ['notes/text'] } })
    assert.deepEqual(await madeBy(world, only), [[false, ['one', 'two']]])
  },
}
