import assert from 'node:assert/strict'
import { buffer } from 'node:stream/consumers'
import { FindingCollector } from '@piecework/core/piece'
import {
  IdIndex,
  readBound,
  readFeatureResults,
  readInputDat,
  readPu,
  readPuvspr,
  readSolutions,
  readSpec,
  readSummaries,
  writeBound,
  writeFeatureResults,
  writeInputDat,
  writePu,
  writePuvspr,
  writeSolution,
  writeSolutionsMatrix,
  writeSpec,
  writeSummary,
  writtenParameters,
} from '@piecework/marxan-files'
import { chunks } from '@piecework/test-support/fixtures/chunks.js'
import { rowsOf } from '@piecework/test-support/fixtures/rows-of.js'
import fc from 'fast-check'
import { suite } from 'uvu'
import { parameterNames, parameters } from '#internal/input-dat/parameters.js'

const test = suite('written files are read back')

/** CSV as a database copies it, in small parts; its own header gets lost. */
const csv = (text: string, size = 3) =>
  chunks(
    ...Array.from({ length: Math.ceil(text.length / size) + 1 }, (_, at) =>
      text.slice(at * size, (at + 1) * size),
    ),
  )
const copied = (...rows: readonly string[]) => csv(['a,b,c', ...rows, ''].join('\n'))

const file = (name: string, bytes: AsyncIterable<Uint8Array>) => ({ name, size: 0, open: () => bytes })

const withoutSignOfZero = (values: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, value + 0]))

const units = new IdIndex()
for (const id of [3, 1, 2]) units.add(id)

test('tables', async () => {
  const findings = new FindingCollector()
  assert.deepEqual(
    await rowsOf(readPu(writePu(copied('1,2.5,0,7,8', '2,0,3,7.5,-8'), { locations: true }), { findings })),
    [
      [2, 1, 2.5, 0, 7, 8],
      [3, 2, 0, 3, 7.5, -8],
    ],
  )
  const content = { anyProp: true, anyTarget: true, optional: ['type'], commas: true } as const
  const spec = readSpec(writeSpec(copied('7,0.3,-1,1,2,"Eel, grass"'), content), { findings })
  assert.deepEqual(
    (await rowsOf(spec)).map((row) => row.slice(0, 6)),
    [[2, 7, 0.3, Number.NaN, 1, 'Eel, grass']],
  )
  assert.deepEqual(await rowsOf(readPuvspr(writePuvspr(copied('7,1,0.5')), { findings })), [[2, 7, 1, 0.5]])
  assert.deepEqual(await rowsOf(readBound(writeBound(copied('1,2,0.25')), { findings })), [[2, 1, 2, 0.25]])
  assert.deepEqual(findings.list(), [])
})

const names: readonly [name: string, commas: boolean, written: string | undefined][] = [
  ['Eel grass', false, 'id,spf,name\n7,1,Eel grass\n'],
  ['"Eel, grass"', true, 'id\tspf\tname\n7\t1\tEel, grass\n'],
  ["Île d'Yeu; 50 %", false, "id,spf,name\n7,1,Île d'Yeu; 50 %\n"],
  ['"Eel, grass"', false, undefined],
  ['"Eel\tgrass"', true, undefined],
  ['"5"" pipes"', false, undefined],
]
for (const [name, commas, written] of names)
  test(`spec.dat has no quotation marks: ${JSON.stringify(name)}, ${commas ? 'tabs' : 'commas'}`, async () => {
    const content = { anyProp: false, anyTarget: false, optional: [], commas }
    for (const size of [1, 3, 100]) {
      // In bytes: a letter may come in two parts.
      const bytes = Buffer.from(`id,spf,name\n7,1,${name}\n`)
      const parts = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
        bytes.subarray(at * size, (at + 1) * size),
      )
      const text = buffer(writeSpec(chunks(...parts), content))
      if (written === undefined) await assert.rejects(text, /column name cannot be written without quotation/)
      else assert.equal((await text).toString(), written)
    }
  })

test('spec.dat: the last row counts without the end of its line too', async () => {
  const content = { anyProp: false, anyTarget: false, optional: [], commas: false }
  const text = await buffer(writeSpec(csv('id,spf,name\n7,1,Eel\n8,1,Reef'), content))
  assert.equal(text.toString(), 'id,spf,name\n7,1,Eel\n8,1,Reef\n')
})

test('results', async () => {
  const findings = new FindingCollector()
  const [summary] = await readSummaries(file('a_sum.csv', writeSummary(copied('1,10,9,2,0,1,1,0,0.5'))), {
    findings,
  })
  assert.deepEqual([summary?.run, summary?.score, summary?.planningUnits, summary?.mpm], [1, 10, 2, 0.5])
  const features = writeFeatureResults(copied('7,Eel grass,3,2,0,1,0,0,no,0.5'))
  const names = new Map([[7, 'Eel grass']])
  const [feature] = await readFeatureResults(file('a_mv00001.csv', features), names, { findings })
  assert.deepEqual([feature?.feature, feature?.amount, feature?.targetMet], [7, 2, false])
  const selected: unknown[] = []
  const matrix = writeSolutionsMatrix(csv('unit\nP3\nP1\nP2\n'), [
    { run: 1, selected: csv('s\n1\n0\n1\n') },
    { run: 2, selected: csv('s\n0\n0\n0\n') },
  ])
  const runs = { matrix: file('a_solutionsmatrix.csv', matrix), solutions: new Map() }
  for await (const one of readSolutions(runs, units, { findings })) selected.push([one.run, ...one.selected])
  const single = {
    solutions: new Map([[4, file('a_r00004.csv', writeSolution(copied('3,0', '1,1', '2,0')))]]),
  }
  for await (const one of readSolutions(single, units, { findings }))
    selected.push([one.run, ...one.selected])
  assert.deepEqual(selected, [[1, 0, 2], [2], [4, 1]])
  assert.deepEqual(findings.list(), [])
})

test('input.dat, with any parameters that are stored', () =>
  fc.assert(
    fc.asyncProperty(
      fc.dictionary(fc.constantFrom(...parameterNames), fc.oneof(fc.double(), fc.integer(), fc.string())),
      async (stored) => {
        const changed = new Set<string>()
        const written = writtenParameters(stored, ({ key }) => changed.add(key))
        const findings = new FindingCollector()
        const read = await readInputDat(writeInputDat(written, { boundaries: true }), { findings })
        assert.deepEqual(read.parameters, withoutSignOfZero(written))
        for (const key of parameterNames)
          if (!changed.has(key)) assert.equal(written[key], stored[key] ?? parameters[key].default)
        assert.deepEqual(read.files.BOUNDNAME, 'bound.dat')
        // Of annealing: what one parameter says of another is an error, or a warning.
        assert.deepEqual(
          findings.list().filter(({ column }) => column !== 'COOLFAC'),
          [],
        )
      },
    ),
    { examples: [[{ BLM: -0 }], [{ NUMITNS: 10, NUMTEMP: 20 }], [{ PROP: 2, RUNMODE: 'x' }]] },
  ))

test('the bytes of a solutions matrix, however its cells come', async () => {
  for (const size of [1, 2, 3, 100]) {
    const runs = [{ run: 1, selected: csv('s\n1\n0\n', size) }]
    const bytes = await buffer(writeSolutionsMatrix(csv('unit\nP3\nP1\n', size), runs))
    assert.equal(bytes.toString(), 'SolutionsMatrix,P3,P1\nS1,1,0\n')
  }
})

test('the bytes of input.dat', async () => {
  const text = (
    await buffer(
      writeInputDat(
        writtenParameters({}, () => {}),
        { boundaries: false },
      ),
    )
  ).toString()
  assert.match(text, /^Marxan input file, written by Piecework\n\nGeneral parameters\nBLM 1\nPROP 0\.5\n/)
  assert.match(
    text,
    /\n\nInput files\nINPUTDIR input\nPUNAME pu\.dat\nSPECNAME spec\.dat\nPUVSPRNAME puvspr\.dat\n\n/,
  )
  assert.match(text, /\nSave files\nSCENNAME output\nOUTPUTDIR output\nSAVERUN 3\n/)
  assert.doesNotMatch(text, /BOUNDNAME/)
})

test.run()
