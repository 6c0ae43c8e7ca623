import assert from 'node:assert/strict'
import { isPieceworkError } from '@piecework/core'
import { openArchive } from '@piecework/core/archive'
import fc from 'fast-check'
import { suite } from 'uvu'
import { archive, bytesOf, type Content, chunks } from './support.js'

const test = suite('damaged archives')

const content: Content = {
  tree: { kind: 'project', id: 'p', children: [{ kind: 'scenario', id: 's', children: [] }] },
  pieces: [
    {
      resource: { kind: 'project', id: 'p' },
      name: 'project/one',
      entries: { 'a.csv': 'a,b\n1,2\n', 'b.json': '{"some":"json"}', 'c.csv': 'id\n'.padEnd(900, '0123\n') },
    },
    { resource: { kind: 'scenario', id: 's' }, name: 'scenario/one', entries: { 'x.csv': 'x\n1\n' } },
  ],
}

/**
 * Everything the archive says, entry by entry; undefined for an entry that is refused. Throws where all is
 * refused.
 */
async function contentsOf(bytes: Buffer) {
  const opened = await openArchive({
    size: bytes.length,
    read: ({ start, end }) => chunks(bytes.subarray(start, end)),
  })
  const contents = new Map<string, Buffer | undefined>()
  for (const { resource, name } of opened.manifest.pieces) {
    const entries = opened.entries({ resource, name })
    for (const path of entries.paths)
      contents.set(
        `${resource.kind} ${path}`,
        await bytesOf(entries.open(path)).catch((error: unknown) => {
          assert.ok(isPieceworkError(error), String(error))
          return undefined
        }),
      )
  }
  return { digest: opened.digest, manifest: opened.manifest, about: opened.about, contents }
}

/** The damaged archive yields the truth or refuses, as a whole or entry by entry. */
async function neverLies(damaged: Buffer, truth: Awaited<ReturnType<typeof contentsOf>>): Promise<boolean> {
  try {
    const { contents, ...rest } = await contentsOf(damaged)
    const { contents: expected, ...expectedRest } = truth
    assert.deepEqual(rest, expectedRest)
    assert.deepEqual([...contents.keys()], [...expected.keys()])
    for (const [path, bytes] of contents) if (bytes) assert.deepEqual(bytes, expected.get(path))
    return [...contents.values()].includes(undefined)
  } catch (error) {
    if (!isPieceworkError(error)) throw error
    return true
  }
}

test('hostile archives: a flipped bit never yields wrong data', async () => {
  const { bytes } = await archive(content)
  const truth = await contentsOf(bytes)
  let noticed = 0
  // Each byte, and by turns each of its bits.
  for (let at = 0; at < bytes.length; at += 1) {
    const damaged = Buffer.from(bytes)
    damaged.writeUInt8(damaged.readUInt8(at) ^ (1 << (at % 8)), at)
    if (await neverLies(damaged, truth)) noticed++
  }
  assert.ok(noticed > bytes.length / 2, `only ${noticed} flips of ${bytes.length} were noticed`)
  const place = fc.tuple(fc.nat(bytes.length - 1), fc.nat(7))
  const property = fc.asyncProperty(place, async ([at, bit]) => {
    const damaged = Buffer.from(bytes)
    damaged.writeUInt8(damaged.readUInt8(at) ^ (1 << bit), at)
    await neverLies(damaged, truth)
  })
  await fc.assert(property, { numRuns: 500 })
})

test('hostile archives: a truncated archive is refused, wherever it ends', async () => {
  const { bytes } = await archive(content)
  for (let end = 0; end < bytes.length; end += 3)
    await assert.rejects(contentsOf(bytes.subarray(0, end)), { code: 'archive-invalid' })
})

test('hostile archives: an archive with a part cut out or swapped never yields wrong data', async () => {
  const { bytes } = await archive(content)
  const truth = await contentsOf(bytes)
  const cuts = fc
    .uniqueArray(fc.nat(bytes.length), { minLength: 3, maxLength: 3 })
    .map((all) => all.sort((one, other) => one - other) as [number, number, number])
  const property = fc.asyncProperty(cuts, fc.boolean(), async ([first, second, third], swap) => {
    const parts = swap
      ? [bytes.subarray(0, first), bytes.subarray(second, third), bytes.subarray(first, second)]
      : [bytes.subarray(0, first), bytes.subarray(second, third)]
    await neverLies(Buffer.concat([...parts, bytes.subarray(third)]), truth)
  })
  await fc.assert(property, { numRuns: 500 })
})

test.run()
