import assert from 'node:assert/strict'
import { puvsprValidator } from '@piecework/pieces-legacy'
import fc from 'fast-check'
import { suite } from 'uvu'
import { grid, told, uploads, validate } from './support.js'

const test = suite('puvspr.dat and the other files')

const spec = 'id,target,name\n1,10,a\n2,0.5,b\n'
const pu = 'id\n1\n2\n3\n'

interface Files {
  readonly spec?: string
  readonly pu?: string
  readonly puvspr: string
  readonly ids?: readonly number[]
  readonly noGrid?: true
}

function run(files: Files) {
  const entries = uploads({
    'spec.dat': files.spec ?? spec,
    'pu.dat': files.pu ?? pu,
    'puvspr.dat': `species,pu,amount\n${files.puvspr}`,
  })
  const gridIds = files.noGrid ? grid() : grid(files.ids ?? [1, 2, 3])
  return { entries, findings: validate(puvsprValidator({ gridIds }), entries) }
}

const rows = '1,1,6\n2,3,1\n1,2,6\n'

const cases: Record<string, [files: Files, told: string[]]> = {
  'all is well': [{ puvspr: rows }, []],
  'a feature that spec.dat does not have': [
    { puvspr: `${rows}9,1,1\n` },
    ['! feature-unknown puvspr.dat 5 species'],
  ],
  'units that pu.dat does not have': [
    { puvspr: `${rows}1,8,1\n2,8,1\n2,9,1\n`, ids: [1, 2, 3, 8, 9] },
    ['? unit-unknown puvspr.dat pu ×3'],
  ],
  'a unit without geometry': [
    { puvspr: `${rows}1,3,1\n`, ids: [1, 2] },
    [
      '? unit-unknown puvspr.dat pu ×2',
      '? feature-without-rows spec.dat 3 id',
      '! target-of-nothing spec.dat 3 target',
    ],
  ],
  'a pair twice': [{ puvspr: `${rows}1,1,6\n` }, ['! amount-duplicate puvspr.dat 5']],
  'a feature without rows': [
    { spec: `${spec.replace('target', 'prop').replace('10', '0.1')}`, puvspr: '1,1,1\n' },
    ['? feature-without-rows spec.dat 3 id'],
  ],
  'a target of nothing': [{ puvspr: '1,1,20\n2,1,0\n' }, ['! target-of-nothing spec.dat 3 target']],
  'a target above the sum': [{ puvspr: '1,1,4\n2,1,1\n1,2,5\n' }, ['? target-too-large spec.dat 2 target']],
  'a target that is the sum': [{ puvspr: '1,1,4\n2,1,1\n1,2,6\n' }, []],
  'rows that are skipped do not count': [
    { puvspr: '1,1,4\n2,1,1\n1,9,6\n' },
    ['? unit-unknown puvspr.dat pu ×1', '? target-too-large spec.dat 2 target'],
  ],
  'errors in the table itself': [{ puvspr: '1,1,x\n2,1,1\n' }, ['! number-invalid puvspr.dat 2 amount']],
  'a feature whose row has an error is known': [{ spec: 'id,prop,name\n1,7,a\n2,0.5,b\n', puvspr: rows }, []],
  'spec.dat cannot be read': [{ spec: '', puvspr: rows }, []],
  'pu.dat cannot be read': [{ pu: '', puvspr: `${rows}1,9,1\n` }, ['? unit-unknown puvspr.dat pu ×1']],
  'the grid cannot be read': [
    { noGrid: true, puvspr: `${rows}1,9,1\n` },
    ['? unit-unknown puvspr.dat pu ×1'],
  ],
}

for (const [name, [files, expected]] of Object.entries(cases))
  test(name, async () => assert.deepEqual(told(await run(files).findings), expected))

test('puvspr.dat is read once', async () => {
  const { entries, findings } = run({ puvspr: rows })
  await findings
  assert.equal(entries.opened['puvspr.dat'], 1)
})

test('exactly the pairs that come again are duplicates', async () => {
  const pair = fc.tuple(
    fc.nat(3),
    fc.oneof(fc.nat(20), fc.integer({ min: 65_530, max: 65_545 }), fc.nat(200_000)),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(pair, { minLength: 1, maxLength: 60 }), async (pairs) => {
      const seen = new Set<string>()
      const again = pairs.flatMap((key, at) => {
        const known = seen.has(key.join())
        seen.add(key.join())
        return known ? [`! amount-duplicate puvspr.dat ${at + 2}`] : []
      })
      const units = [...new Set(pairs.map(([, unit]) => unit))]
      const findings = await run({
        spec: 'id,prop,name\n0,1,a\n1,1,b\n2,1,c\n3,1,d\n',
        pu: `id\n${units.join('\n')}\n`,
        ids: units,
        puvspr: pairs.map((key) => `${key.join()},1\n`).join(''),
      }).findings
      assert.deepEqual(
        told(findings).filter((text) => text.startsWith('!')),
        again,
      )
    }),
    { numRuns: 200 },
  )
})

test('a duplicate is found among many, whatever the order', async () => {
  const count = 100_000
  const units = Array.from({ length: count }, (_, at) => at)
  const shuffled = units.map((at) => (at * 48_271) % count)
  const findings = await run({
    spec: 'id,prop,name\n1,1,a\n',
    pu: `id\n${units.join('\n')}\n`,
    ids: units,
    puvspr: `${shuffled.map((unit) => `1,${unit},1\n`).join('')}1,${shuffled[5]},1\n1,${shuffled[99_990]},1\n`,
  }).findings
  assert.deepEqual(
    told(findings),
    [2, 3].map((line) => `! amount-duplicate puvspr.dat ${count + line}`),
  )
})

test.run()
