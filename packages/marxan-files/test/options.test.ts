import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { entriesOf, FindingCollector, isPieceworkError } from '@piecework/core/piece'
import * as marxan from '@piecework/marxan-files'
import { optionTests } from '@piecework/test-support'
import { chunks } from '@piecework/test-support/fixtures/chunks.js'
import { openShapefile, ShapefileWriter, shapefileZip } from '@piecework/vector-files'
import { suite } from 'uvu'

const test = suite('options: files of Marxan, and vector files')

let dir: string
test.before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'piecework-options-'))
  const input = 'PUNAME pu.dat\nSPECNAME spec.dat\nPUVSPRNAME puvspr.dat\n'
  for (const [name, text] of Object.entries({ 'input.dat': input, 'pu.dat': 'id\n', 'spec.dat': 'id\n' }))
    await writeFile(join(dir, name), text)
})
test.after(() => rm(dir, { recursive: true, force: true }))

const findings = new FindingCollector()
const { signal } = new AbortController()
const entries = entriesOf([])
const file = { name: 'a.csv', size: 0, compressedSize: 0, open: () => chunks('') }
const ids = { size: 0, indexOf: () => -1, id: () => 0 } as never
const wrongReading = { findings: [undefined, {}, []], signal: [{}, 7] }
const shapeLimits = { entries: 5, partBytes: 100, textBytes: 100, shapeBytes: 100, shapeWork: 100 }

/** What the input lacks is no concern of these tests. */
async function tolerant(work: Promise<unknown>): Promise<void> {
  await work.catch((error: unknown) => {
    if (isPieceworkError(error, 'options-invalid') || !isPieceworkError(error)) throw error
  })
}

optionTests(test, [
  ...[marxan.readPu, marxan.readBound, marxan.readPuvspr, marxan.readSpec].map((read) => ({
    name: `${read.name}()`,
    options: () => ({ file: 'a.dat', findings, signal }),
    call: async (options: never) => {
      for await (const _ of read(chunks('id\n'), options));
    },
    opaque: ['findings', 'signal'],
    wrong: { ...wrongReading, file: ['', 7] },
  })),
  {
    name: 'readSpec() with names',
    options: () => ({ findings, names: 'required' }),
    call: async (options) => {
      for await (const _ of marxan.readSpec(chunks('id\n'), options));
    },
    opaque: ['findings'],
    wrong: { names: ['optional', true] },
  },
  {
    name: 'readInputDat()',
    options: () => ({ file: 'input.dat', findings, signal }),
    call: (options) => marxan.readInputDat(chunks('BLM 1\n'), options),
    opaque: ['findings', 'signal'],
    wrong: wrongReading,
  },
  {
    name: 'writeInputDat()',
    options: () => ({ boundaries: true }),
    call: (options) =>
      marxan
        .writeInputDat(
          marxan.writtenParameters({}, () => undefined),
          options,
        )
        .next(),
    wrong: { boundaries: [undefined, 'yes', 1] },
  },
  {
    name: 'readSummaries()',
    options: () => ({ findings, signal, most: 5 }),
    call: (options) => marxan.readSummaries(file, options),
    opaque: ['findings', 'signal'],
    wrong: { ...wrongReading, most: [0, -1, '5'] },
  },
  {
    name: 'readFeatureResults()',
    options: () => ({ findings, signal }),
    call: (options) => marxan.readFeatureResults(file, new Map() as never, options),
    opaque: ['findings', 'signal'],
    wrong: wrongReading,
  },
  {
    name: 'readSolutions()',
    options: () => ({ findings, signal, leftover: () => {} }),
    call: (options) => marxan.readSolutions({ solutions: new Map() } as never, ids, options).next(),
    opaque: ['findings', 'signal', 'leftover'],
    wrong: { ...wrongReading, leftover: [true] },
  },
  {
    name: 'readSolutionFile()',
    options: () => ({ findings, signal }),
    call: (options) => marxan.readSolutionFile(file, ids, new marxan.UnitSet(0), options),
    opaque: ['findings', 'signal'],
    wrong: wrongReading,
  },
  {
    name: 'readUnitTable()',
    options: () => ({ findings, signal, units: ids, value: 'number', idAlone: true }),
    call: (options) => marxan.readUnitTable(file, options, () => undefined),
    opaque: ['findings', 'signal', 'units'],
    wrong: { ...wrongReading, units: [undefined], value: ['', undefined], idAlone: ['yes'] },
  },
  {
    name: 'openOutput()',
    options: () => ({
      findings,
      signal,
      limits: { entries: 5, fileBytes: 100, totalBytes: 100, summaryBytes: 100, runs: 5 },
    }),
    call: (options) => tolerant(marxan.openOutput(entries, options)),
    opaque: ['findings', 'signal'],
    wrong: { ...wrongReading, limits: [7], 'limits.runs': [0, Number.NaN, '5'] },
  },
  {
    name: 'openGrid()',
    options: () => ({ signal, limits: { ...shapeLimits } }),
    call: (options) => tolerant(marxan.openGrid(entries, options)),
    opaque: ['signal'],
    wrong: { signal: [{}], 'limits.entries': [0, -1, Number.NaN] },
  },
  {
    name: 'gridIds()',
    options: () => ({ signal, limits: { ...shapeLimits } }),
    call: (options) => tolerant(marxan.gridIds(entries, options)[Symbol.asyncIterator]().next()),
    opaque: ['signal'],
    wrong: { signal: [{}] },
  },
  {
    name: 'openShapefile()',
    options: () => ({ signal, limits: { ...shapeLimits } }),
    call: (options) =>
      tolerant(openShapefile(entries, marxan.planningGrid, async () => assert.fail('read'), options)),
    opaque: ['signal'],
    wrong: { signal: [{}], 'limits.shapeWork': [0, -1] },
  },
  {
    name: 'shapefileZip()',
    options: () => ({ signal, maxFileBytes: 100 }),
    call: (options) => shapefileZip({} as never, options).next(),
    opaque: ['signal'],
    refusalsOnly: true,
    wrong: { signal: [{}], maxFileBytes: [0, -1, '5'] },
  },
  {
    name: 'ShapefileWriter()',
    options: () => ({ signal, maxFileBytes: 100 }),
    call: async (options) => void new ShapefileWriter({} as never, options),
    opaque: ['signal'],
    refusalsOnly: true,
    wrong: { signal: [{}], maxFileBytes: [0, -1, '5'] },
  },
  {
    name: 'findMarxanFiles()',
    options: () => ({ input: 'input.dat', idAttribute: 'FID' }),
    call: (options) => tolerant(marxan.findMarxanFiles(dir, options)),
    wrong: { input: ['', 7], idAttribute: ['', 7] },
  },
  {
    name: 'searchFolder()',
    options: () => ({ input: 'input.dat', idAttribute: 'FID', given: { 'pu.dat': '/a' } }),
    call: (options) => tolerant(marxan.searchFolder(dir, options)),
    free: ['given'],
    wrong: { input: ['', 7], given: ['pu.dat', { 'pu.dat': 7 }] },
  },
  {
    name: 'marxanUploads()',
    options: () => ({ metadata: { 'planning-grid': { idAttribute: 'FID' } }, output: false, signal }),
    call: (options) => {
      const grid = { kind: 'zip' as const, path: '/grid.zip' }
      const found = { input: '/i', pu: '/p', spec: '/s', puvspr: '/v', grid, findings: [] }
      return marxan.marxanUploads(found, options)
    },
    free: ['metadata.planning-grid'],
    opaque: ['signal'],
    wrong: { metadata: ['FID', { 'planning-grid': 'FID' }], output: ['yes', 1], signal: [{}] },
  },
])

test('metadata of a role that does not exist is refused with the role that was meant', async () => {
  const wrong = { metadata: { 'planing-grid': {} } } as never
  await assert.rejects(
    marxan.marxanUploads({} as never, wrong),
    /did you mean "metadata\['planning-grid'\]"\?/,
  )
})

test('a folder is a path', async () => {
  for (const wrong of ['', undefined, { dir }])
    await assert.rejects(marxan.findMarxanFiles(wrong as never), (error) =>
      isPieceworkError(error, 'options-invalid'),
    )
})

test('each function that takes options is tried', () => {
  const tried =
    'readPu readBound readPuvspr readSpec readInputDat writeInputDat readSummaries readFeatureResults readSolutions readSolutionFile readUnitTable openOutput openGrid gridIds findMarxanFiles searchFolder marxanUploads'
  const functions = Object.entries(marxan).flatMap(([name, value]) =>
    typeof value === 'function' && !/^[A-Z]/.test(name) ? [name] : [],
  )
  const others = functions.filter((name) => !tried.split(' ').includes(name)).sort()
  assert.deepEqual(
    others,
    'assertFolder bestAttribute currentRuns describeId featureNames fileEntry fittingAttributes idAttribute isGridError isOutputError isWhole metadataFix pluralize randomFactor rankingText resultFileName resultFiles resultName shapefileParts specColumns tableIds writeBound writeFeatureResults writeFrequency writePu writePuvspr writeSolution writeSolutionsMatrix writeSpec writeSummary writtenParameters'.split(
      ' ',
    ),
  )
})

test.run()
