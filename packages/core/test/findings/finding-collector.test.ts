import { FindingCollector } from '@piecework/core/piece'
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

const test = suite('finding collector')
const message = 'No number.'

test('of each kind the first are listed, and the first of these has the count of all', () => {
  const findings = new FindingCollector({ limit: 2 })
  for (let line = 1; line <= 5; line += 1) {
    findings.error('a/number', { file: 'pu.dat', line }, () => ({ message }))
    if (line <= 2) findings.warning('a/number', { file: 'pu.dat', line }, () => ({ message }))
  }
  findings.error('a/number', { file: 'spec.dat', line: 9 }, () => ({ message }))
  assert.equal(
    findings.list().map(({ severity, file, line, count }) => [severity, file, line, count]),
    [
      ['error', 'pu.dat', 1, 5],
      ['error', 'pu.dat', 2, undefined],
      ['warning', 'pu.dat', 1, undefined],
      ['warning', 'pu.dat', 2, undefined],
      ['error', 'spec.dat', 9, undefined],
    ],
  )
  assert.is(findings.errors, 6)
})

test('what is not listed is not described', () => {
  let described = 0
  const findings = new FindingCollector({ limit: 1 })
  for (let line = 1; line <= 100; line += 1)
    findings.error('a/number', { file: 'pu.dat', line }, () => {
      described += 1
      return { message }
    })
  assert.is(described, 1)
})

test('with a limit of 0 only errors are counted', () => {
  const findings = new FindingCollector({ limit: 0 })
  findings.error('a/number', { file: 'pu.dat' }, () => ({ message }))
  assert.equal([findings.list(), findings.errors], [[], 1])
})

test('no column hides another one', () => {
  const findings = new FindingCollector({ limit: 5, limitPerColumn: 2 })
  for (let line = 1; line <= 100; line += 1) {
    findings.error('a/number', { file: 'pu.csv', line, column: 'id' }, () => ({ message }))
    if (line === 100)
      findings.error('a/number', { file: 'pu.csv', line, column: 'cost' }, () => ({ message }))
  }
  assert.equal(
    findings.list().map(({ column, line, count }) => [column, line, count]),
    [
      ['id', 1, 101],
      ['id', 2, undefined],
      ['cost', 100, undefined],
    ],
  )
})

test('no column hides another one, however few are listed', () => {
  const findings = new FindingCollector({ limit: 3 })
  const rows = [...Array(100).fill('id'), 'cost', 'cost', 'status', 'xloc', 'cost', 'xloc']
  for (const [at, column] of rows.entries())
    findings.error('a/number', { file: 'pu.csv', line: at + 1, column }, () => ({ message }))
  assert.equal(
    findings.list().map(({ column, line, count }) => [column, line, count]),
    [
      ['id', 1, 106],
      ['cost', 101, undefined],
      ['status', 103, undefined],
    ],
  )
})

test('across files, findings that differ in their file only are one', () => {
  const findings = new FindingCollector({ acrossFiles: true })
  for (const file of ['1.csv', '2.csv', '3.csv'])
    findings.error('a/empty', { file }, () => ({ message: 'It is empty' }))
  findings.error('a/empty', { file: '4.csv' }, () => ({ message: 'It has no header' }))
  assert.equal(
    findings.list().map(({ file, message, count }) => [file, message, count]),
    [
      ['1.csv', 'It is empty; the same in 2 more files', 4],
      ['4.csv', 'It has no header', undefined],
    ],
  )
})

test('across files, the first of many warnings stands for all, whatever differs', () => {
  const findings = new FindingCollector({ acrossFiles: true })
  for (let run = 1; run <= 1000; run += 1) {
    const details = () => ({ message: `${run} are missing`, count: run })
    findings.warning('a/missing', { file: `${run}.csv` }, details)
    if (run <= 3) findings.warning('a/odd', { file: `${run}.csv` }, details)
    if (run <= 4) findings.error('a/wrong', { file: `${run}.csv` }, details)
  }
  assert.equal(
    findings.list().map(({ code, file, message, count }) => [code, file, message, count]),
    [
      ['a/missing', '1.csv', '1 are missing; 999 more like this one', 1000],
      ...[1, 2, 3].map((run) => ['a/odd', `${run}.csv`, `${run} are missing`, run]),
      ...[1, 2, 3, 4].map((run) => ['a/wrong', `${run}.csv`, `${run} are missing`, run]),
    ],
  )
})

test('a count that a finding brings along is not made smaller', () => {
  const findings = new FindingCollector({ limit: 1 })
  const finding = { severity: 'error', code: 'a/number', message } as const
  findings.add({ ...finding, count: 1000 })
  findings.add(finding)
  assert.is(findings.list()[0]?.count, 1000)
})

test('whatever is found, the counts are of all and the list is bounded', () => {
  const found = fc.record({
    severity: fc.constantFrom('error' as const, 'warning' as const),
    code: fc.constantFrom('a/x' as const, 'a/y' as const, 'a/z' as const),
    file: fc.constantFrom('1', '2', '3'),
  })
  fc.assert(
    fc.property(
      fc.array(found, { maxLength: 200 }),
      fc.nat(10),
      fc.nat(20),
      (all, limit, limitPerSeverity) => {
        fc.pre(limit > 0)
        const findings = new FindingCollector({ limit, limitPerSeverity })
        for (const finding of all) findings.add({ ...finding, message })
        const kinds = new Map<string, { listed: number; count: number }>()
        for (const { severity, code, file, count = 0 } of findings.list()) {
          const key = `${severity} ${code} ${file}`
          const { listed, count: before } = kinds.get(key) ?? { listed: 0, count: 0 }
          kinds.set(key, { listed: listed + 1, count: Math.max(before, count) })
        }
        for (const severity of ['error', 'warning'])
          assert.is(
            [...kinds].reduce(
              (sum, [key, { listed, count }]) =>
                sum + (key.startsWith(severity) ? Math.max(listed, count) : 0),
              0,
            ),
            all.filter((finding) => finding.severity === severity).length,
          )
        assert.ok(findings.list().length <= 2 * limitPerSeverity + 2)
      },
    ),
  )
})

test.run()
