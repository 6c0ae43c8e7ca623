import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { folderTarget, isPieceworkError } from '@piecework/core'
import { targetLaws } from '@piecework/testkit'
import { suite } from 'uvu'
import { print, withOutputs } from '../outputs/support.js'
import { ann, withPiecework } from '../support/notebooks.js'

const test = suite('the folder target')

const made: string[] = []
async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'piecework-folder-'))
  made.push(path)
  return path
}
test.after(async () => {
  for (const path of made) await rm(path, { recursive: true, force: true })
})

const shownIn = async (root: string): Promise<readonly string[]> =>
  (await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []))
    .filter((one) => one.isFile() && !one.parentPath.includes('.piecework-unfinished'))
    .map((one) => join(one.parentPath, one.name).slice(root.length + 1))
    .sort()

targetLaws(test, {
  make: async () => {
    const root = await folder()
    return {
      target: folderTarget({ root }) as never,
      destination: { folder: 'out/maps' },
      files: async () => {
        const names = await shownIn(root)
        return new Map(
          await Promise.all(names.map(async (name) => [name, await readFile(join(root, name))] as const)),
        )
      },
    }
  },
})

/** Exports one book to the root, and says what came of it. */
async function delivered(root: string, destination: object = {}) {
  return withPiecework(
    withOutputs({ ...print, fileName: () => '../../.Lines.txt' }),
    async (piecework, { host }) => {
      const resource = host.add('b1', 'Birds', ['wren'])
      const outputs = [{ name: 'notebooks/print' }]
      const job = await piecework.export({
        resource,
        principal: ann,
        outputs,
        deliver: [{ target: 'folder', destination }],
      })
      return job.ended()
    },
    { targets: [folderTarget({ root })] },
  )
}

test('a file is named as the output names it, or as the destination says; others of its name stay', async () => {
  const root = join(await folder(), 'made')
  const { job } = await delivered(root)
  assert.equal(job.result.deliveries?.[0]?.location, '_.Lines.txt')
  await mkdir(join(root, 'a/b'), { recursive: true })
  await writeFile(join(root, 'a/b/map.txt'), 'of another')
  const { job: second, findings } = await delivered(root, { folder: 'a/b', fileName: 'map.txt' })
  assert.equal(second.result.deliveries?.[0]?.location, 'a/b/map (2).txt')
  assert.deepEqual(
    findings.map(({ code, file }) => [code, file]),
    [['core/file-renamed', 'map (2).txt']],
  )
  assert.deepEqual(await shownIn(root), ['_.Lines.txt', 'a/b/map (2).txt', 'a/b/map.txt'])
  assert.equal(await readFile(join(root, 'a/b/map.txt'), 'utf8'), 'of another')
  assert.deepEqual(await readdir(join(root, '.piecework-unfinished')), [])
})

test('hostile archives: no destination leads out of the root', async () => {
  const root = await folder()
  for (const path of [
    '..',
    '../x',
    'a/../../x',
    '/tmp',
    'C:\\x',
    'a\\b',
    'a//b',
    '',
    'nul',
    'a\u0000',
    '.piecework-unfinished',
    'a/.hidden',
  ])
    await assert.rejects(
      delivered(root, { folder: path }),
      (error) => isPieceworkError(error, 'options-invalid'),
      path,
    )
  for (const fileName of ['', '..', 'a/b', 'con.txt', '.bashrc', 'a\n'])
    await assert.rejects(
      delivered(root, { fileName }),
      (error) => isPieceworkError(error, 'options-invalid'),
      fileName,
    )
  const outside = await folder()
  await symlink(outside, join(root, 'link'))
  const { job } = await delivered(root, { folder: 'link' })
  assert.equal(job.error?.code, 'forbidden')
  // The same bytes, where a link leads.
  await writeFile(join(outside, 'target.txt'), 'Lines\nwren\n')
  await symlink(join(outside, 'target.txt'), join(root, 'map.txt'))
  const { job: beside } = await delivered(root, { fileName: 'map.txt' })
  assert.equal(beside.result.deliveries?.[0]?.location, 'map (2).txt')
  assert.deepEqual(await shownIn(outside), ['target.txt'])
  assert.equal(await readFile(join(outside, 'target.txt'), 'utf8'), 'Lines\nwren\n')
})

test('what the disk refuses is told without the paths of the server', async () => {
  const root = await folder()
  await writeFile(join(root, 'file'), '')
  const { job } = await delivered(join(root, 'file'))
  assert.equal(job.error?.code, 'storage')
  assert.match(job.error?.message ?? '', /\((?:EEXIST|ENOTDIR)\)/)
  assert.ok(!job.error?.message.includes(root))
})

test.run()
