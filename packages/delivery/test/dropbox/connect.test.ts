import assert from 'node:assert/strict'
import { createHash, hkdfSync, randomBytes } from 'node:crypto'
import { validateHeaderValue } from 'node:http'
import { inspect } from 'node:util'
import { memoryStore, type Principal } from '@piecework/core'
import { systemEnvironment } from '@piecework/core/store'
import {
  credentialVault,
  type DropboxConnectOptions,
  type DropboxCredential,
  dropboxConnect,
  dropboxCredential,
  dropboxTarget,
} from '@piecework/delivery'
import { appKey, DropboxStandIn } from '@piecework/test-support/fixtures/dropbox-stand-in.js'
import { decodeProtectedHeader, EncryptJWT } from 'jose'
import { suite } from 'uvu'
import { ann, refusal } from './support.js'

const test = suite('connecting Dropbox')
const bob: Principal = { id: 'bob' }
const redirectUri = 'https://maps.example.org/dropbox'
const key = { id: 'k1', secret: randomBytes(32) }

type Vault = DropboxConnectOptions['vault']
type Added = Parameters<Vault['add']>[0] & { readonly secret: DropboxCredential }
const createdAt = new Date(0)

let dropbox: DropboxStandIn
test.before(async () => {
  dropbox = await DropboxStandIn.open()
})
test.after(() => dropbox.close())

function sample(changes: Partial<DropboxConnectOptions> = {}) {
  const added: Added[] = []
  const clock = { now: Date.UTC(2026, 2, 3) }
  const vault: Vault = {
    add: async (credential) => {
      added.push(credential as Added)
      return { id: `c${added.length}`, name: credential.name, target: credential.target, createdAt }
    },
  }
  const options: DropboxConnectOptions = {
    ...{ vault, appKey, redirectUri, keys: [key], store: memoryStore(), api: dropbox.api },
    environment: { ...systemEnvironment, now: () => clock.now },
    ...changes,
  }
  return { connect: dropboxConnect(options), added, clock, options }
}

test('a user allows it, and has a credential that delivers', async () => {
  const { connect, added } = sample()
  const { url } = await connect.start({ principal: ann, name: 'My Dropbox', returnTo: '/jobs?tab=2' })
  const { code, state, returned } = dropbox.visit(url, true)
  assert.equal(returned, redirectUri)
  const finished = await connect.finish({ principal: ann, code, state })
  assert.deepEqual(finished, {
    credential: { id: 'c1', name: 'My Dropbox', target: 'dropbox', createdAt },
    returnTo: '/jobs?tab=2',
  })
  const [{ principal, target, name, secret } = assert.fail('nothing is added')] = added
  assert.deepEqual([principal, target, name], [ann, 'dropbox', 'My Dropbox'])
  assert.deepEqual(
    [secret.accountId, secret.label, secret.appKey],
    ['dbid:AAH4f99T0taONIb', 'My Dropbox', appKey],
  )
})

test('what a user has connected is kept sealed, delivers, and is marked when it is withdrawn', async () => {
  const forms = { dropbox: dropboxCredential }
  const vault = credentialVault({ store: memoryStore(), keys: [key], forms })
  const { connect } = sample({ vault })
  const { url } = await connect.start({ principal: ann, name: 'My Dropbox' })
  const { code, state } = dropbox.visit(url, true)
  const { credential } = await connect.finish({ principal: ann, code, state })
  const { check = assert.fail() } = dropboxTarget({ credentials: vault, appKey, api: dropbox.api })
  const destination = { credential: credential.id }
  await check({ principal: ann, destination, size: 5 })
  assert.equal((await refusal(check({ principal: bob, destination }))).code, 'delivery-auth')
  dropbox.expireTokens()
  dropbox.refreshTokens.clear()
  assert.equal((await refusal(check({ principal: ann, destination }))).code, 'delivery-auth')
  const [{ revoked } = assert.fail('it is gone')] = await vault.list({ principal: ann })
  assert.match(revoked ?? '', /Connect Dropbox again/)
  const calls = dropbox.calls.length
  assert.match((await refusal(check({ principal: ann, destination }))).message, /Connect Dropbox again/)
  assert.equal(dropbox.calls.length, calls)
})

test('the address holds neither who it is nor the verifier', async () => {
  const { connect } = sample()
  const principal = { id: 'ann-of-the-port' }
  const { url } = await connect.start({ principal, name: 'A private name' })
  const query = Object.fromEntries(new URL(url).searchParams)
  assert.deepEqual(Object.keys(query).sort(), [
    ...[
      'client_id',
      'code_challenge',
      'code_challenge_method',
      'redirect_uri',
      'response_type',
      'state',
      'token_access_type',
    ],
  ])
  assert.match(query.code_challenge ?? '', /^[\w-]{43}$/)
  const { alg, enc } = decodeProtectedHeader(query.state ?? '')
  assert.deepEqual([alg, enc], ['dir', 'A256GCM'])
  const parts = (query.state ?? '')
    .split('.')
    .map((part) => Buffer.from(part, 'base64url').toString('latin1'))
  assert.ok(!/ann-of-the-port|private/.test(parts.join() + decodeURIComponent(url)))
  const again = await connect.start({ principal, name: 'x' })
  assert.notEqual(new URL(again.url).searchParams.get('code_challenge'), query.code_challenge)
})

/** Started by Ann, and allowed unless said otherwise. */
async function begun(changes: Partial<DropboxConnectOptions> = {}, allows = true) {
  const one = sample(changes)
  const { url } = await one.connect.start({ principal: ann, name: 'A' })
  return { ...one, ...dropbox.visit(url, allows), url }
}

test('the user may not want to', async () => {
  const { connect, state, error, added } = await begun({}, false)
  const denied = await refusal(connect.finish({ principal: ann, state, error }))
  assert.equal(denied.code, 'dropbox/denied')
  assert.equal(
    (await refusal(connect.finish({ principal: ann, state, code: 'x' }))).code,
    'dropbox/state-used',
  )
  assert.deepEqual(added, [])
  const other = await begun()
  const failed = other.connect.finish({ principal: ann, state: other.state, error: 'server_error' })
  assert.equal((await refusal(failed)).code, 'dropbox/code-refused')
})

test('an answer is taken once, by all processes, and in time', async () => {
  const { connect, state, code, added, options } = await begun()
  const results = await Promise.allSettled([
    connect.finish({ principal: ann, state, code }),
    dropboxConnect(options).finish({ principal: ann, state, code }),
  ])
  assert.deepEqual(results.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
  assert.equal((await refusal(connect.finish({ principal: ann, state, code }))).code, 'dropbox/state-used')
  assert.equal(added.length, 1)

  const late = await begun()
  late.clock.now += 10 * 60_000
  const asked = { principal: ann, state: late.state, code: late.code }
  assert.equal((await refusal(late.connect.finish(asked))).code, 'dropbox/state-expired')
  late.clock.now -= 1
  await late.connect.finish(asked)
})

test('what somebody else has begun is not theirs, and stays the one’s who has', async () => {
  const { connect, state, code, added } = await begun()
  assert.equal((await refusal(connect.finish({ principal: bob, state, code }))).code, 'dropbox/state-foreign')
  assert.deepEqual(added, [])
  await connect.finish({ principal: ann, state, code })
})

test('a code that was given for another verifier, or another address, is refused', async () => {
  const one = await begun()
  const other = sample()
  const { url } = await other.connect.start({ principal: ann, name: 'B' })
  const foreign = dropbox.visit(url, true)
  const refused = await refusal(one.connect.finish({ principal: ann, state: one.state, code: foreign.code }))
  assert.equal(refused.code, 'dropbox/code-refused')
  const moved = await begun()
  const elsewhere = dropboxConnect({ ...moved.options, redirectUri: 'https://elsewhere.example.org/' })
  const answer = { principal: ann, state: moved.state, code: moved.code }
  assert.equal((await refusal(elsewhere.finish(answer))).code, 'dropbox/state-invalid')
  await moved.connect.finish(answer)
  for (const code of ['', 'none']) {
    const { connect, state } = await begun()
    assert.equal(
      (await refusal(connect.finish({ principal: ann, state, code }))).code,
      'dropbox/code-refused',
    )
  }
  assert.deepEqual([one.added, moved.added.length], [[], 1])
})

test('states are sealed by a key of the ring, and by none other', async () => {
  const { connect, state, code } = await begun()
  const invalid = async (text: string) => {
    const error = await refusal(connect.finish({ principal: ann, state: text, code: 'x' }))
    assert.equal(error.code, 'dropbox/state-invalid', text)
    assert.equal(error.cause, undefined)
  }
  for (const text of [
    '',
    'x',
    'a.b.c',
    'a.b.c.d.e',
    `${state}x`,
    state.replace(/\.[^.]/, '.A'),
    'a'.repeat(9000),
  ])
    await invalid(text)
  const asking = JSON.stringify(['dropbox', appKey, redirectUri])
  const ours = createHash('sha256').update(asking).digest('base64url').slice(0, 22)
  const signs = (secret: Uint8Array, header: object = {}, audience = ours) =>
    new EncryptJWT({ verifier: 'v', name: 'n' })
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', typ: 'dropbox-state+jwt', kid: 'k1', ...header })
      .setJti('j')
      .setSubject('ann')
      .setExpirationTime(1e11)
      .setAudience(audience)
      .encrypt(secret)
  // The ring's secret itself, which may be that of other tokens, too.
  await invalid(await signs(key.secret))
  await invalid(await signs(randomBytes(32)))
  await invalid(await signs(key.secret, { kid: 'k2' }))
  const derived = new Uint8Array(hkdfSync('sha256', key.secret, '', 'piecework dropbox state', 32))
  await invalid(await signs(derived, { typ: 'JWT' }))
  await invalid(await signs(derived, {}, 'other'))
  const own = { principal: ann, state: await signs(derived), code: 'x' }
  assert.notEqual((await refusal(connect.finish(own))).code, 'dropbox/state-invalid')

  const fresh = { id: 'k2', secret: randomBytes(32) }
  const { options } = sample()
  const rotated = dropboxConnect({ ...options, keys: [fresh, key] })
  await rotated.finish({ principal: ann, state, code })
  const { url } = await rotated.start({ principal: ann, name: 'C' })
  const { state: newer, code: newest } = dropbox.visit(url, true)
  const old = await refusal(connect.finish({ principal: ann, state: newer, code: newest }))
  assert.equal(old.code, 'dropbox/state-invalid')
  await rotated.finish({ principal: ann, state: newer, code: newest })
})

test('it leads back within the site only', async () => {
  const { connect } = sample()
  const refused = [
    '',
    'jobs',
    '//evil.example',
    '/\\evil.example',
    'https://evil.example',
    '/a\\b',
    '/\t/evil',
    'javascript:x',
    '/..//evil.example',
    '/./%2e%2e//evil.example',
    '/a\r\nset-cookie: x',
    '/\u0000',
    '/\ud800',
    `/${'x'.repeat(1000)}`,
  ]
  for (const returnTo of refused) {
    const error = await refusal(connect.start({ principal: ann, name: 'A', returnTo }))
    assert.equal(error.code, 'options-invalid', returnTo)
  }
  for (const returnTo of ['/', '/a/b?c=d#e']) await connect.start({ principal: ann, name: 'A', returnTo })
})

test('where it leads back to can stand in a header, whatever its letters, and stays the same', async () => {
  const forms = [
    ['/проект', '/%D0%BF%D1%80%D0%BE%D0%B5%D0%BA%D1%82'],
    ['/%D0%BF%D1%80%D0%BE%D0%B5%D0%BA%D1%82', '/%D0%BF%D1%80%D0%BE%D0%B5%D0%BA%D1%82'],
    ['/a b?q=ä b&r=%20#ö', '/a%20b?q=%C3%A4%20b&r=%20#%C3%B6'],
    ['/50%25', '/50%25'],
  ] as const
  for (const [given, back] of forms) {
    const { connect } = sample()
    const { url } = await connect.start({ principal: ann, name: 'Проект', returnTo: given })
    const { code, state } = dropbox.visit(url, true)
    const { returnTo } = await connect.finish({ principal: ann, code, state })
    assert.equal(returnTo, back)
    validateHeaderValue('location', returnTo)
  }
})

test('a state is no longer than Dropbox gives back', async () => {
  const { connect } = sample()
  const stateOf = async (name: string, returnTo: string) => {
    const { url } = await connect.start({ principal: ann, name, returnTo })
    return Buffer.byteLength(new URL(url).searchParams.get('state') ?? '')
  }
  assert.ok((await stateOf('名'.repeat(100), `/${'x'.repeat(500)}`)) <= 2000)
  let most = 0
  for (let length = 400; ; length += 10) {
    const [one] = await Promise.allSettled([stateOf('n', `/${'д'.repeat(length / 4)}`)])
    if (one.status === 'fulfilled') most = Math.max(most, one.value)
    else {
      assert.equal(one.reason.code, 'options-invalid')
      assert.match(one.reason.message, /name and returnTo/)
      break
    }
  }
  assert.ok(most > 1900 && most <= 2000, `${most}`)
})

test('states of another target, app or address that has the same ring are not taken', async () => {
  const { options, connect, added, state, code } = await begun()
  for (const changes of [
    { target: 'dropbox-team' },
    { appKey: 'other' },
    { redirectUri: 'https://maps.example.org/other' },
  ]) {
    const other = dropboxConnect({ ...options, ...changes })
    assert.equal((await refusal(other.finish({ principal: ann, state, code }))).code, 'dropbox/state-invalid')
  }
  await connect.finish({ principal: ann, state, code })
  assert.equal(added.length, 1)
})

test('keys are 32 bytes, each with an id of its own', () => {
  const wrong = [[], [{ id: 'a', secret: randomBytes(31) }], [key, key], [{ id: '', secret: key.secret }]]
  for (const keys of wrong)
    assert.throws(
      () => sample({ keys }),
      ({ code }) => code === 'options-invalid',
    )
})

test('what Dropbox answers instead, and what it told, is in no error', async () => {
  const { connect, state, code } = await begun()
  dropbox.fault({ route: 'oauth2/token', status: 500, body: { error: 'geheim' }, after: 0 })
  const error = await refusal(connect.finish({ principal: ann, state, code }))
  dropbox.faults.length = 0
  assert.equal(error.code, 'delivery-unreachable')
  assert.ok(!inspect(error, { depth: 9 }).includes('geheim') && !inspect(error).includes(code ?? 'none'))
  // No access that lasts was asked for.
  const other = sample()
  const { url } = await other.connect.start({ principal: ann, name: 'A' })
  const online = dropbox.visit(url.replace('token_access_type=offline', 'token_access_type=online'), true)
  const answer = { principal: ann, state: online.state, code: online.code }
  assert.equal((await refusal(other.connect.finish(answer))).code, 'dropbox/code-refused')
  assert.deepEqual(other.added, [])
})

test.run()
