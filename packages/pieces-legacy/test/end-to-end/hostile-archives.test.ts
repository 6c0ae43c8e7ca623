import assert from 'node:assert/strict'
import { needsServer } from '@piecework/test-support'
import { type ZipEntry, zipOf } from '@piecework/test-support/fixtures/zip-of.js'
import { suite } from 'uvu'
import { manifestBytes, pack, rewrite, type Unpacked, zipEntries } from './support/archive.js'
import { type Attacks, attacks, changed, mallory, once } from './support/attacks.js'
import { refused } from './support/refused.js'

const test = needsServer(suite('import: hostile archives'))
let attack: Attacks

test.before(async () => {
  attack = await attacks()
})
test.after(() => attack.stop())

interface Case {
  readonly code: string
  readonly message: RegExp
  readonly bytes: (archive: Unpacked) => Uint8Array
}

const units = 'project/planning-units/planning_units.csv'

/** The zip's entries, one of them changed. */
const withEntry = (archive: Unpacked, path: string, change: Partial<ZipEntry>): Buffer => {
  pack(archive)
  return zipOf(zipEntries(archive).map((entry) => (entry.name === path ? { ...entry, ...change } : entry)))
}
const withMore = (archive: Unpacked, ...more: readonly ZipEntry[]): Buffer => {
  pack(archive)
  return zipOf([...zipEntries(archive), ...more])
}
const withManifest = (archive: Unpacked, change: (manifest: Unpacked['manifest']) => unknown): Buffer => {
  return changed(archive, ({ manifest }) => void change(manifest))
}
const node = (manifest: Unpacked['manifest'], name: string) => {
  const found = manifest.pieces.find((piece) => piece.name === name)
  return found ?? assert.fail(`no ${name}`)
}
/** A tree's child that was not ordered. */
const child = { kind: 'project', id: '7e57ab1e-0000-4000-8000-000000000001', children: [] }

const cases: Readonly<Record<string, Case>> = {
  'not a zip': {
    code: 'archive-invalid',
    message: /zip/,
    bytes: () => Buffer.from('id,name\n1,x\n'),
  },
  'nothing at all': { code: 'archive-invalid', message: /zip/, bytes: () => Buffer.alloc(0) },
  'a truncated one': {
    code: 'archive-invalid',
    message: /zip/,
    bytes: (archive) => pack(archive).subarray(0, 2000),
  },
  'one whose beginning is cut off': {
    code: 'archive-invalid',
    message: /zip|Entry/,
    bytes: (archive) => pack(archive).subarray(1000),
  },
  'a zip without a manifest': {
    code: 'archive-invalid',
    message: /^This zip is not a Piecework archive: it has no manifest\.json/,
    bytes: () => zipOf([{ name: 'hello.txt', bytes: Buffer.from('hello') }]),
  },
  'an encrypted entry': {
    code: 'archive-encrypted',
    message: /planning_units\.csv/,
    bytes: (archive) => withEntry(archive, units, { encrypted: true }),
  },
  'a path that climbs': {
    code: 'archive-invalid',
    message: /\.\.\/\.\.\/etc\/passwd.* leaves its folder/,
    bytes: (archive) => withMore(archive, { name: '../../etc/passwd', bytes: Buffer.from('root') }),
  },
  'a path that climbs by the manifest': {
    code: 'archive-invalid',
    message: /leaves its folder/,
    bytes: (archive) =>
      withManifest(archive, (manifest) => {
        for (const entry of node(manifest, 'project/planning-units').entries) entry.path = '../../../x.csv'
      }),
  },
  'a bomb': {
    code: 'archive-limit',
    message: /compression ratio/,
    bytes: (archive) => changed(archive, (one) => rewrite(one, units, () => Buffer.alloc(100_000_000, 0x41))),
  },
  'an entry that is larger than its directory says': {
    code: 'validation-failed',
    message: /^project\/planning-units: 1 error in the input\.$/,
    bytes: (archive) => {
      pack(archive)
      const bytes = archive.entries.get(units) ?? Buffer.alloc(0)
      return withEntry(archive, units, {
        bytes: Buffer.concat([bytes, bytes]),
        statedSize: bytes.length,
      })
    },
  },
  'an entry that differs from its checksum in the zip': {
    code: 'validation-failed',
    message: /^project\/planning-units: 1 error in the input\.$/,
    bytes: (archive) => withEntry(archive, units, { statedCrc: 1 }),
  },
  'an entry that differs from its checksum in the manifest': {
    code: 'validation-failed',
    message: /^project\/planning-units: 1 error in the input\.$/,
    bytes: (archive) => {
      pack(archive)
      rewrite(archive, units, (bytes) => bytes.toString('latin1').replace(/,4,/, ',5,'))
      return zipOf(zipEntries(archive))
    },
  },
  'an entry that the manifest does not list': {
    code: 'archive-invalid',
    message: /^Entry "project\/planning-units\/more\.csv" is not listed in the manifest/,
    bytes: (archive) =>
      withMore(archive, { name: 'project/planning-units/more.csv', bytes: Buffer.from('id\n') }),
  },
  'an entry twice': {
    code: 'archive-invalid',
    message: /planning_units\.csv/,
    bytes: (archive) => withMore(archive, { name: units, bytes: Buffer.from('id\n') }),
  },
  'an entry that is missing': {
    code: 'archive-invalid',
    message: /^The manifest lists "project\/planning-units\/planning_units\.csv", which is missing/,
    bytes: (archive) => {
      pack(archive)
      archive.entries.delete(units)
      return zipOf(zipEntries(archive))
    },
  },
  'a manifest that is not JSON': {
    code: 'archive-invalid',
    message: /manifest\.json/,
    bytes: (archive) => withEntry(archive, 'manifest.json', { bytes: Buffer.from('{"format":') }),
  },
  'a manifest with a key of its own': {
    code: 'archive-invalid',
    message: /manifest\.json.*owner/,
    bytes: (archive) =>
      withEntry(archive, 'manifest.json', {
        bytes: manifestBytes({ ...archive.manifest, owner: 'mallory' }),
      }),
  },
  'a newer format': {
    code: 'archive-newer',
    message: /^The archive has format version 3; this program reads up to version 2/,
    bytes: (archive) =>
      withManifest(archive, (manifest) => Object.assign(manifest, { version: 3, surprise: true })),
  },
  'a newer piece': {
    code: 'archive-newer',
    message: /^Piece "project\/features" was written by version 9; this installation reads up to 1/,
    bytes: (archive) =>
      withManifest(archive, (manifest) => {
        node(manifest, 'project/features').version = 9
      }),
  },
  'an unknown piece': {
    code: 'piece-unknown',
    message: /"project\/secrets"/,
    bytes: (archive) =>
      withManifest(archive, ({ tree, pieces }) => {
        pieces.push({
          resource: { kind: tree.kind, id: tree.id },
          name: 'project/secrets',
          version: 1,
          entries: [],
        })
      }),
  },
  'an unknown kind of resource': {
    code: 'resource-not-found',
    message: /planet/,
    bytes: (archive) =>
      withManifest(archive, ({ tree }) => void tree.children.push({ kind: 'planet', id: '9', children: [] })),
  },
  'a project inside a project': {
    code: 'archive-invalid',
    message: /project/,
    bytes: (archive) => withManifest(archive, ({ tree }) => void tree.children.push(child)),
  },
  'a project inside a scenario': {
    code: 'archive-invalid',
    message: /project/,
    bytes: (archive) => withManifest(archive, ({ tree }) => void tree.children[0]?.children.push(child)),
  },
  'a piece of another kind of resource': {
    code: 'archive-invalid',
    message: /scenario\/metadata/,
    bytes: (archive) => {
      pack(archive)
      const { tree, pieces } = archive.manifest
      const piece = node(archive.manifest, 'scenario/metadata')
      pieces.push({ ...structuredClone(piece), resource: { kind: 'project', id: tree.id } })
      archive.entries.set(
        'scenario/metadata/scenarios.csv',
        archive.entries.get(
          [...archive.entries.keys()].find((path) => path.endsWith('scenarios.csv')) ?? '',
        ) ?? Buffer.alloc(0),
      )
      return pack(archive)
    },
  },
  'row counts that are not true': {
    code: 'validation-failed',
    message: /^project\/planning-units: 1 error in the input\.$/,
    bytes: (archive) => {
      pack(archive)
      const [entry] = node(archive.manifest, 'project/planning-units').entries
      if (entry) entry.rows = 3
      return zipOf(zipEntries(archive))
    },
  },
}

for (const [name, { code, message, bytes }] of Object.entries(cases)) {
  test(`hostile archives: refused, and nothing left behind: ${name}`, async () => {
    const refusal = await attack.refused(bytes(attack.archive()))
    assert.equal(refusal.code, code, refusal.message)
    assert.match(refusal.message, message)
    assert.ok(refusal.message.length < 600, refusal.message)
  })
}

const unsound = {
  'an entry that is larger than its directory says': 'archive-checksum',
  'an entry that differs from its checksum in the zip': 'archive-checksum',
  'an entry that differs from its checksum in the manifest': 'archive-checksum',
  'row counts that are not true': 'counts-differ',
}
for (const [name, code] of Object.entries(unsound)) {
  test(`hostile archives: found in the entry that has it: ${name}`, async () => {
    const { findings } = await attack.refused((cases[name] ?? assert.fail()).bytes(attack.archive()))
    assert.deepEqual(
      findings.map((finding) => `${finding.severity} ${finding.code} ${finding.file}`),
      [`error table/${code} planning_units.csv`],
    )
  })
}

for (const [artifact, code] of [
  ['../../etc/passwd', 'options-invalid'],
  ['archives/nothing.zip', 'artifact-not-found'],
] as const) {
  test(`hostile archives: the artifact ${artifact} is not read`, async () => {
    const refusal = await refused(attack.host, { archive: { artifact }, principal: mallory })
    assert.equal(refusal.code, code, refusal.message)
  })
}

test('the archive that all of these were made from is imported', async () => {
  const { host } = attack
  const job = await host.piecework.import({
    archive: { stream: once(pack(attack.archive())) },
    principal: { id: 'ann' },
  })
  const { job: end, findings } = await job.ended()
  assert.equal(end.status, 'succeeded', JSON.stringify([end.error, findings]))
})

test.run()
