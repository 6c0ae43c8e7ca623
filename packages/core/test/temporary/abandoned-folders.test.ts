import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fleet } from '@piecework/test-support'
import { suite } from 'uvu'

const test = suite('temporary folders')
const hour = 60 * 60 * 1000

/** Of a process in the middle of a sort, whose temporary folder is `root`. */
const sorting = (root: string) =>
  fleet({
    script: new URL('../support/sorting-worker.js', import.meta.url),
    env: { ...process.env, TMPDIR: root },
  })

async function aged(path: string): Promise<void> {
  const before = new Date(Date.now() - 13 * hour)
  await utimes(path, before, before)
}

async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  for (let at = 0; at < 1000; at += 1) {
    if (await holds()) return
    await sleep(20)
  }
  assert.fail('it does not come')
}

test('what a killed process has left goes at the next start; all else stays', async () => {
  const root = await mkdtemp(join(tmpdir(), 'piecework-abandoned-'))
  const [killed, alive, next] = [sorting(root), sorting(root), sorting(root)]
  try {
    await killed.add()
    const [left = ''] = await readdir(root)
    await killed.end()
    assert.ok(existsSync(join(root, left, 'content', 'files', 'text.txt')))
    await alive.add()
    const [used = ''] = (await readdir(root)).filter((name) => name !== left)
    // It is younger than that at once, for it shows that it lives.
    for (const name of [left, used]) await aged(join(root, name, 'alive'))
    const since = Date.now() - hour
    await until(async () => (await stat(join(root, used, 'alive'))).mtimeMs > since)

    const folder = async (name: string, files: readonly string[]) => {
      await mkdir(join(root, name))
      for (const file of files) await writeFile(join(root, name, file), 'mine')
      for (const file of files) await aged(join(root, name, file))
      await aged(join(root, name))
    }
    const stay = {
      'piecework-temporary-sort-AAAAAA': ['precious'],
      'piecework-temporary-sort-toolong': ['alive'],
      'piecework-sort-BBBBBB': ['alive'],
      elsewhere: ['alive', 'precious'],
    }
    for (const [name, files] of Object.entries(stay)) await folder(name, files)
    const link = 'piecework-temporary-sort-CCCCCC'
    await symlink(join(root, 'elsewhere'), join(root, link))
    // Killed before it wrote anything.
    await folder('piecework-temporary-sort-DDDDDD', [])
    await mkdir(join(root, 'piecework-temporary-sort-EEEEEE'))

    await next.add()
    await until(() => !existsSync(join(root, left)))
    await until(() => !existsSync(join(root, 'piecework-temporary-sort-DDDDDD')))
    const names = await readdir(root)
    const expected = [...Object.keys(stay), link, used, 'piecework-temporary-sort-EEEEEE']
    assert.deepEqual(
      expected.filter((name) => !names.includes(name)),
      [],
    )
    assert.ok(existsSync(join(root, used, 'content', 'files', 'text.txt')))
    for (const [name, files] of Object.entries(stay))
      for (const file of files) assert.ok(existsSync(join(root, name, file)), `${name}/${file}`)
  } finally {
    await Promise.all([killed, alive, next].map((one) => one.end()))
    await rm(root, { recursive: true })
  }
})

test.run()
