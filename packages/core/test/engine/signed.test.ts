import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { inspect } from 'node:util'
import {
  createPiecework,
  isPieceworkError,
  memoryArtifacts,
  memoryStore,
  type Piecework,
  type PieceworkOptions,
} from '@piecework/core'
import { manifestSigner, writeManifest } from '@piecework/core/archive'
import { inProcess } from '@piecework/runtime-inprocess'
import { suite } from 'uvu'
import { ann, Notebooks, type Setup, withPiecework } from '../support/notebooks.js'
import { storedSignature, tampered } from '../support/tampered.js'

const test = suite('engine: signed archives')

const ours = generateKeyPairSync('ed25519')
const theirs = generateKeyPairSync('ed25519')
const signing = { key: ours.privateKey, keyId: 'ours' }
const keys = { ours: ours.publicKey.export({ type: 'spki', format: 'pem' }).toString() }

/** An archive of a notebook, made by a host with these options. */
async function exported(artifacts: Setup['artifacts'], options: Partial<PieceworkOptions> = { signing }) {
  return withPiecework(
    (host) => host.pack(),
    async (piecework, { host }) => {
      const resource = host.add('b1', 'Birds', ['wren', 'owl'])
      host.add('c1', 'Nests', ['twig'], 'b1')
      const job = await piecework.export({ resource, principal: ann })
      const { archive } = await job.result()
      assert.ok(archive)
      return { archive, report: await piecework.job(job.id, { principal: ann }) }
    },
    { ...options, artifacts },
  )
}

type Use<T> = (piecework: Piecework, setup: Setup) => Promise<T>

/** Another host: it has the archive and public keys only. */
function elsewhere<T>(artifacts: Setup['artifacts'], use: Use<T>, trust?: PieceworkOptions['trust']) {
  return withPiecework((host) => host.pack(), use, { artifacts, ...(trust && { trust }) })
}

test('an archive of one host verifies and is imported on another that has only the public key', async () => {
  const artifacts = memoryArtifacts()
  const { archive } = await exported(artifacts)
  await elsewhere(
    artifacts,
    async (piecework, { host }) => {
      for (const { signature } of [
        await piecework.inspect(archive, { principal: ann }),
        await piecework.verify(archive, { principal: ann }),
      ])
        assert.deepEqual([signature.state, signature.keyId], ['trusted', 'ours'])
      assert.equal((await piecework.verify(archive, { principal: ann })).ok, true)
      const job = await piecework.import({ archive, principal: ann })
      const { resource } = await job.result()
      assert.deepEqual(host.books.get(resource?.id ?? '')?.lines, ['wren', 'owl'])
      assert.deepEqual((await piecework.job(job.id, { principal: ann })).findings, [])
    },
    { keys, policy: 'require' },
  )
})

test('reproducible: equal content and key give an equal signature; a signature changes no digest', async () => {
  const artifacts = memoryArtifacts()
  const one = await exported(artifacts)
  const two = await exported(artifacts)
  const bare = await exported(artifacts, {})
  const [first, second] = [one, two].map(({ archive }) => storedSignature(artifacts, archive.artifact))
  assert.ok(await first)
  assert.deepEqual(await first, await second)
  assert.equal(await storedSignature(artifacts, bare.archive.artifact), undefined)
  assert.equal(one.archive.digest, bare.archive.digest)
})

const other = manifestSigner({ key: theirs.privateKey, keyId: 'theirs' })
const posing = manifestSigner({ key: theirs.privateKey, keyId: 'ours' })
const attacks = {
  'without a signature': ['archive-unsigned', { signature: () => undefined }],
  'signed by a stranger': ['archive-signature', { signature: other }],
  'signed by a stranger under our key id': ['archive-signature', { signature: posing }],
  'with a byte more in its manifest': [
    'archive-signature',
    { manifest: (_: unknown, bytes: Buffer) => Buffer.concat([bytes, Buffer.from('\n')]) },
  ],
  'with another version in its manifest': [
    'archive-signature',
    {
      manifest: (manifest: Parameters<typeof writeManifest>[0]) =>
        writeManifest({ ...manifest, pieces: manifest.pieces.slice().reverse() }),
    },
  ],
  'with the signature of another manifest': [
    'archive-signature',
    { signature: () => manifestSigner(signing)(Buffer.from('{}')) },
  ],
  'with another algorithm': [
    'archive-signature',
    {
      signature: (manifest: Buffer) =>
        Buffer.from(manifestSigner(signing)(manifest)).toString().replace('ed25519', 'ed448'),
    },
  ],
  'with rubbish for a signature': ['archive-signature', { signature: () => 'rubbish' }],
} as const

for (const [what, [code, tampering]] of Object.entries(attacks)) {
  test(`hostile archives: an archive ${what} is refused before a job exists, reported or accepted, as the policy says`, async () => {
    const artifacts = memoryArtifacts()
    const { archive } = await exported(artifacts)
    const artifact = await tampered(artifacts, archive.artifact, tampering)
    const request = { archive: { artifact }, principal: ann }
    const refused = (error: unknown) => isPieceworkError(error, code)
    await elsewhere(
      artifacts,
      async (piecework, { host }) => {
        await assert.rejects(piecework.import(request), refused)
        await assert.rejects(piecework.validate(request), refused)
        assert.deepEqual([await piecework.jobs({ principal: ann }), host.books.size], [[], 0])
        const { ok, findings } = await piecework.verify({ artifact }, { principal: ann })
        assert.deepEqual([ok, findings.map((finding) => finding.code)], [false, [`core/${code}`]])
        assert.notEqual(
          (await piecework.inspect({ artifact }, { principal: ann })).signature.state,
          'trusted',
        )
      },
      { keys, policy: 'require' },
    )
    await elsewhere(
      artifacts,
      async (piecework, { host }) => {
        for (const job of [await piecework.validate(request), await piecework.import(request)]) {
          await job.result()
          const { findings } = await piecework.job(job.id, { principal: ann })
          const reported = findings.map((finding) => [finding.severity, finding.code, finding.file])
          assert.deepEqual(reported, [['warning', `core/${code}`, 'manifest.sig']])
        }
        assert.equal(host.books.size, 2)
        assert.equal((await piecework.verify({ artifact }, { principal: ann })).ok, true)
      },
      { keys },
    )
    for (const trust of [{ keys, policy: 'ignore' as const }, undefined])
      await elsewhere(
        artifacts,
        async (piecework) => {
          const job = await piecework.import(request)
          await job.result()
          assert.deepEqual((await piecework.job(job.id, { principal: ann })).findings, [])
          assert.deepEqual((await piecework.verify({ artifact }, { principal: ann })).findings, [])
        },
        trust,
      )
  })
}

test('hostile archives: an archive that is exchanged between request and work is refused by the work', async () => {
  const artifacts = memoryArtifacts()
  const { archive } = await exported(artifacts)
  const bad = await tampered(artifacts, archive.artifact, { signature: () => undefined })
  const host = new Notebooks()
  const piecework = createPiecework({
    packs: [host.pack()],
    store: memoryStore(),
    artifacts,
    runtime: inProcess(),
    trust: { keys, policy: 'require' },
  })
  const job = await piecework.import({ archive: { artifact: archive.artifact }, principal: ann })
  await artifacts.put(archive.artifact, artifacts.open(bad))
  await piecework.start()
  try {
    await assert.rejects(job.result(), (error) => isPieceworkError(error, 'archive-unsigned'))
    assert.equal(host.books.size, 0)
  } finally {
    await piecework.stop()
  }
})

test('a key that was taken out of the ring is no longer trusted; a new one beside the old one is', async () => {
  const artifacts = memoryArtifacts()
  const old = await exported(artifacts)
  const next = await exported(artifacts, { signing: { key: theirs.privateKey, keyId: 'next' } })
  const states = (ring: Record<string, string | typeof theirs.publicKey>) =>
    elsewhere(
      artifacts,
      async (piecework) => {
        const summaries = [
          await piecework.inspect(old.archive, { principal: ann }),
          await piecework.inspect(next.archive, { principal: ann }),
        ]
        return summaries.map(({ signature }) => signature.state)
      },
      { keys: ring },
    )
  assert.deepEqual(await states(keys), ['trusted', 'unknown-key'])
  assert.deepEqual(await states({ ...keys, next: theirs.publicKey }), ['trusted', 'trusted'])
  assert.deepEqual(await states({ next: theirs.publicKey }), ['unknown-key', 'trusted'])
})

test('the private key stands in no job, report or archive', async () => {
  const artifacts = memoryArtifacts()
  const pem = ours.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const { archive, report } = await exported(artifacts, { signing: { key: pem, keyId: 'ours' } })
  const secret = Buffer.from(ours.privateKey.export({ format: 'jwk' }).d ?? '', 'base64url')
  const shown = inspect(report, { depth: null, showHidden: true })
  for (const spelling of [secret.toString('base64'), secret.toString('hex'), pem.split('\n')[1] ?? ''])
    assert.ok(!shown.includes(spelling) && !JSON.stringify(report).includes(spelling))
  const chunks: Uint8Array[] = []
  for await (const chunk of artifacts.open(archive.artifact)) chunks.push(chunk)
  assert.equal(Buffer.concat(chunks).indexOf(secret), -1)
})

test.run()
