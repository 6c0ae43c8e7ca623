import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { skipUnless } from '@piecework/test-support'
import { haveSamples, sampleFolder, samplesMissing } from '@piecework/test-support/fixtures/samples.js'
import { suite } from 'uvu'
import { marxanCheck } from './support/marxan-check.js'

const test = skipUnless(haveSamples, samplesMissing, suite('marxan-check: files that it opens'))
const hook = new URL('./support/count-opens.js', import.meta.url).href

for (const [project, ...args] of [
  ['cloud-sample-12k'],
  ['reefs-321', '--input', 'input_no_connect.dat'],
  ['hex-653', '--input', 'input_connect.dat'],
] as const)
  test(`all validators together open each file of ${project} at most twice`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'marxan-check-opens-'))
    try {
      const counts = join(folder, 'opens.json')
      const env = { NODE_OPTIONS: `--import=${hook}`, COUNT_OPENS: counts }
      await marxanCheck([join(sampleFolder, project), ...args], env)
      const all = Object.entries(JSON.parse(await readFile(counts, 'utf8')) as Record<string, number>)
      const opens = all.filter(([path]) => path.startsWith(join(sampleFolder, project)))
      assert.ok(
        opens.some(([path]) => path.endsWith('.dbf')) && opens.some(([path]) => /pu.*\.dat$/.test(path)),
      )
      assert.deepEqual(
        opens.filter(([, times]) => times > 2),
        [],
      )
    } finally {
      await rm(folder, { recursive: true })
    }
  })

test.run()
