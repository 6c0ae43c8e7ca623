import assert from 'node:assert/strict'
import { PieceworkError } from '@piecework/core'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import { booksSubject, type Flaw } from '../src/books.js'
import { chance } from '../src/chance.js'
import { Closers } from '../src/closers.js'
import { fuzz } from '../src/fuzz.js'
import { folderMutations } from '../src/marxan-folders.js'
import { mutations } from '../src/mutants.js'
import { importOf } from '../src/tried.js'
import { zipOf } from '../src/zip.js'

const test = needsServer(suite('hostile archives by the thousand'))

test('hostile archives: of 5,000 mutants each is refused, or imported as what it holds, and leaves nothing', async () => {
  const { problems, outcomes, mutants } = await fuzz({
    mutants: 5000,
    seed: 1,
    url: process.env.DATABASE_URL ?? '',
  })
  assert.equal(mutants, 5000)
  assert.deepEqual(problems.slice(0, 5), [])
  // A fuzzer whose mutants are all refused, or none, sees nothing.
  assert.ok((outcomes.imported ?? 0) > 100, JSON.stringify(outcomes))
  assert.ok(
    (outcomes['folder valid'] ?? 0) + (outcomes['folder imported'] ?? 0) > 10,
    JSON.stringify(outcomes),
  )
  assert.ok(Object.keys(outcomes).length > 4, JSON.stringify(outcomes))
})

test('a seed gives the same mutant again', async () => {
  const closers = new Closers()
  const { files } = await booksSubject(closers)
  await closers.close()
  for (const [kind, mutate] of Object.entries(mutations))
    for (let seed = 1; seed <= 20; seed++)
      assert.deepEqual(mutate(files, chance(seed)), mutate(files, chance(seed)), `${kind}, seed ${seed}`)
  for (const [kind, mutate] of Object.entries(folderMutations))
    assert.deepEqual(mutate(chance(7)), mutate(chance(7)), kind)
})

const flaws: Readonly<Record<string, readonly [flaw: Flaw, found: RegExp | undefined]>> = {
  'that does nothing wrong': [{}, undefined],
  'that drops a row': [{ rows: (rows) => rows.slice(1) }, /^made /],
  'that takes a row twice': [{ rows: (rows) => [...rows, ...rows.slice(0, 1)] }, /^made /],
  'that changes a value': [
    { rows: ([first, ...rows]) => [{ ...(first as object), text: 'x' }, ...rows] },
    /^made /,
  ],
  'that leaves what it has made': [
    {
      leaves: true,
      rows: () => {
        throw new PieceworkError('archive-invalid', 'No.')
      },
    },
    /^left: /,
  ],
}

for (const [name, [flaw, found]] of Object.entries(flaws))
  test(`an import ${name} is ${found ? 'found' : 'let pass'}`, async () => {
    const closers = new Closers()
    const subject = await booksSubject(closers, flaw)
    const mutant = { bytes: zipOf(subject.files), files: subject.files }
    const problems = await (await importOf(subject, mutant)).problemsOf()
    await closers.close()
    if (found) assert.match(problems[0] ?? '', found)
    else assert.deepEqual(problems, [])
  })

test.run()
