import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Pack } from '@piecework/core'
import { suite } from 'uvu'
import { mailCatcher } from './mail-catcher.js'
import { exportAndTell, hostThatTells } from './readme/tell-people.js'

const test = suite('follow-ups: README')
const root = join(import.meta.dirname, '../..')

const pack: Pack = {
  name: 'notes',
  kinds: [{ kind: 'notebook', table: 'books', key: 'nanoid', describe: async () => ({ name: 'Birds' }) }],
  pieces: [],
}

test('its example runs', async () => {
  const { mails, port, close } = await mailCatcher()
  const users = { emailOf: async (user: string) => `${user}@example.org`, hookOf: async () => undefined }
  const piecework = hostThatTells([pack], users, { host: '127.0.0.1', port })
  await piecework.start()
  try {
    const { id, result } = await exportAndTell(piecework, { kind: 'notebook', id: 'b1' }, 'ann')
    await result()
    const followUps = async () => (await piecework.job(id, { principal: { id: 'ann' } })).followUps
    while (!(await followUps()).every(({ status }) => status === 'done'))
      await new Promise((resolve) => setTimeout(resolve, 5))
    const [, audit] = await followUps()
    assert.deepEqual(audit?.output, { key: `${id}/onSuccess/1`, told: 1 })
    assert.deepEqual(
      mails.map(({ to }) => to),
      [['ann@example.org']],
    )
    assert.match(mails[0]?.source ?? '', /Your export has succeeded/)
  } finally {
    await piecework.stop()
    await close()
  }
})

test('its example is this file, and that of the documentation', async () => {
  const example = await readFile(join(root, 'test/readme/tell-people.ts'), 'utf8')
  for (const page of ['README.md', '../../docs/follow-ups.md'])
    assert.ok((await readFile(join(root, page), 'utf8')).includes(example.trim()), page)
})

test.run()
