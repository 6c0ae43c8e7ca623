import assert from 'node:assert/strict'
import { type Entries, entriesOf } from '@piecework/core/piece'
import { zipOf } from '@piecework/test-support/fixtures/zip-of.js'
import { suite } from 'uvu'
import { resultsValidator } from '#internal/results/results-validator.js'
import { validate } from '../validators/support.js'
import { features, inputs, smallOutput } from './support/small-output.js'

const test = suite('cost of an output folder')
const megabyte = 2 ** 20

/** Two files of each run, some 30 KB together. */
function filesOf(runs: number): Record<string, string> {
  const rows = Array.from({ length: 200 }, (_, at) => `${at + 1},Feature ${at + 1},4,5.5,0,2,0,0,yes,1`)
  const files: Record<string, string> = {}
  const [header = ''] = smallOutput['out_sum.csv'].split('\n')
  for (let run = 1; run <= runs; run += 1) {
    const number = String(run).padStart(5, '0')
    files[`out_r${number}.csv`] = `PUID,SOLUTION\n1,1\n2,0\n3,0\n10,1\n${'\n'.repeat(20_000)}`
    files[`out_mv${number}.csv`] = features(...rows)
  }
  const summaries = Array.from({ length: runs }, (_, at) => `${at + 1},${at + 1},10,2,3,0,0,0,1\n`)
  return { 'out_sum.csv': `${header}\n${summaries.join('')}`, ...files }
}

const species = Array.from({ length: 200 }, (_, at) => `${at + 1},0.3,Feature ${at + 1}\n`)

interface Cost {
  /** Of the zip. */
  readonly size: number
  readonly requests: number
  readonly bytes: number
}

/** What a validation asks of the artifact store. */
async function costOf(names: readonly string[], files: Readonly<Record<string, string>>): Promise<Cost> {
  const zip = zipOf(names.map((name) => ({ name, bytes: Buffer.from(files[name] ?? ''), method: 0 })))
  let [requests, bytes] = [0, 0]
  const others = { ...inputs, 'spec.dat': `id,prop,name\n${species.join('')}` }
  const entries: Entries = entriesOf([
    ...Object.entries(others).map(([path, text]) => ({
      path,
      facts: { size: text.length },
      async *open() {
        yield Buffer.from(text)
      },
    })),
    {
      path: 'output',
      facts: { size: zip.length },
      async *open({ start, end } = { start: 0, end: zip.length }) {
        requests += 1
        bytes += end - start
        yield zip.subarray(start, end)
      },
    },
  ])
  assert.deepEqual(await validate(resultsValidator, entries), [])
  return { size: zip.length, requests, bytes }
}

/** The same for equal lists. */
const shuffled = (names: readonly string[]): readonly string[] =>
  names
    .map((name, at) => ({ name, key: (at * 7919) % 10_007 }))
    .sort((a, b) => a.key - b.key)
    .map(({ name }) => name)

for (const runs of [50, 400]) {
  const files = filesOf(runs)
  const names = Object.keys(files)
  // The first file of each kind is read twice, and the directory for itself.
  const mostBytes = (size: number) => 1.5 * size + 2 * megabyte

  test(`${runs} runs in order take as many requests as megabytes`, async () => {
    const inOrder = [...names].sort()
    const { size, requests, bytes } = await costOf(inOrder, files)
    assert.ok(bytes <= mostBytes(size), `${bytes} of ${size} bytes`)
    assert.ok(requests <= 20 + (2 * size) / megabyte, `${requests} requests for ${size} bytes`)
  })

  test(`${runs} runs in any order take one request for each file, and no more bytes`, async () => {
    const { size, requests, bytes } = await costOf(shuffled(names), files)
    assert.ok(bytes <= mostBytes(size), `${bytes} of ${size} bytes`)
    assert.ok(requests <= 20 + names.length, `${requests} requests for ${names.length} files`)
  })
}

test.run()
