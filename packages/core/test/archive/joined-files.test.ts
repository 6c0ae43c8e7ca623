import { text } from 'node:stream/consumers'
import { isPieceworkError } from '@piecework/core/piece'
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { JoinedFiles } from '#internal/archive/joined-files.js'

const test = suite('joined files')

async function* chunked(whole: string, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0
  for (const size of sizes) {
    yield Buffer.from(whole.slice(at, at + size))
    at += size
  }
  yield Buffer.from(whole.slice(at))
}

test('files are those that were joined, whatever chunks they come in', () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.stringMatching(/^[a-z]{0,9}$/)),
      fc.array(fc.nat(5)),
      fc.array(fc.boolean()),
      async (files, sizes, skipped) => {
        const joined = new JoinedFiles(chunked(files.join(''), sizes))
        for (const [at, file] of files.entries())
          if (skipped[at]) await joined.skip(file.length)
          else assert.is(await text(joined.take(file.length)), file)
        await joined.end()
        await joined.close()
      },
    ),
  ))

test('more or fewer bytes than the list says are refused', async () => {
  const refused = async (run: (joined: JoinedFiles) => Promise<unknown>): Promise<void> => {
    const error = await run(new JoinedFiles(chunked('abc', [0, 1]))).catch((thrown: unknown) => thrown)
    assert.ok(isPieceworkError(error, 'archive-invalid'), String(error))
  }
  await refused((joined) => text(joined.take(4)))
  await refused((joined) => joined.skip(4))
  await refused(async (joined) => {
    await joined.skip(2)
    await joined.end()
  })
})

test.run()
