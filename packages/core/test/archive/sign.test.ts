import assert from 'node:assert/strict'
import { createPublicKey, generateKeyPairSync, type KeyObject, verify } from 'node:crypto'
import { isPieceworkError } from '@piecework/core'
import { createTrust, manifestSigner } from '@piecework/core/archive'
import fc from 'fast-check'
import { suite } from 'uvu'

const test = suite('signatures of manifests')

const { privateKey, publicKey } = generateKeyPairSync('ed25519')
const sign = manifestSigner({ key: privateKey, keyId: 'host-1' })
const trust = createTrust({ keys: { 'host-1': publicKey } })
const manifest = Buffer.from('{"some":"manifest"}\n')

const pem = (key: KeyObject, type: 'pkcs8' | 'spki') => key.export({ type, format: 'pem' }).toString()
const raw = (key: KeyObject) => Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url')
const fileOf = (fields: object) => Buffer.from(JSON.stringify(fields))
const rawKey = (bytes: Uint8Array) =>
  createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(bytes).toString('base64url') },
    format: 'jwk',
  })

test('keys come as PEM, as objects or as 32 bytes', () => {
  const signers = [privateKey, pem(privateKey, 'pkcs8')].map((key) => manifestSigner({ key, keyId: 'k' }))
  for (const key of [publicKey, pem(publicKey, 'spki'), raw(publicKey)]) {
    const { check } = createTrust({ keys: { k: key } })
    for (const signer of signers) assert.equal(check(manifest, signer(manifest)).state, 'trusted')
  }
})

test('reproducible: equal manifest and key give equal bytes', () => {
  const bytes = fc.uint8Array({ maxLength: 200 })
  fc.assert(
    fc.property(bytes, (some) => {
      const again = manifestSigner({ key: pem(privateKey, 'pkcs8'), keyId: 'host-1' })
      assert.deepEqual(sign(some), again(some))
      assert.equal(trust.check(some, sign(some)).state, 'trusted')
    }),
    { numRuns: 100 },
  )
})

test('reproducible: the file is what the format says: readable without this library', () => {
  const { algorithm, keyId, signature } = JSON.parse(Buffer.from(sign(manifest)).toString())
  assert.deepEqual([algorithm, keyId], ['ed25519', 'host-1'])
  assert.ok(verify(null, manifest, publicKey, Buffer.from(signature, 'base64')))
})

test('hostile archives: a flipped bit of manifest or signature is never trusted', () => {
  const signature = Buffer.from(sign(manifest))
  for (const whole of [manifest, signature])
    for (let bit = 0; bit < 8 * whole.length; bit += 1) {
      const bytes = Buffer.from(whole)
      bytes.writeUInt8(bytes.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
      const { state } = whole === manifest ? trust.check(bytes, signature) : trust.check(manifest, bytes)
      // JSON allows another whitespace; all else is another signature.
      const sameFile = whole === signature && sameJson(bytes, signature)
      assert.ok(sameFile || state !== 'trusted', bytes.toString('latin1'))
    }
})

test('hostile archives: what is no signature of this manifest by this key is recognised and never trusted', () => {
  const other = generateKeyPairSync('ed25519').privateKey
  const { signature } = JSON.parse(Buffer.from(sign(manifest)).toString())
  const good = { algorithm: 'ed25519', keyId: 'host-1', signature }
  const files: Record<string, [Uint8Array | undefined, string]> = {
    none: [undefined, 'unsigned'],
    'a stranger': [manifestSigner({ key: other, keyId: 'host-2' })(manifest), 'unknown-key'],
    'a stranger under a known name': [manifestSigner({ key: other, keyId: 'host-1' })(manifest), 'invalid'],
    'another manifest': [sign(Buffer.from('{}')), 'invalid'],
    'another algorithm': [fileOf({ ...good, algorithm: 'none' }), 'invalid'],
    'one property more': [fileOf({ ...good, note: 'trust me' }), 'invalid'],
    'no property': [fileOf({}), 'invalid'],
    'a short signature': [fileOf({ ...good, signature: signature.slice(4) }), 'invalid'],
    'nothing signed': [fileOf({ ...good, signature: '' }), 'invalid'],
    'base64 with bits left over': [fileOf({ ...good, signature: leftOver(signature) }), 'invalid'],
    'an object as key id': [fileOf({ ...good, keyId: { toString: 'host-1' } }), 'invalid'],
    'the prototype as key id': [fileOf({ ...good, keyId: 'constructor' }), 'unknown-key'],
    'a control character': [fileOf({ ...good, keyId: 'host-1\n' }), 'invalid'],
    'no JSON': [Buffer.from([0xff, 0]), 'invalid'],
  }
  for (const [what, [bytes, state]] of Object.entries(files))
    assert.equal(trust.check(manifest, bytes).state, state, what)
})

test('hostile archives: a signature has one value only', () => {
  const order = 2n ** 252n + 27742317777372353535851937790883648493n
  const file = JSON.parse(Buffer.from(sign(manifest)).toString())
  const bytes = Buffer.from(file.signature, 'base64')
  const s = BigInt(`0x${Buffer.from(bytes.subarray(32)).reverse().toString('hex')}`) + order
  const more = Buffer.from(s.toString(16).padStart(64, '0'), 'hex').reverse()
  const signature = Buffer.concat([bytes.subarray(0, 32), more]).toString('base64')
  assert.equal(trust.check(manifest, fileOf({ ...file, signature })).state, 'invalid')
})

test('hostile archives: keys of small order, for which anyone can sign, are refused', () => {
  const neutral = Buffer.alloc(32)
  neutral.writeUInt8(1, 0)
  const forged = Buffer.concat([neutral, Buffer.alloc(32)])
  assert.ok(verify(null, manifest, rawKey(neutral), forged), 'OpenSSL takes the forgery')
  const weak = [
    '00'.repeat(32),
    '01'.padEnd(64, '0'),
    '01'.padEnd(62, '0').padEnd(64, '80'),
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
    ...['ec', 'ed', 'ee'].flatMap((low) => ['7f', 'ff'].map((high) => `${low}${'ff'.repeat(30)}${high}`)),
  ]
  for (const hex of weak) {
    const bytes = Buffer.from(hex, 'hex')
    for (const key of [bytes, rawKey(bytes)])
      assert.throws(() => createTrust({ keys: { weak: key } }), { code: 'options-invalid' }, hex)
  }
})

test('keys that cannot do are refused, and no message shows them', () => {
  const secret = pem(privateKey, 'pkcs8')
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const wrong: readonly (() => unknown)[] = [
    () => manifestSigner({ key: publicKey, keyId: 'k' }),
    () => manifestSigner({ key: pem(publicKey, 'spki'), keyId: 'k' }),
    () => manifestSigner({ key: rsa.privateKey, keyId: 'k' }),
    () => manifestSigner({ key: secret.replace('MC4', 'MC5'), keyId: 'k' }),
    () => manifestSigner({ key: privateKey, keyId: secret }),
    () => createTrust({ keys: { k: privateKey } }),
    () => createTrust({ keys: { k: secret } }),
    () => createTrust({ keys: { k: rsa.publicKey } }),
    () => createTrust({ keys: { k: raw(publicKey).subarray(1) } }),
    () => createTrust({ keys: { 'a key': publicKey } }),
    () => createTrust({ keys: {}, policy: 'require' }),
  ]
  const body = secret.split('\n')[1] ?? ''
  for (const [index, make] of wrong.entries())
    assert.throws(make, (error) => {
      assert.ok(isPieceworkError(error, 'options-invalid'), `${index}: ${String(error)}`)
      assert.ok(!JSON.stringify([error.message, error.facts, String(error.cause)]).includes(body))
      return true
    })
})

/** The same 64 bytes in another spelling: the last letter has four bits to spare. */
function leftOver(base64: string): string {
  const letter = base64.charCodeAt(85)
  const other = `${base64.slice(0, 85)}${String.fromCharCode(letter + 1)}==`
  assert.deepEqual(Buffer.from(other, 'base64'), Buffer.from(base64, 'base64'))
  return other
}

function sameJson(a: Buffer, b: Buffer): boolean {
  try {
    return JSON.stringify(JSON.parse(a.toString())) === JSON.stringify(JSON.parse(b.toString()))
  } catch {
    return false
  }
}

test.run()
