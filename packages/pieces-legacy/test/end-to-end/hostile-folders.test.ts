import assert from 'node:assert/strict'
import type { ImportRequest, UploadSource } from '@piecework/core'
import type { Finding } from '@piecework/core/piece'
import { needsServer } from '@piecework/test-support'
import { shapefileParts, squares, zippedParts } from '@piecework/test-support/fixtures/shapefile-of.js'
import { zipOf } from '@piecework/test-support/fixtures/zip-of.js'
import { suite } from 'uvu'
import { smallProject } from '../importers/small-project.js'
import { bytes } from '../importers/uploads.js'
import { mallory } from './support/attacks.js'
import { assertQuiet, contentsOf } from './support/contents.js'
import { type Host, type HostDatabase, hostDatabase, hostOn } from './support/host.js'
import { errorsOf, refused, spotOf } from './support/refused.js'

const test = needsServer(suite('import: hostile Marxan folders'))
let db: HostDatabase
let host: Host

test.before(async () => {
  db = await hostDatabase()
  host = await hostOn(db)
})
test.after(async () => {
  await host.stop()
  await db.drop()
})

const roles = ['planning-grid', 'input.dat', 'pu.dat', 'spec.dat', 'puvspr.dat']
const asked = (uploads: Readonly<Record<string, UploadSource>>): ImportRequest => ({
  format: 'legacy-marxan',
  uploads,
  principal: mallory,
  name: 'Hostile',
})

for (const role of roles) {
  test(`without ${role} the folder is refused at once`, async () => {
    const { [role]: _, ...others } = smallProject()
    const { code, message } = await refused(host, asked(others))
    assert.equal(code, 'input-incomplete')
    assert.equal(message, `These files are missing: ${role}.`)
  })
}

test('a folder of nothing is refused at once with all that is missing', async () => {
  const { code, message } = await refused(host, asked({}))
  assert.equal(code, 'input-incomplete')
  assert.equal(message, `These files are missing: ${roles.join(', ')}.`)
})

const grid = shapefileParts(squares([1, 2, 3, 4]))
const longLine = `${'9'.repeat(5_000_000)},1\n`

interface Case {
  readonly files: Readonly<Record<string, string | Uint8Array | UploadSource>>
  /** Errors, as `file:line column code`. */
  readonly finds: readonly string[]
}

const cases: Readonly<Record<string, Case>> = {
  'an unknown coordinate system': {
    files: { 'planning-grid': zipOf(zippedParts({ ...grid, prj: Buffer.from('PROJCS["Middle Earth"]') })) },
    finds: ['planning-grid legacy/grid-crs'],
  },
  'no coordinate system': {
    files: { 'planning-grid': zipOf(zippedParts({ shp: grid.shp, shx: grid.shx, dbf: grid.dbf })) },
    finds: ['planning-grid legacy/grid-missing-part'],
  },
  'an id attribute that is not there': {
    files: { 'planning-grid': { ...bytes(zipOf(zippedParts(grid))), metadata: { idAttribute: "'; --" } } },
    finds: ['planning-grid legacy/grid-id-attribute'],
  },
  'a grid that is no zip': {
    files: { 'planning-grid': 'PK but not really' },
    finds: ['planning-grid legacy/grid-zip'],
  },
  'a grid zip that is cut off': {
    files: { 'planning-grid': zipOf(zippedParts(grid)).subarray(0, 400) },
    finds: ['planning-grid legacy/grid-zip'],
  },
  'an encrypted grid': {
    files: {
      'planning-grid': zipOf(zippedParts(grid).map((entry) => ({ ...entry, encrypted: true as const }))),
    },
    finds: ['planning-grid legacy/grid-encrypted'],
  },
  'a grid whose path climbs': {
    files: { 'planning-grid': zipOf(zippedParts(grid, '../../grid')) },
    finds: ['planning-grid legacy/grid-path'],
  },
  'shapes that are garbage': {
    files: {
      'planning-grid': zipOf(
        zippedParts({ ...grid, shp: Buffer.concat([grid.shp.subarray(0, 100), Buffer.alloc(400, 0xee)]) }),
      ),
    },
    finds: ['planning-grid legacy/grid-shp'],
  },
  'a line of five megabytes': {
    files: { 'pu.dat': `id,cost\n1,1\n${longLine}` },
    finds: ['pu.dat:3 legacy/line-too-long'],
  },
  'NUL bytes': {
    files: { 'pu.dat': Buffer.from('id,cost\n1,1\n2,\0\n') },
    finds: ['pu.dat:3 legacy/binary'],
  },
  'a number that overflows': {
    files: { 'pu.dat': 'id,cost\n1,1\n2,1e999\n3,1\n4,1\n' },
    finds: ['pu.dat:3 cost legacy/number-too-large'],
  },
  'an id that overflows': {
    files: { 'spec.dat': 'id,prop\n7,0.3\n99999999999,0.1\n8,0.1\n' },
    finds: ['spec.dat:3 id legacy/out-of-range'],
  },
  'ids twice': {
    files: { 'pu.dat': 'id,cost\n1,1\n2,1\n3,1\n4,1\n2,1\n' },
    finds: ['pu.dat:6 id legacy/id-duplicate'],
  },
  'a statement for an id': {
    files: { 'pu.dat': "id,cost\n1,1\n2'); DROP TABLE planning.projects; --,1\n" },
    finds: ['pu.dat:3 id legacy/number-invalid'],
  },
  'a feature that is not in spec.dat': {
    files: { 'puvspr.dat': 'species,pu,amount\n7,1,0.1\n999,1,5\n' },
    finds: ['puvspr.dat:3 species legacy/feature-unknown'],
  },
}

for (const [name, { files, finds }] of Object.entries(cases)) {
  test(`refused with file and line, and nothing left behind: ${name}`, async () => {
    const request = () => ({
      ...smallProject(),
      ...Object.fromEntries(
        Object.entries(files).map(([role, file]) => [
          role,
          typeof file === 'string' || file instanceof Uint8Array ? bytes(file) : file,
        ]),
      ),
    })
    const { code, findings } = await refused(host, asked(request()))
    assert.equal(code, 'validation-failed', JSON.stringify(findings))
    const spots = new Set(errorsOf(findings).map(spotOf))
    for (const spot of finds) assert.ok(spots.has(spot), `${spot} is not among ${[...spots].join('; ')}`)
    for (const { message } of findings) assert.ok(message.length < 600, message.slice(0, 700))
  })
}

test('bytes that are not UTF-8 are read as what they were probably meant to be, with a warning', async () => {
  const spec = Buffer.from('id,prop,name\n7,0.3,Alg\xe8ria\n8,0.1,b\n0,0.1,c\n', 'latin1')
  const job = await host.piecework.import(asked({ ...smallProject(), 'spec.dat': bytes(spec) }))
  const { job: end, findings } = await job.ended()
  assert.equal(end.status, 'succeeded', JSON.stringify(findings))
  assert.ok(findings.some(({ code, file }) => code === 'legacy/text-encoding' && file === 'spec.dat'))
  const { rows } = await host.database.query<{ name: string }>(
    'SELECT name FROM planning.features WHERE project_id = $1 AND name LIKE $2',
    [end.result.resource?.id, 'Alg%'],
  )
  assert.deepEqual(rows, [{ name: 'Algèria' }])
})

test('all problems at once: all problems of all files come in one report, and validate finds the same', async () => {
  const wrong = () => ({
    ...smallProject({
      'input.dat': 'BLM x\n',
      'pu.dat': 'id,cost\n1,x\n1,1\n',
      'spec.dat': 'id,prop\n7,oops\n7,0.1\n',
      'puvspr.dat': 'species,pu,amount\n7,1,-\n',
    }),
    'planning-grid': bytes('no zip'),
  })
  const { findings } = await refused(host, asked(wrong()))
  assert.deepEqual([...new Set(errorsOf(findings).map(({ file }) => file))].sort(), [
    'input.dat',
    'planning-grid',
    'pu.dat',
    'puvspr.dat',
    'spec.dat',
  ])
  const before = await contentsOf(host)
  const checked = await (await host.piecework.validate(asked(wrong()))).ended()
  const told = (list: readonly Finding[]) => list.map((finding) => JSON.stringify(finding)).sort()
  assert.deepEqual(told(checked.findings), told(findings))
  assert.deepEqual(await contentsOf(host), before)
  await assertQuiet(host)
})

test.run()
