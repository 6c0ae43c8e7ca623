import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { defaults } from '@piecework/core'
import { suite } from 'uvu'

const test = suite('readme')

const units = { ms: 1, s: 1000, min: 60_000, hour: 3_600_000, day: 86_400_000 }

test('the tables of options state all defaults, and as they are', async () => {
  const readme = await readFile(join(import.meta.dirname, '../../README.md'), 'utf8')
  const stated = new Map<string, number>()
  for (const [, name = '', value = ''] of readme.matchAll(/^\| `(\w+)` +\| ([^|]+?) +\|/gm)) {
    const [, number, unit] = /^(\d+)(?: (ms|s|min|hour|day)s?)?$/.exec(value) ?? []
    if (number !== undefined)
      stated.set(name, Number(number) * (unit ? units[unit as keyof typeof units] : 1))
  }
  assert.deepEqual(
    Object.fromEntries([...stated].sort()),
    Object.fromEntries(Object.entries(defaults).sort()),
  )
})

test.run()
