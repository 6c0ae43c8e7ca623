import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { AttemptFindings } from '#internal/tasks/attempt-findings.js'

const test = suite('findings of an attempt')

test('what would settle a finding is kept, without bytes that a database refuses', () => {
  const findings = new AttemptFindings()
  const finding = {
    severity: 'error',
    code: 'land/parcels-id',
    piece: 'land/parcels',
    message: 'Which?',
  } as const
  findings.add({
    ...finding,
    fix: { role: 'parcels', metadata: { idAttribute: 'A\0B', name: null }, file: 'a\0.shp' },
  })
  findings.add({ ...finding, code: 'land/other', fix: { role: 'parcels' } })
  assert.deepEqual(
    findings.list().map(({ fix }) => fix),
    [
      { role: 'parcels', metadata: { idAttribute: 'A\ufffdB', name: null }, file: 'a\ufffd.shp' },
      { role: 'parcels' },
    ],
  )
})

test.run()
