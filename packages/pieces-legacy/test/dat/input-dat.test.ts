import assert from 'node:assert/strict'
import { Findings, readInputDat } from '@piecework/pieces-legacy'
import { suite } from 'uvu'
import { chunks, told } from './support.js'

const test = suite('input.dat')

/** Every key that is missed when it is not there. */
const whole = {
  BLM: '1',
  PROP: '0.5',
  RANDSEED: '-1',
  BESTSCORE: '-1',
  NUMREPS: '10',
  NUMITNS: '1000000',
  STARTTEMP: '-1',
  COOLFAC: '0',
  NUMTEMP: '10000',
  COSTTHRESH: '0',
  THRESHPEN1: '0',
  THRESHPEN2: '0',
  RUNMODE: '1',
  MISSLEVEL: '1',
  ITIMPTYPE: '0',
  HEURTYPE: '-1',
  CLUMPTYPE: '0',
  VERBOSITY: '2',
  PUNAME: 'pu.dat',
  SPECNAME: 'spec.dat',
  PUVSPRNAME: 'puvspr.dat',
} as const

async function read(...parts: (string | Uint8Array)[]) {
  const findings = new Findings()
  const input = await readInputDat(chunks(...parts), { findings })
  return { input, told: told(findings), findings: findings.list() }
}

/** input.dat with every key, some changed. */
function changed(values: Record<string, string>, before = ''): string {
  const lines = Object.entries({ ...whole, ...values }).map(([key, value]) => `${key} ${value}`)
  return `${before}${lines.join('\n')}\n`
}

const number = Object.entries(whole).slice(0, 18) as [Exclude<keyof typeof whole, `${string}NAME`>, string][]

test('every key is read', async () => {
  const { input, told } = await read(changed({}))
  assert.deepEqual(told, [])
  assert.deepEqual(input.parameters, Object.fromEntries(number.map(([key, value]) => [key, Number(value)])))
})

for (const [key, value] of Object.entries(whole))
  test(`${key} has a default, which is told`, async () => {
    const { input, told, findings } = await read(changed({}).replace(new RegExp(`^${key} .*\n`, 'm'), ''))
    assert.deepEqual(told, [`? parameter-default ${key}`])
    assert.match(findings[0]?.message ?? '', new RegExp(`${key}.*${value}`))
    assert.equal(String({ ...input.parameters, ...input.files }[key as keyof typeof whole]), value)
  })

/** Values just inside and just outside of each range. */
const ranges: Record<string, [good: string[], bad: string[]]> = {
  BLM: [
    ['0', '1.40000000000000E+0001'],
    ['-0.1', 'NA', 'x'],
  ],
  PROP: [
    ['0', '1', ' 5.00000000000000E-0001'],
    ['-0.1', '1.1'],
  ],
  RANDSEED: [['-1', '12345'], ['1.5']],
  BESTSCORE: [['-1', '10.5'], ['inf']],
  NUMREPS: [['1'], ['0', '-1', '1.5']],
  NUMITNS: [
    ['10000', '100000000000'],
    ['-1', '20000.5'],
  ],
  STARTTEMP: [['-1', '1e5'], ['hot']],
  COOLFAC: [['0', '6.5'], ['']],
  NUMTEMP: [
    ['1', '1000000'],
    ['0', '1.5'],
  ],
  COSTTHRESH: [['0', '1.5'], ['-1']],
  THRESHPEN1: [['14'], ['-1']],
  THRESHPEN2: [['1'], ['-1']],
  RUNMODE: [
    ['0', '6'],
    ['-1', '7'],
  ],
  MISSLEVEL: [
    ['0', '0.95', '1'],
    ['-0.1', '1.01'],
  ],
  ITIMPTYPE: [
    ['0', '3'],
    ['-1', '4'],
  ],
  HEURTYPE: [
    ['-1', '7'],
    ['-2', '8'],
  ],
  CLUMPTYPE: [
    ['0', '2'],
    ['-1', '3'],
  ],
  VERBOSITY: [
    ['0', '3'],
    ['-1', '4'],
  ],
  SAVERUN: [
    ['0', '3'],
    ['4', '-1'],
  ],
  SAVESNAPFREQUENCY: [['0', '1000'], ['-1']],
}

for (const [key, [good, bad]] of Object.entries(ranges)) {
  for (const value of good)
    test(`${key} may be ${value}`, async () => {
      const { input, told } = await read(changed({ [key]: value }))
      assert.deepEqual(told, [])
      const values: Record<string, number> = { ...input.parameters, ...input.saves }
      assert.equal(values[key], Number(value))
    })
  for (const value of bad)
    test(`${key} may not be ${JSON.stringify(value)}`, async () => {
      const { told } = await read(changed({ [key]: value }))
      assert.equal(told.length, 1)
      assert.match(told[0] ?? '', new RegExp(`^! \\S+ \\d+ ${key}$`))
    })
}

/** What else is told, and where. */
const cases: Record<string, [text: string, told: string[]]> = {
  'titles, prose and blank lines': [
    changed(
      {},
      'Input file for Annealing program.\n\nwritten by Ian Ball.\nDESCRIPTION of it\n_CLOUD_ID 7\nVERSION 0.1\n',
    ),
    [],
  ],
  'an unknown key': [changed({ FANCY: '1' }), ['? parameter-unknown 22 FANCY']],
  'a key twice': [changed({}, 'BLM 7\n'), ['? parameter-duplicate 2 BLM']],
  'KEY=value': [changed({}, 'BLM=7\n'), ['! parameter-equals 1 BLM']],
  'KEY = value': [changed({}, 'BLM = 7\n'), ['! parameter-equals 1 BLM']],
  'an integer as 1e6': [changed({ NUMITNS: '1e6' }), ['? integer-form 6 NUMITNS']],
  'a decimal comma': [changed({ BLM: '0,5' }), ['! decimal-comma 1 BLM']],
  'NUMTEMP above NUMITNS': [changed({ NUMITNS: '9999' }), ['! numtemp-too-large 9 NUMTEMP']],
  'no iterations at all': [changed({ NUMITNS: '0' }), []],
  'COOLFAC below 0, unused': [changed({ COOLFAC: '-1' }), ['? coolfac-unused 8 COOLFAC']],
  'COOLFAC below 0, used': [changed({ COOLFAC: '-1', STARTTEMP: '10' }), ['! out-of-range 8 COOLFAC']],
  'Marxan with Zones': [changed({ ZONESNAME: 'zones.dat' }), ['! marzone 22 ZONESNAME']],
  'CRLF and a byte order mark': [`\uFEFF${changed({}).replaceAll('\n', '\r\n')}`, []],
  'lone CR': [changed({ BLM: '-1' }, '\n').replaceAll('\n', '\r'), ['! out-of-range 2 BLM']],
  'an empty file': ['', ['! file-empty']],
  'a binary file': ['PK\x03\x04\0\0', ['! binary']],
  'a large file': ['x'.repeat(1_100_000), ['! file-too-large']],
}

for (const [name, [text, told]] of Object.entries(cases))
  test(name, async () => assert.deepEqual((await read(text)).told, told))

test('the last of two settings wins', async () => {
  const { input } = await read(changed({}, 'BLM 7\n'))
  assert.equal(input.parameters.BLM, 1)
})

test('keys are upper case', async () => {
  const { input, told } = await read(changed({}).replace('BLM 1', 'blm 7'))
  assert.equal(input.parameters.BLM, 1)
  assert.deepEqual(told, ['? parameter-default BLM'])
})

test('names hold blanks and back-slashes, and may be empty', async () => {
  const { input, told } = await read(
    changed({
      INPUTDIR: ' C:\\My Files\\input ',
      BOUNDNAME: '',
      PUNAME: 'my pu.dat',
      SCENNAME: 'a b',
      OUTPUTDIR: 'out',
    }),
  )
  assert.deepEqual(told, [])
  assert.equal(input.files.INPUTDIR, 'C:\\My Files\\input')
  assert.equal(input.files.PUNAME, 'my pu.dat')
  assert.equal(input.files.BOUNDNAME, '')
  assert.deepEqual(input.output, { SCENNAME: 'a b', OUTPUTDIR: 'out' })
})

test.run()
