import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileArtifacts, memoryArtifacts } from '@piecework/core'
import { artifactStoreLaws } from '@piecework/testkit'
import { suite } from 'uvu'
import { bytesOf, chunks } from './support.js'

const memory = suite('artifacts in memory')
artifactStoreLaws(memory, { make: memoryArtifacts })
memory.run()

const files = suite('artifacts as files')
let root: string
let number = 0
files.before(async () => {
  root = await mkdtemp(join(tmpdir(), 'piecework-artifacts-'))
})
files.after(() => rm(root, { recursive: true, force: true }))

artifactStoreLaws(files, { make: () => fileArtifacts(join(root, `store-${++number}`)) })

files('a failed put leaves no file of any kind', async () => {
  const folder = join(root, 'failed')
  const failing = async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from('begun')
    throw new Error('no more')
  }
  await assert.rejects(fileArtifacts(folder).put('a/b', failing()), /no more/)
  assert.deepEqual(await filesBelow(folder), [])
})

files(
  'nothing half-made: what a process that died was putting goes a day later; what is being put stays',
  async () => {
    const folder = join(root, 'abandoned')
    const store = fileArtifacts(folder)
    const unfinished = join(folder, '~unfinished')
    await mkdir(unfinished, { recursive: true })
    for (const name of ['old', 'young']) await writeFile(join(unfinished, name), 'half')
    const yesterday = Date.now() / 1000 - 24 * 60 * 60 - 60
    await utimes(join(unfinished, 'old'), yesterday, yesterday)
    assert.deepEqual(await keysOf(store.list('jobs')), [])
    assert.deepEqual(await filesBelow(folder), ['young'])
  },
)

files('hostile archives: symbolic links below the root are not followed', async () => {
  const folder = join(root, 'linked')
  const outside = join(root, 'outside')
  await mkdir(join(outside, 'below~'), { recursive: true })
  await writeFile(join(outside, 'secret'), 'secret')
  const store = fileArtifacts(folder)
  await store.put('a/b', chunks('mine'))
  await symlink(outside, join(folder, 'folder~'))
  await symlink(join(outside, 'secret'), join(folder, 'a~', 'link'))

  await assert.rejects(bytesOf(store.open('a/link')), { code: 'artifact-not-found' })
  await assert.rejects(bytesOf(store.open('folder/secret')), { code: 'forbidden' })
  await assert.rejects(store.put('folder/new', chunks('x')), { code: 'forbidden' })
  assert.equal(await store.stat('a/link'), undefined)
  assert.equal(await store.stat('folder/secret'), undefined)
  assert.deepEqual(await keysOf(store.list('folder')), [])
  assert.deepEqual(await keysOf(store.list('a')), ['a/b'])
  await store.delete('folder/secret')
  await store.delete('folder')
  await store.delete('a')
  assert.deepEqual((await readdir(outside)).sort(), ['below~', 'secret'])
})

files.run()

async function filesBelow(folder: string): Promise<string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true })
  return found.filter((item) => item.isFile()).map((item) => item.name)
}

async function keysOf(keys: AsyncIterable<string>): Promise<string[]> {
  const found: string[] = []
  for await (const key of keys) found.push(key)
  return found
}
