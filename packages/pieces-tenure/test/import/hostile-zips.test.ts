import assert from 'node:assert/strict'
import { needsServer } from '@piecework/test-support'
import { type ZipEntry, zipOf } from '@piecework/test-support/fixtures/zip-of.js'
import { suite } from 'uvu'
import { imported } from '../support/imported-files.js'
import { type TenureHost, tenureHost } from '../support/tenure-host.js'

const test = needsServer(suite('imports of hostile zips'))
let host: TenureHost
test.before(async () => {
  host = await tenureHost()
})
test.after(() => host.close())

const file = (name: string, text: string, more: Partial<ZipEntry> = {}): ZipEntry => ({
  name,
  bytes: Buffer.from(text),
  ...more,
})
const locations = 'id,type,area,geometry\na,PA,,\n'
const parties = 'id,name,type\n'
const good = [
  file('locations.csv', locations),
  file('relationships.csv', 'id,party_id,spatial_unit_id,tenure_type\n'),
]
const last = file('parties.csv', parties)

/** Of each zip: the codes of its errors. */
const cases: Readonly<Record<string, readonly [zip: Buffer, codes: readonly string[]]>> = {
  'a name with ..': [zipOf([...good, last, file('../evil.csv', '')]), ['tenure/zip-invalid']],
  'a name with .. in the middle': [zipOf([...good, last, file('a/../../b', '')]), ['tenure/zip-invalid']],
  'an absolute name': [zipOf([...good, last, file('/etc/passwd', '')]), ['tenure/zip-invalid']],
  'a name with a drive': [zipOf([...good, last, file('C:/evil.csv', '')]), ['tenure/zip-invalid']],
  '.. behind a backslash': [zipOf([...good, last, file('a\\..\\..\\b', '')]), ['tenure/zip-invalid']],
  'a NUL in a name': [zipOf([...good, last, file('a\0.csv', '')]), ['tenure/zip-invalid']],
  'a name twice': [zipOf([...good, last, last]), ['tenure/zip-invalid']],
  'names that differ in case': [zipOf([...good, last, file('PARTIES.CSV', parties)]), ['tenure/zip-invalid']],
  'an encrypted file': [
    zipOf([...good, file('parties.csv', parties, { encrypted: true })]),
    ['tenure/zip-invalid'],
  ],
  'a method that is not deflate': [
    zipOf([...good, file('parties.csv', parties, { method: 12 })]),
    ['tenure/zip-invalid'],
  ],
  'fewer bytes than stated': [
    zipOf([...good, file('parties.csv', parties, { statedSize: 999 })]),
    ['tenure/zip-invalid'],
  ],
  'more bytes than stated': [
    zipOf([...good, file('parties.csv', parties, { statedSize: 3 })]),
    ['tenure/zip-invalid'],
  ],
  'another checksum': [
    zipOf([...good, file('parties.csv', parties, { statedCrc: 7 })]),
    ['tenure/zip-invalid'],
  ],
  'entries that overlap': [overlapping(zipOf([...good, last])), ['tenure/zip-invalid']],
  'a zip that was cut': [zipOf([...good, last]).subarray(0, -30), ['tenure/zip-invalid']],
  'a file and a folder of one name': [zipOf([...good, last, file('parties.csv/x', '')]), []],
  'folders of Windows': [
    zipOf([...good, last].map(({ name, bytes }) => ({ name: `export\\${name}`, bytes }))),
    [],
  ],
}

/** The last entry of the directory begins where the first one does. */
function overlapping(zip: Buffer): Buffer {
  const at = zip.lastIndexOf('PK\x01\x02')
  zip.writeUInt32LE(0, at + 42)
  return zip
}

test('each is refused, or read as it is meant, and leaves nothing', async () => {
  const found = await Promise.all(
    Object.entries(cases).map(async ([name, [zip]]) => {
      const { job, findings } = await imported(host, 'tenure-shp', zip)
      const errors = findings.filter(({ severity }) => severity === 'error')
      assert.equal(job.outcome === 'succeeded', errors.length === 0, `${name}: ${job.error?.message}`)
      return [name, errors.map(({ code }) => code)]
    }),
  )
  assert.deepEqual(
    found,
    Object.entries(cases).map(([name, [, codes]]) => [name, codes]),
  )
  const { rows } = await host.db.query('SELECT FROM tenure.projects')
  assert.equal(rows.length, Object.values(cases).filter(([, codes]) => codes.length === 0).length)
})

test.run()
