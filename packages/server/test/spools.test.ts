import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { suite } from 'uvu'
import { withSpooled } from '#internal/uploads/with-spooled.js'
import { archiveOf, exported, form, problem } from './support/answers.js'
import { withWorld } from './support/world.js'

const test = suite('files on the temporary disk')

async function* bytes(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('zip')
}

test('what is kept goes with its client, also while it is used', async () => {
  const gone = new AbortController()
  let kept = ''
  const work = withSpooled(bytes(), { maxBytes: 10, signal: gone.signal }, async (file) => {
    kept = file
    assert.equal(await readFile(file, 'utf8'), 'zip')
    gone.abort(new Error('gone'))
    return new Promise<never>(() => undefined)
  })
  await assert.rejects(work, /gone/)
  assert.ok(kept !== '' && !existsSync(kept))
})

test('what does not come goes with its client', async () => {
  const gone = new AbortController()
  const stalled = async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from('zip')
    setImmediate(() => gone.abort(new Error('gone')))
    await new Promise(() => undefined)
  }
  let isUsed = false
  const work = withSpooled(stalled(), { maxBytes: 10, signal: gone.signal }, async () => {
    isUsed = true
  })
  await assert.rejects(work, /gone/)
  assert.ok(!isUsed)
})

test('more than so many at a time are told to come again', () =>
  withWorld(
    'node',
    async (world) => {
      const { call, shelf, errors } = world
      const body = await archiveOf(world, await exported(world))
      const inspect = () =>
        call('archives/inspect', { method: 'POST', body, headers: { 'content-type': 'application/zip' } })
      const made = await call('books/import/notes', { json: { name: 'Notes' } })
      const at = `books/import/notes/${((await made.json()) as { id: string }).id}`
      await call(`${at}/data-file`, {
        method: 'POST',
        body: form({ role: 'unsorted', path: 'text.txt' }, 'one\n', 'x'),
      })
      await shelf.held(async () => {
        const gone = new AbortController()
        const sorting = call(`${at}/sort`, { json: {}, signal: gone.signal }).catch(() => undefined)
        for (let tries = 0; tries < 200 && shelf.sortedIn === undefined; tries += 1) await sleep(10)
        const refused = [
          () => call(`${at}/sort`, { json: {} }),
          () => call(`${at}/validate`, { json: {} }),
          () => call(at, { json: {} }),
          inspect,
        ]
        for (const ask of refused) {
          const response = await ask()
          assert.equal(response.headers.get('retry-after'), '5')
          await problem(response, 503, 'http/busy')
        }
        gone.abort()
        await sorting
        for (let tries = 0; tries < 200 && existsSync(shelf.sortedIn ?? ''); tries += 1) await sleep(10)
        // The place is free a moment after the files have gone.
        let inspected = await inspect()
        for (let tries = 0; tries < 200 && inspected.status === 503; tries += 1) {
          await sleep(10)
          inspected = await inspect()
        }
        assert.equal(inspected.status, 200)
      })
      assert.equal((await call(`${at}/sort`, { json: {} })).status, 200)
      assert.deepEqual(errors, [])
    },
    { http: { limits: { spools: 1 } } },
  ))

test.run()
