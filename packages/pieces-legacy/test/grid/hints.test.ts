import assert from 'node:assert/strict'
import { entriesOf, type NewFinding } from '@piecework/core/piece'
import {
  type Column,
  shapefileParts,
  squares,
  wgs84,
  zippedParts,
} from '@piecework/test-support/fixtures/shapefile-of.js'
import { type ZipEntry, zipOf } from '@piecework/test-support/fixtures/zip-of.js'
import { suite } from 'uvu'
import { planningGridValidator } from '#internal/planning-grid/planning-grid-validator.js'
import { withHints } from '#internal/what-to-change.js'
import { validate } from '../validators/support.js'

/** Each hint about a planning grid is followed: what it says is done to the upload, and then nothing is told of it. */
const test = suite('hints about the planning grid that are followed')

interface Upload {
  readonly files: readonly ZipEntry[]
  readonly metadata?: Readonly<Record<string, unknown>>
}

/** No shape of these is doubtful. */
const validator = planningGridValidator({ checks: { invalidShapes: async () => [] } })

function findingsOf({ files, metadata }: Upload): Promise<readonly NewFinding[]> {
  const uploads = { 'planning-grid': zipOf(files), 'pu.dat': Buffer.from('id,cost\n1,10\n2,20\n3,30\n') }
  const entries = Object.entries(uploads).map(([path, bytes]) => ({
    path,
    facts: { size: bytes.length, ...(path === 'planning-grid' && metadata && { metadata }) },
    open: async function* ({ start, end } = { start: 0, end: bytes.length }) {
      yield bytes.subarray(start, end)
    },
  }))
  return validate(withHints(validator), entriesOf(entries))
}

const parts = shapefileParts(squares([1, 2, 3]))
const files = zippedParts(parts)
const without = (extension: string) => files.filter(({ name }) => !name.endsWith(extension))
const renamed = (name: (old: string) => string) => files.map((file) => ({ ...file, name: name(file.name) }))
const whole: Upload = { files }

const datum = wgs84
  .replace('WGS_1984",6378137.0,298.257223563', 'Clarke_1866",6378206.4,294.9786982')
  .replaceAll('WGS_1984', 'North_American_1927')
const lengths = `PROJCS["UTM",${wgs84},PROJECTION["Transverse_Mercator"],PARAMETER["False_Easting",500000],PARAMETER["False_Northing",0],PARAMETER["Central_Meridian",3],PARAMETER["Scale_Factor",0.9996],PARAMETER["Latitude_Of_Origin",0],UNIT["Meter",1]]`
const prj = (text: string): Upload => {
  const shp = Buffer.from(parts.shp)
  for (const [at, bound] of [0, 0, 3, 1].entries()) shp.writeDoubleLE(bound, 36 + 8 * at)
  return { files: zippedParts({ ...parts, shp, prj: Buffer.from(text) }) }
}

/** A grid whose records have these values, by attribute. */
function attributes(values: Readonly<Record<string, readonly (string | number)[]>>): Upload {
  const columns = Object.keys(values).map((name): Column => ({ name, type: 'N', length: 10 }))
  const features = squares([1, 2, 3]).map((unit, at) => ({
    ...unit,
    values: Object.values(values).map((column) => String(column[at])),
  }))
  return { files: zippedParts(shapefileParts(features, { columns })) }
}

interface Followed {
  readonly upload: Upload
  readonly code: string
  readonly says: RegExp
  readonly mended: (hint: RegExpExecArray, upload: Upload) => readonly Upload[]
}

const unfit = /^Give each planning unit its id of pu\.dat in an attribute (puid), or take the layer/
const given = ([, name = '']: RegExpExecArray) => [attributes({ [name]: [1, 2, 3] })]

const hints: Readonly<Record<string, Followed>> = {
  ...Object.fromEntries(
    ['.shp', '.shx', '.dbf'].map((extension) => [
      `no ${extension}`,
      {
        upload: { files: without(extension) },
        code: 'missing-part',
        says: /^Copy all parts of the shapefile: \.shp, \.shx, \.dbf and \.prj\.$/,
        mended: () => [whole],
      } satisfies Followed,
    ]),
  ),
  'a record that is deleted': {
    upload: {
      files: zippedParts(
        shapefileParts([
          ...squares([1, 2, 3]),
          ...squares([4]).map((unit) => ({ ...unit, deleted: true as const })),
        ]),
      ),
    },
    code: 'deleted',
    says: /take the mark away in a GIS; in any case export the layer again without records that are deleted\.$/,
    mended: () => [whole],
  },
  'ids that are texts': {
    upload: {
      files: zippedParts(
        shapefileParts(
          squares([1, 2, 3]).map((unit) => unit),
          { columns: [{ name: 'puid', type: 'C', length: 10 }] },
        ),
      ),
    },
    code: 'id-text',
    says: /^In a GIS, make the attribute one of whole numbers\.$/,
    mended: () => [whole],
  },
  'no .prj': {
    upload: { files: without('.prj') },
    code: 'missing-part',
    says: /^Copy the \.prj file that came with it\./,
    mended: () => [whole],
  },
  'two layers': {
    upload: { files: [...files, ...zippedParts(parts, 'other')] },
    code: 'two-layers',
    says: /^Leave the one that is meant in the zip, and take the others out\.$/,
    mended: () => [whole, { files: zippedParts(parts, 'other') }],
  },
  'a folder in a folder': {
    upload: { files: renamed((name) => `a/b/${name}`) },
    code: 'folder',
    says: /^Put it into the root of the zip or into one folder\.$/,
    mended: () => [whole, { files: renamed((name) => `a/${name}`) }],
  },
  'another datum': {
    upload: prj(datum),
    code: 'datum',
    says: /reproject it to WGS 84 \(EPSG:4326\)/,
    mended: () => [whole],
  },
  'degrees under a definition of lengths': {
    upload: prj(lengths),
    code: 'crs-unlikely',
    says: /^If they are degrees, take the \.prj file that came with them/,
    mended: () => [prj(wgs84)],
  },
  'an attribute that fits best': {
    upload: attributes({ FID: [0, 1, 2], unit: [1, 2, 3] }),
    code: 'id-attribute',
    says: /^In a GIS, give the attribute with the ids of pu\.dat the name (puid), or name it with the upload: (\{.*\})\.$/,
    mended: ([, name = '', metadata = ''], upload) => [
      attributes({ FID: [0, 1, 2], [name]: [1, 2, 3] }),
      { ...upload, metadata: JSON.parse(metadata) },
    ],
  },
  'no attribute whose values are in pu.dat': {
    upload: attributes({ FID: [70, 80, 90] }),
    code: 'id-attribute',
    says: unfit,
    mended: given,
  },
  'an id that comes again': {
    upload: attributes({ puid: [1, 2, 2] }),
    code: 'id-duplicate',
    says: /^In a GIS, give each planning unit of the shapefile the id of its row in pu\.dat: a whole number/,
    mended: () => [attributes({ puid: [1, 2, 3] })],
  },
  'a shape without an area': {
    upload: { files: zippedParts(shapefileParts([...squares([1, 2]), { rings: undefined, values: ['3'] }])) },
    code: 'shape-none',
    says: /^Mend the shape in a GIS \(in QGIS: Fix geometries\), or take the shapefile again/,
    mended: () => [whole],
  },
  'a file that is cut short': {
    upload: { files: zippedParts({ ...parts, shp: parts.shp.subarray(0, 90) }) },
    code: 'shp',
    says: /^Export the layer again from a GIS as an ESRI Shapefile, and send all of its files/,
    mended: () => [whole],
  },
  'no attribute with unique integers': {
    upload: attributes({ zone: [1, 1, 2] }),
    code: 'id-attribute',
    says: unfit,
    mended: given,
  },
}

for (const [what, { upload, code, says, mended }] of Object.entries(hints))
  test(what, async () => {
    const [finding, ...others] = await findingsOf(upload)
    assert.deepEqual(others, [])
    assert.equal(finding?.code, `legacy/grid-${code}`)
    const hint = says.exec(finding.hint ?? '')
    assert.ok(hint, `${says} is not ${finding.hint}`)
    for (const one of mended(hint, upload)) assert.deepEqual(await findingsOf(one), [])
  })

test.run()
