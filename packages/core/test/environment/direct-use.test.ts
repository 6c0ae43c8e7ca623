import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { suite } from 'uvu'

const test = suite('environment: direct use')

const src = join(import.meta.dirname, '../../../src')
const direct =
  /\bDate\.now\b|\bnew Date\(\)|\b(?:set|clear)(?:Timeout|Interval|Immediate)\b|\brandomUUID\b|\bMath\.random\b|\brandomBytes\b|\bAbortSignal\.timeout\b|timers\/promises|\bperformance\b/

test('only one file asks the process for the time, a timer or an id', async () => {
  const files = (await readdir(src, { recursive: true })).filter((file) => file.endsWith('.ts'))
  const asking: string[] = []
  for (const file of files) if (direct.test(await readFile(join(src, file), 'utf8'))) asking.push(file)
  assert.deepEqual(asking, ['system-environment.ts'])
})

test.run()
