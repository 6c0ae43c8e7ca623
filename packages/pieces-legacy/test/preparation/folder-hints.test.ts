import assert from 'node:assert/strict'
import { type Files, folders, inputDat, layer } from '@piecework/test-support/fixtures/marxan-folders.js'
import { squares } from '@piecework/test-support/fixtures/shapefile-of.js'
import { suite } from 'uvu'
import { sortFolder } from '#internal/sort-folder.js'

/** The folder without what the hint says to remove, and with what it says to add, has no finding. */
const test = suite('hints about a folder that are followed')

const grid = Object.keys(layer(squares([1])))
const without = (names: readonly string[]): Files =>
  Object.fromEntries(names.map((name) => [name, undefined]))

const cases: readonly (readonly [changes: Files, code: string, says: RegExp])[] = [
  [
    { 'input/species.dat': undefined },
    'file-missing',
    /^Add the file under this name, or write the name of the one that is meant into input\.dat\.$/,
  ],
  [
    without(grid),
    'file-missing',
    /^Add the shapefile of the planning units, all of its files: \.shp, \.shx, \.dbf and \.prj\.$/,
  ],
  [{ 'a.dat': inputDat }, 'input-choice', /^If another one is meant, remove this one\.$/],
  [layer(squares([1]), 'shapes/a'), 'grid-choice', /^If another one is meant, remove this one\.$/],
]

test('a file that is missing is added, and one that was taken for another is removed', async () => {
  const made = await folders()
  const findingsOf = async (changes: Files) =>
    (await sortFolder(await made.make(changes), { given: {}, signal: new AbortController().signal })).findings
  try {
    for (const [changes, code, says] of cases) {
      const [finding] = await findingsOf(changes)
      assert.equal(finding?.code, `legacy/${code}`)
      assert.match(finding?.hint ?? '', says)
    }
    assert.deepEqual(await findingsOf({}), [])
  } finally {
    await made.remove()
  }
})

test.run()
