import assert from 'node:assert/strict'
import { memoryStore } from '@piecework/core'
import { suite } from 'uvu'
import { form } from './support/answers.js'
import { withWorld } from './support/world.js'

const test = suite('the state of a resource')

test('a draft is one however many validations came after it', () => {
  const store = memoryStore()
  return withWorld(
    'node',
    async ({ call, piecework }) => {
      const by = { principal: { id: 'ann' } }
      const { id } = (await (await call('books/import/notes', { json: { name: 'Notes' } })).json()) as {
        id: string
      }
      const at = `books/import/notes/${id}`
      await call(`${at}/data-file`, { method: 'POST', body: form({ role: 'text' }, 'one\n') })
      const validation = await (await piecework.draft({ kind: 'book', id }, by)).validate()
      const { job } = await validation.ended()
      const { targets: _, ...again } = job
      for (let count = 0; count < 100; count += 1)
        await store.jobs.create({ ...again, id: `v${count}`, claims: [], nodes: [] })
      const { state, jobs } = (await (await call(`books/${id}/status`)).json()) as {
        state: string
        jobs: { kind: string }[]
      }
      assert.deepEqual([state, jobs.map(({ kind }) => kind)], ['draft', ['validation', 'import']])
    },
    { piecework: { store } },
  )
})

test.run()
