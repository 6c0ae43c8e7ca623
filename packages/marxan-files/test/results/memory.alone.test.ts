import assert from 'node:assert/strict'
import { FindingCollector } from '@piecework/core/piece'
import { readSolutions } from '@piecework/marxan-files'
import { heldMemory } from '@piecework/test-support'
import { suite } from 'uvu'

const test = suite('memory of solutions')

const megabyte = 1024 * 1024
const units = 200_000

test('flat memory: a matrix of any number of runs takes the memory of one run', async () => {
  const grown = (await heldBy(400)) - (await heldBy(20))
  assert.ok(grown < 2, `${grown.toFixed(1)} MB more were held`)
})

test('the measure sees what is held', async () => {
  const kept: Buffer[] = []
  const grown = (await heldBy(400, () => kept.push(Buffer.alloc(units / 8)))) - (await heldBy(20))
  assert.ok(grown > 8, `only ${grown.toFixed(1)} MB more were held`)
})

/** The most that is held after any of the runs that are looked at, in MB. `after` is called after each. */
async function heldBy(runs: number, after: () => void = () => {}): Promise<number> {
  const before = heldMemory()
  let [most, read] = [0, 0]
  const selected = await selectedBy(runs, () => {
    after()
    read += 1
    if (read % 20 === 0) most = Math.max(most, heldMemory() - before)
  })
  assert.equal(selected, (runs * units) / 2)
  return most / megabyte
}

/** Reads a matrix in which every run selects every other unit: 400 KB a run. */
async function selectedBy(runs: number, look: () => void = () => {}): Promise<number> {
  const header = `SolutionsMatrix${Array.from({ length: units }, (_, id) => `,P${id}`).join('')}\n`
  const cells = Buffer.from(`${',0,1'.repeat(units / 2)}\n`)
  const matrix = {
    name: 'out_solutionsmatrix.csv',
    size: 0,
    compressedSize: 0,
    open: async function* () {
      yield Buffer.from(header)
      for (let run = 1; run <= runs; run += 1) {
        yield Buffer.from(`S${run}`)
        yield cells
      }
    },
  }
  const ids = { size: units, get: (id: number) => (id < units ? id : -1), id: (index: number) => index }
  const findings = new FindingCollector()
  let [read, selected] = [0, 0]
  for await (const solution of readSolutions({ matrix, solutions: new Map() }, ids, { findings })) {
    read += 1
    selected += solution.selected.size
    look()
  }
  assert.deepEqual(findings.list(), [])
  assert.equal(read, runs)
  return selected
}

test.run()
