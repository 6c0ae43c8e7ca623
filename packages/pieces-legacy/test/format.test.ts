import assert from 'node:assert/strict'
import { createPiecework, memoryStore } from '@piecework/core'
import { isPieceworkError } from '@piecework/core/piece'
import { legacyMarxan, legacyMarxanPack } from '@piecework/pieces-legacy'
import { planningProject } from '@piecework/pieces-project'
import { planningScenario } from '@piecework/pieces-scenario'
import { inProcess } from '@piecework/runtime-inprocess'
import { suite } from 'uvu'

const test = suite('sizes of uploads')

test('a lower size is kept while the file comes; the others stay as they are', async () => {
  const piecework = createPiecework({
    packs: [planningProject(), planningScenario(), legacyMarxanPack({ maxBytes: { 'pu.dat': 10 } })],
    store: memoryStore(),
    runtime: inProcess(),
  })
  const stream = (text: string) => ({
    stream: (async function* () {
      yield Buffer.from(text)
    })(),
  })
  const names = Object.entries(legacyMarxan().roles).flatMap(([name, { required }]) =>
    required ? [name] : [],
  )
  const uploads = Object.fromEntries(names.map((name) => [name, stream('id,cost\n1,10\n')]))
  const request = { format: 'legacy-marxan', principal: { id: 'ann' }, uploads }
  await assert.rejects(piecework.validate(request), (error) => {
    assert.ok(isPieceworkError(error, 'upload-limit'), String(error))
    assert.deepEqual(error.facts, { role: 'pu.dat', maxBytes: 10 })
    return true
  })
  const { roles } = legacyMarxan({ maxBytes: { 'pu.dat': 10 } })
  assert.deepEqual(
    Object.entries(roles).filter(([name, role]) => role !== legacyMarxan().roles[name]),
    [['pu.dat', { required: true, maxBytes: 10 }]],
  )
})

test('sizes that are higher, none, or of no file are refused', () => {
  const refused = (maxBytes: Readonly<Record<string, number>>) =>
    assert.throws(
      () => legacyMarxanPack({ maxBytes }),
      (error) => isPieceworkError(error, 'options-invalid'),
    )
  for (const size of [2 ** 31, 0, -1, 1.5, Number.NaN]) refused({ 'pu.dat': size })
  refused({ 'zones.dat': 10 })
  refused({ constructor: 10 })
})

test.run()
