import assert from 'node:assert/strict'
import { FindingCollector } from '@piecework/core/piece'
import { readInputDat } from '@piecework/marxan-files'
import { chunks } from '@piecework/test-support/fixtures/chunks.js'
import { suite } from 'uvu'
import { good } from './support/project.js'
import { type Case, fileRules } from './support/rules.js'

const lines = good['input.dat'].trimEnd().split('\n')
const keyOf = (line: string) => line.split(' ', 1)[0] ?? ''

/** input.dat with every key, some changed in place, others put behind. */
function changed(values: Readonly<Record<string, string>>): string {
  const rest = Object.entries(values).filter(([key]) => !lines.some((line) => keyOf(line) === key))
  const all = lines.map((line) => {
    const value = values[keyOf(line)]
    return value === undefined ? line : `${keyOf(line)} ${value}`
  })
  return `${[...all, ...rest.map(([key, value]) => `${key} ${value}`)].join('\n')}\n`
}

const without = (key: string) => `${lines.filter((line) => keyOf(line) !== key).join('\n')}\n`

/** Of the table: values just inside of the range, and just outside, with the code. */
const ranges: Readonly<Record<string, [type: string, good: string[], bad: Record<string, string>]>> = {
  BLM: [
    'number ≥ 0',
    ['0', '1.40000000000000E+0001'],
    { '-0.1': 'out-of-range', NA: 'number-invalid', '': 'value-empty' },
  ],
  PROP: ['0..1', ['0', '1', ' 5.00000000000000E-0001'], { '-0.1': 'out-of-range', '1.1': 'out-of-range' }],
  RANDSEED: [
    'integer',
    ['-1', '12345', '2147483647', '-2147483648'],
    { '1.5': 'integer-invalid', '1.00000000000000000001': 'integer-invalid' },
  ],
  BESTSCORE: ['number', ['-1', '10.5'], { inf: 'number-invalid', nan: 'number-invalid' }],
  NUMREPS: [
    'integer ≥ 1',
    ['1', '2147483647'],
    { '2147483648': 'out-of-range', '0': 'out-of-range', '-1': 'out-of-range', '1.5': 'integer-invalid' },
  ],
  NUMITNS: ['integer ≥ 0', ['10000', '100000000000'], { '-1': 'out-of-range', '20000.5': 'integer-invalid' }],
  STARTTEMP: ['number (negative = adaptive)', ['-1', '-10', '100000.5'], { hot: 'number-invalid' }],
  COOLFAC: ['number ≥ 0', ['0', '6.5'], { '': 'value-empty' }],
  NUMTEMP: ['integer ≥ 1', ['1', '1000000'], { '0': 'out-of-range', '1.5': 'integer-invalid' }],
  COSTTHRESH: ['number ≥ 0', ['0', '1.5'], { '-1': 'out-of-range' }],
  THRESHPEN1: ['number ≥ 0', ['14'], { '-1': 'out-of-range' }],
  THRESHPEN2: ['number ≥ 0', ['1'], { '-1': 'out-of-range' }],
  RUNMODE: ['0..6', ['0', '6'], { '-1': 'out-of-range', '7': 'out-of-range' }],
  MISSLEVEL: ['0..1', ['0', '0.95', '1'], { '-0.1': 'out-of-range', '1.01': 'out-of-range' }],
  ITIMPTYPE: ['0..3', ['0', '3'], { '-1': 'out-of-range', '4': 'out-of-range' }],
  HEURTYPE: ['-1..7', ['-1', '7'], { '-2': 'out-of-range', '8': 'out-of-range' }],
  CLUMPTYPE: ['0..2', ['0', '2'], { '-1': 'out-of-range', '3': 'out-of-range' }],
  VERBOSITY: ['0..3', ['0', '3'], { '-1': 'out-of-range', '4': 'out-of-range' }],
  ...Object.fromEntries(
    [
      ...['SAVERUN', 'SAVEBEST', 'SAVESUMMARY', 'SAVESCEN', 'SAVETARGMET', 'SAVESUMSOLN', 'SAVELOG'],
      ...['SAVESNAPSTEPS', 'SAVESNAPCHANGES', 'SAVESOLUTIONSMATRIX', 'SAVEPENALTY', 'SAVETOTALAREAS'],
      ...['SAVESPEC', 'SAVEPU'],
    ].map((key) => [key, ['0..3', ['0', '3'], { '4': 'out-of-range', '-1': 'out-of-range' }]]),
  ),
  SAVESNAPFREQUENCY: [
    'a number of iterations',
    ['0', '1000'],
    { '3000000000': 'out-of-range', '-1': 'out-of-range' },
  ],
}

const lineOf = (key: string) =>
  changed({ [key]: '' })
    .split('\n')
    .findIndex((line) => keyOf(line) === key) + 1

const table = Object.fromEntries(
  Object.entries(ranges).map(([key, [type, inside, outside]]): [string, Case[]] => [
    `${key}: ${type}`,
    [
      ...inside.map((value): Case => [`${value} is`, changed({ [key]: value }), []]),
      ...Object.entries(outside).map(
        ([value, code]): Case => [
          `${JSON.stringify(value)} is not`,
          changed({ [key]: value }),
          [`! ${code} input.dat ${lineOf(key)} ${key}`],
        ],
      ),
    ],
  ]),
)

fileRules('2. input.dat', 'input.dat', {
  'titles, prose, blank lines and any order around them are normal': [
    [
      'titles and authors',
      `Input file for Annealing program.\n\nWritten by Ian Ball, Hugh Possingham.\n${good['input.dat']}`,
      [],
    ],
    ['a DESCRIPTION line', `DESCRIPTION a test of ours\n${good['input.dat']}`, []],
    ['any order', `${[...lines].reverse().join('\n')}\n`, []],
    ['prose of one letter or of small letters', `A test\nGeneral Parameters\n${good['input.dat']}`, []],
  ],
  'tokenise on runs of white space': [
    ['two spaces and tabs', good['input.dat'].replaceAll(' ', ' \t '), []],
    ['blanks before the key and behind the value', lines.map((line) => `  ${line} \t\n`).join(''), []],
  ],
  'key is the first token, exact upper case': [
    ['small letters', good['input.dat'].replace('BLM', 'blm'), ['? parameter-default input.dat BLM']],
    [
      'not the first token',
      good['input.dat'].replace('BLM', 'the BLM'),
      ['? parameter-default input.dat BLM'],
    ],
  ],
  '`KEY=value` is an error with a hint': [
    ['KEY=value', good['input.dat'].replace('BLM 1', 'BLM=1'), ['! parameter-equals input.dat 1 BLM']],
    ['KEY = value', good['input.dat'].replace('BLM 1', 'BLM = 1'), ['! parameter-equals input.dat 1 BLM']],
    ['KEY= value', good['input.dat'].replace('BLM 1', 'BLM= 1'), ['! parameter-equals input.dat 1 BLM']],
    ['a name', good['input.dat'].replace('PUNAME ', 'PUNAME='), ['! parameter-equals input.dat 19 PUNAME']],
  ],
  'last of duplicate keys wins, warning': [
    ['BLM twice', `BLM x\n${good['input.dat']}`, ['? parameter-duplicate input.dat 2 BLM']],
  ],
  'a line whose first token is all upper case but unknown: warning; other prose: silent': [
    ['an unknown key', changed({ FANCY: '1' }), ['? parameter-unknown input.dat 22 FANCY']],
    [
      'a title in capitals',
      `MARXAN INPUT FILE\n${good['input.dat']}`,
      ['? parameter-unknown input.dat 1 MARXAN'],
    ],
  ],
  'missing key: default, reported as a warning that names key and default': lines.map(
    (line): Case => [keyOf(line), without(keyOf(line)), [`? parameter-default input.dat ${keyOf(line)}`]],
  ),
  'VERSION: ignored': [['text', changed({ VERSION: 'x.y' }), []]],
  ...table,
  'RANDSEED: beyond 32 bits, at which Marxan stops, it is kept with a warning': [
    ...['2147483648', '-2147483649', '1e15'].map(
      (seed): Case => [
        seed,
        changed({ RANDSEED: seed }),
        [
          '? parameter-unreadable input.dat 3 RANDSEED',
          ...(seed === '1e15' ? ['? integer-form input.dat 3 RANDSEED'] : []),
        ],
      ],
    ),
  ],
  'COOLFAC: negative is a warning where STARTTEMP < 0': [
    ['unused', changed({ COOLFAC: '-1' }), ['? coolfac-unused input.dat 8 COOLFAC']],
    ['used', changed({ COOLFAC: '-1', STARTTEMP: '10' }), ['! out-of-range input.dat 8 COOLFAC']],
  ],
  'NUMTEMP: ≤ NUMITNS': [
    ['above', changed({ NUMITNS: '9999' }), ['! numtemp-too-large input.dat 9 NUMTEMP']],
    [
      'above the default',
      without('NUMTEMP').replace('NUMITNS 1000000', 'NUMITNS 10'),
      ['? parameter-default input.dat NUMTEMP', '! numtemp-too-large input.dat NUMTEMP'],
    ],
    ['the same', changed({ NUMITNS: '10000' }), []],
    ['no iterations at all', changed({ NUMITNS: '0' }), []],
  ],
  'names: rest of line, may hold blanks and back-slashes, may be empty': [
    ['blanks', changed({ PUNAME: 'my pu.dat', SPECNAME: 'a\tb.dat' }), []],
    [
      'back-slashes, of another machine (warnings at most)',
      changed({ INPUTDIR: 'C:\\Users\\me\\My Data\\input' }),
      [],
    ],
    ['empty', changed({ BOUNDNAME: '', BLOCKDEFNAME: '', MATRIXSPORDERNAME: '' }), []],
  ],
  'integers given as `1e6` are accepted with a warning': [
    ['1e6', changed({ NUMITNS: '1e6' }), ['? integer-form input.dat 6 NUMITNS']],
    ['10.0', changed({ NUMREPS: '10.0' }), ['? integer-form input.dat 5 NUMREPS']],
    ['1e-400 is no integer', changed({ RANDSEED: '1e-400' }), ['! integer-invalid input.dat 3 RANDSEED']],
  ],
  'keys that hosts write (`_CLOUD_…`, DESCRIPTION, CREATEDATE …) are not errors': [
    [
      'all',
      changed({ _CLOUD_SCENARIO: 'x', _CLOUD_GENERATED_AT: 'now', DESCRIPTION: 'x', CREATEDATE: 'x' }),
      [],
    ],
  ],
  'numbers as in any table: a decimal comma has its own error': [
    ['0,5', changed({ BLM: '0,5' }), ['! decimal-comma input.dat 1 BLM']],
  ],
  'LF, CRLF, lone CR, BOM, missing final newline': [
    ['CRLF and BOM', `\uFEFF${good['input.dat'].replaceAll('\n', '\r\n')}`, []],
    ['lone CR', changed({ BLM: '-1' }).replaceAll('\n', '\r'), ['! out-of-range input.dat 1 BLM']],
    ['no final newline', good['input.dat'].trimEnd(), []],
  ],
  'empty file, binary content: each its own error': [
    ['empty', '', ['! file-empty input.dat']],
    ['blank', ' \r\n\t\n', ['! file-empty input.dat']],
    ['binary', 'PK\x03\x04\0\0', ['! binary input.dat']],
    ['no text of this kind', Buffer.alloc(1_100_000, 'x '), ['! file-too-large input.dat']],
  ],
  'MarZone projects: one clear error': [
    ['ZONESNAME', changed({ ZONESNAME: 'zones.dat' }), ['! marzone input.dat 22 ZONESNAME']],
  ],
})

const values = suite('2. input.dat: what is read')

async function read(text: string) {
  return readInputDat(chunks(text), { findings: new FindingCollector() })
}

values('every number that is given, and defaults for those that are not', async () => {
  const expected = Object.fromEntries(
    lines.slice(0, 18).map((line) => [keyOf(line), Number(line.split(' ')[1])]),
  )
  assert.deepEqual((await read(good['input.dat'])).parameters, expected)
  assert.deepEqual((await read('Title\n')).parameters, expected)
})

for (const [key, [, inside]] of Object.entries(ranges))
  for (const value of inside)
    values(`${key} ${value}`, async () => {
      const { parameters, saves } = await read(changed({ [key]: value }))
      assert.equal({ ...parameters, ...saves }[key], Number(value))
    })

values('the last of duplicate keys', async () => {
  assert.equal((await read(`BLM 7\n${good['input.dat']}`)).parameters.BLM, 1)
})

values('names as they are written, without the blanks around them', async () => {
  const { files, output } = await read(
    changed({
      INPUTDIR: ' C:\\My Files\\input ',
      PUNAME: 'my pu.dat',
      BOUNDNAME: '',
      SCENNAME: 'a b',
      OUTPUTDIR: 'out',
    }),
  )
  assert.equal(files.INPUTDIR, 'C:\\My Files\\input')
  assert.equal(files.PUNAME, 'my pu.dat')
  assert.equal(files.BOUNDNAME, '')
  assert.deepEqual(output, { SCENNAME: 'a b', OUTPUTDIR: 'out' })
})

values('names in quotation marks, without them', async () => {
  const { files, output } = await read(
    changed({
      INPUTDIR: '"C:\\My Files\\"',
      PUNAME: '"my pu.dat"',
      BOUNDNAME: '""',
      SCENNAME: "'a b'",
      OUTPUTDIR: '"out',
    }),
  )
  assert.deepEqual(
    [files.INPUTDIR, files.PUNAME, files.BOUNDNAME, output.SCENNAME, output.OUTPUTDIR],
    ['C:\\My Files\\', 'my pu.dat', '', 'a b', '"out'],
  )
})

values('defaults of names', async () => {
  const { files, output } = await read('Title\n')
  assert.deepEqual([files.PUNAME, files.SPECNAME, files.PUVSPRNAME], ['pu.dat', 'spec.dat', 'puvspr.dat'])
  assert.equal(output.SCENNAME, 'output')
})

values('a hint says how to write KEY=value', async () => {
  const findings = new FindingCollector()
  await readInputDat(chunks('BLM=0.5\n'), { findings })
  assert.match(findings.list()[0]?.hint ?? '', /BLM 0\.5$/)
})

const slips: Readonly<Record<string, string | undefined>> = {
  SPECNAM: 'SPECNAME',
  SPCENAME: 'SPECNAME',
  PUVSPNAME: 'PUVSPRNAME',
  BML: 'BLM',
  BLMM: 'BLM',
  PROB: 'PROP',
  NUMREP: 'NUMREPS',
  NUMITS: 'NUMITNS',
  MARXAN: undefined,
  TITLE: undefined,
}
for (const [key, meant] of Object.entries(slips))
  values(`${key} is taken for a slip of ${meant}`, async () => {
    const findings = new FindingCollector()
    await readInputDat(chunks(changed({ [key]: 'x' })), { findings })
    const unknown = findings.list().find(({ code }) => code === 'legacy/parameter-unknown')
    assert.equal(unknown?.hint, meant === undefined ? undefined : `Did you mean ${meant}?`)
  })

values('KEY=value is read as it is meant', async () => {
  const text = 'BLM=0.5\nNUMREPS = 7\nPROP= 0.25\nPUNAME=my pu.dat\n'
  const { parameters, files } = await read(text)
  assert.deepEqual(
    [parameters.BLM, parameters.NUMREPS, parameters.PROP, files.PUNAME],
    [0.5, 7, 0.25, 'my pu.dat'],
  )
})

values('a missing key names its default', async () => {
  const findings = new FindingCollector()
  await readInputDat(chunks('Title\n'), { findings })
  assert.match(findings.list().find(({ column }) => column === 'NUMITNS')?.message ?? '', /NUMITNS .*1000000/)
})

values.run()
