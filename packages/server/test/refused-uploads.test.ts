import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { skipUnless } from '@piecework/test-support'
import { suite } from 'uvu'
import { hosts } from './support/hosts.js'
import { type Form, withWorld } from './support/world.js'

const hasCurl = spawnSync('curl', ['--version']).status === 0
const test = skipUnless(hasCurl, 'curl is missing', suite('uploads that are refused'))

const size = 30_000_000
let folder = ''
test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'piecework-curl-'))
  await writeFile(join(folder, 'large.zip'), Buffer.alloc(size))
})
test.after(() => rm(folder, { recursive: true, force: true }))

const zip = ['-H', 'Content-Type: application/zip']
const ways = (file: string) => ({
  raw: [...zip, '--data-binary', `@${file}`],
  form: ['-F', 'name=Mine', '-F', `file=@${file};type=application/zip`],
  chunked: [...zip, '-H', 'Transfer-Encoding: chunked', '-H', 'Expect:', '--data-binary', `@${file}`],
})

for (const form of Object.keys(hosts) as Form[])
  test(`${form}: a client that still sends is told why, and does not send all of it`, () =>
    withWorld(
      form,
      async ({ url, errors }) => {
        for (const [way, args] of Object.entries(ways(join(folder, 'large.zip'))))
          for (const [who, status] of [
            ['ann', '413'],
            ['eve', '403'],
          ] as const) {
            const token = ['-H', `Authorization: Bearer ${who}`]
            const shown = ['-sS', '-o', '/dev/null', '-w', '%{http_code} %{size_upload}']
            const { stdout } = await promisify(execFile)('curl', [
              ...shown,
              ...token,
              ...args,
              `${url}/books/import`,
            ])
            const [told, sent] = stdout.split(' ')
            assert.equal(told, status, `${way}, ${who}`)
            assert.ok(Number(sent) < size, `${way}, ${who}: ${sent}`)
          }
        assert.deepEqual(errors, [])
      },
      { piecework: { limits: { archiveBytes: 1_000_000 } } },
    ))

test.run()
