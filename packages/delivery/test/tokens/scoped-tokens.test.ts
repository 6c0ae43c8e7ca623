import assert from 'node:assert/strict'
import { createHmac, generateKeyPairSync, randomBytes } from 'node:crypto'
import { scopedTokens, type TokenKey, tokenStatuses } from '@piecework/delivery'
import { CompactSign, SignJWT } from 'jose'
import { suite } from 'uvu'
import { ann, pair, path, refusal, sampleTokens, scope, secret } from './support.js'

const test = suite('scoped tokens')

const pem = {
  private: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  public: pair.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
}
const rings: Readonly<Record<string, readonly TokenKey[]>> = {
  HS256: [{ id: 'k1', secret }],
  EdDSA: [{ id: 'k1', privateKey: pair.privateKey }],
  'EdDSA of a PEM': [{ id: 'k1', privateKey: pem.private }],
}

for (const [name, keys] of Object.entries(rings)) {
  test(`${name}: it allows its scope, as its user at that moment, and is recorded without its text`, async () => {
    const { tokens, use, users, store, clock } = sampleTokens({ keys })
    const issued = await tokens.issue({ principal: ann, scope, recipient: 'worker 1', lifetimeMs: 1000 })
    assert.equal(issued.expiresAt.getTime(), clock.now + 1000)
    const ranked = { id: 'ann', rank: 2 }
    users.set('ann', ranked)
    const { token, id } = issued
    assert.deepEqual(await use(token, 'GET', `${path}parties?x=1`), {
      principal: { ...ranked, token: id },
      id,
      scope: { GET: [path.slice(0, -1)] },
      recipient: 'worker 1',
    })
    const [entry = assert.fail('nothing is recorded')] = await store.records.list({})
    assert.deepEqual(
      [entry.principal, entry.action, entry.outcome, entry.recipient, entry.token],
      ['ann', 'issue-token', 'allowed', 'worker 1', id],
    )
    assert.ok(!JSON.stringify(await store.records.list({})).includes(token.slice(-20)))
  })

  test(`${name}: each letter that is changed makes it another text, which is refused`, async () => {
    const { tokens, use } = sampleTokens({ keys })
    const { token } = await tokens.issue({ principal: ann, scope })
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const codes = new Set<string>()
    for (let at = 0; at < token.length; at++) {
      // The neighbour differs in the last bit, which may be one that no byte is made of.
      const next = letters[letters.indexOf(token.charAt(at)) ^ 1] ?? '_'
      const error = await refusal(use(token.slice(0, at) + next + token.slice(at + 1)))
      codes.add(error.code)
      assert.equal(tokenStatuses[error.code as keyof typeof tokenStatuses], 401, error.code)
      assert.ok(!error.message.includes(token.slice(-10)))
    }
    assert.deepEqual([...codes].sort(), ['token/altered', 'token/key', 'token/malformed'])
  })
}

test('what is no token of the scheme is left to others, or malformed', async () => {
  const { tokens } = sampleTokens()
  const asked = (authorization?: string) => tokens.authenticate({ authorization, method: 'GET', url: path })
  for (const other of [undefined, '', 'Bearer x.y.z', 'Basic YTpi', 'ScopedTokens x', 'Scoped'])
    assert.equal(await asked(other), undefined)
  for (const text of [
    '',
    ' ',
    ' x',
    ' a.b',
    ' a.b.c',
    ' a.b.c.d',
    ` ${'a'.repeat(9000)}.b.c`,
    ' a b',
    ' ä.b.c',
  ]) {
    const error = await refusal(asked(`ScopedToken${text}`))
    assert.equal(error.code, text === ' a.b.c' ? 'token/altered' : 'token/malformed', text)
  }
  const { token } = await tokens.issue({ principal: ann, scope })
  assert.ok(await asked(`scopedtoken   ${token}`))
  const other = sampleTokens({ scheme: 'TmpToken' })
  const issued = await other.tokens.issue({ principal: ann, scope })
  assert.equal(await other.use(issued.token), undefined)
  assert.ok(
    await other.tokens.authenticate({ authorization: `TmpToken ${issued.token}`, method: 'GET', url: path }),
  )
})

test('each reason has a code of its own', async () => {
  const { tokens, use, users, clock } = sampleTokens()
  const { token, id } = await tokens.issue({ principal: ann, scope, lifetimeMs: 5 })
  const refused = async (text = token, method = 'GET', url = path) => {
    const error = await refusal(use(text, method, url))
    if (text === token) assert.deepEqual(error.facts, { token: id })
    return [error.code, tokenStatuses[error.code as keyof typeof tokenStatuses]]
  }
  assert.deepEqual(await refused(token, 'POST'), ['token/scope', 403])
  assert.deepEqual(await refused(token, 'GET', path.replace('london-2', 'london-20')), ['token/scope', 403])
  assert.deepEqual(await refused(token, 'GET', path.replace('london-2', 'paris')), ['token/scope', 403])
  clock.now += 4
  assert.ok(await use(token))
  clock.now += 1
  assert.deepEqual(await refused(), ['token/expired', 401])
  clock.now -= 6
  assert.deepEqual(await refused(), ['token/early', 401])
  clock.now += 1
  for (const gone of [false, { id: 'bob' }] as const) {
    users.set('ann', gone)
    assert.deepEqual(await refused(), ['token/user', 401])
  }
  users.delete('ann')
  assert.deepEqual(await refused(), ['token/user', 401])
  users.set('ann', ann)
  assert.ok(await use(token))
  const none = await tokens.issue({ principal: ann, scope, lifetimeMs: 0 })
  assert.deepEqual(await refused(none.token), ['token/expired', 401])
})

test('revoked, it works nowhere any more, until no token of then could be valid', async () => {
  const { tokens, use, clock, store, options } = sampleTokens({ maxLifetimeMs: 60_000 })
  const { token, id } = await tokens.issue({ principal: ann, scope, lifetimeMs: 60_000 })
  const other = await tokens.issue({ principal: ann, scope, lifetimeMs: 60_000 })
  const elsewhere = scopedTokens(options)
  await elsewhere.revoke(id)
  await elsewhere.revoke(id)
  assert.equal((await refusal(use(token))).code, 'token/revoked')
  assert.ok(await use(other.token))
  // A process of a shorter limit takes it for as long as a revocation is kept.
  const short = scopedTokens({ ...options, maxLifetimeMs: 10 })
  clock.now += 10
  const asked = { authorization: `ScopedToken ${other.token}`, method: 'GET', url: path }
  assert.equal((await refusal(short.authenticate(asked))).code, 'token/expired')
  await tokens.revoke('x', { until: new Date(0) })
  assert.equal(await store.revocations.has(`scoped-token:${id}`), true)
})

test('what the host throws about a user is thrown', async () => {
  const { tokens, use } = sampleTokens({
    user: () => {
      throw new Error('The directory is away.')
    },
  })
  const { token } = await tokens.issue({ principal: ann, scope })
  await assert.rejects(use(token), /The directory is away/)
})

test('keys take each other’s place by their ids', async () => {
  const old: TokenKey = { id: 'old', secret: randomBytes(32) }
  const fresh: TokenKey = { id: 'fresh', privateKey: pair.privateKey }
  const before = await sampleTokens({ keys: [old] }).tokens.issue({ principal: ann, scope })
  const both = sampleTokens({ keys: [fresh, old] })
  const after = await both.tokens.issue({ principal: ann, scope })
  assert.ok(await both.use(before.token))
  assert.ok(await both.use(after.token))
  const marked = sampleTokens({ keys: [old, { ...fresh, signs: true }] })
  const only = sampleTokens({ keys: [{ id: 'fresh', publicKey: pem.public }, old] })
  const { token } = await marked.tokens.issue({ principal: ann, scope })
  assert.ok(await only.use(token))
  assert.match((await refusal(only.tokens.issue({ principal: ann, scope }))).message, /only public/)
  const retired = sampleTokens({ keys: [fresh] })
  assert.equal((await refusal(retired.use(before.token))).code, 'token/key')
  const wrong = sampleTokens({ keys: [{ id: 'old', secret: randomBytes(32) }] })
  assert.equal((await refusal(wrong.use(before.token))).code, 'token/altered')
})

test('the algorithm is that of the key, whatever a token says', async () => {
  const { use, clock } = sampleTokens({ keys: [{ id: 'k1', publicKey: pair.publicKey }] })
  const claims = {
    ...{ jti: 'x', sub: 'ann', iss: 'piecework', aud: 'piecework:scoped', scope },
    ...{ iat: clock.now / 1000, exp: clock.now / 1000 + 100 },
  }
  const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const typ = 'scoped+jwt'
  const signedBy = (header: object, key: string | Buffer) => {
    const text = `${encoded(header)}.${encoded(claims)}`
    return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`
  }
  // The public key, in each of its forms, as the secret of HS256.
  const spki = pair.publicKey.export({ type: 'spki', format: 'der' })
  for (const key of [pem.public, pem.public.trim(), spki, spki.subarray(-32)])
    assert.equal((await refusal(use(signedBy({ typ, kid: 'k1', alg: 'HS256' }, key)))).code, 'token/altered')
  for (const alg of ['none', 'None', 'EdDSA', 'HS512', '']) {
    const text = `${encoded({ typ, kid: 'k1', alg })}.${encoded(claims)}`
    for (const signature of ['', 'AA'])
      assert.match((await refusal(use(`${text}.${signature}`))).code, /^token\//)
  }
  const own = generateKeyPairSync('ed25519')
  const jwk = own.publicKey.export({ format: 'jwk' })
  const signs = (header: object) =>
    new CompactSign(Buffer.from(JSON.stringify(claims)))
      .setProtectedHeader({ alg: 'EdDSA', typ, kid: 'k1', ...header } as never)
      .sign(own.privateKey)
  assert.equal((await refusal(use(await signs({})))).code, 'token/altered')
  for (const header of [
    { jwk },
    { jku: 'https://x' },
    { x5u: 'https://x' },
    { x5c: ['x'] },
    { crit: ['b64'], b64: true },
  ])
    assert.equal((await refusal(use(await signs(header)))).code, 'token/malformed')
  for (const kid of ['k2', '__proto__', '../k1'])
    assert.equal((await refusal(use(await signs({ kid })))).code, 'token/key')
})

test('other tokens of the same key are none of these', async () => {
  const { use, clock } = sampleTokens()
  const [iat, exp] = [clock.now / 1000, clock.now / 1000 + 100]
  const claims = { jti: 'x', sub: 'ann', iss: 'piecework', aud: 'piecework:scoped', scope, iat, exp }
  const signed = (changes: object, header: object = {}) =>
    new SignJWT({ ...claims, ...changes })
      .setProtectedHeader({ alg: 'HS256', kid: 'k1', typ: 'scoped+jwt', ...header })
      .sign(secret)
  assert.ok(await use(await signed({})))
  const others = [
    ...[{ iss: 'other' }, { aud: 'other' }, { iss: undefined }, { aud: undefined }, { jti: undefined }].map(
      (one) => signed(one),
    ),
    ...[
      { sub: undefined },
      { exp: undefined },
      { iat: undefined },
      { scope: undefined },
      { scope: 'GET' },
    ].map((one) => signed(one)),
    ...['JWT', 'at+jwt', undefined].map((typ) => signed({}, { typ })),
    signed({}, { cty: 'JWT' }),
  ]
  for (const other of others) assert.equal((await refusal(use(await other))).code, 'token/malformed')
})

test('a scope names methods and plain paths', async () => {
  const { tokens } = sampleTokens()
  const refused: readonly unknown[] = [
    {},
    [],
    { GET: [] },
    { GET: '/a' },
    { get: ['/a'] },
    { TRACE: ['/a'] },
    { '*': ['/a'] },
    ...[
      '',
      'a',
      '*',
      'https://host/a',
      '/a?b',
      '/a#b',
      '//a',
      '/a//b',
      '/a/../b',
      '/a/./b',
      '/a/%2e%2e',
      '/a%2Fb',
      '/a\\b',
      '/a;x/b',
      '/a%3Bx',
    ].map((one) => ({ GET: [one] })),
    ...['/%', '/%00', '/%252f', '/a/..', 7].map((one) => ({ GET: ['/ok', one] })),
    { GET: Array.from({ length: 1000 }, (_, at) => `/${at}/name`) },
  ]
  for (const one of refused) {
    const error = await refusal(tokens.issue({ principal: ann, scope: one as never }))
    assert.equal(error.code, 'options-invalid', JSON.stringify(one))
    assert.match(error.message, /scope/)
  }
  for (const one of ['/', '/a', '/a/', '/ä b/'.replace(' ', '%20'), '/a%3Fb'])
    assert.ok(await tokens.issue({ principal: ann, scope: { GET: [one], PATCH: ['/a'] } }))
})

test('limits: lifetimes, recipients, and no token by a token', async () => {
  const { tokens } = sampleTokens({ maxLifetimeMs: 1000 })
  const refused = async (changes: object) => refusal(tokens.issue({ principal: ann, scope, ...changes }))
  assert.match((await refused({ lifetimeMs: 1001 })).message, /lifetimeMs must be 1000 at most/)
  assert.match((await refused({ recipient: 'https://x/?token=1' })).message, /recipient/)
  assert.equal((await refused({ principal: { id: 'ann', token: 't' } })).code, 'forbidden')
  const { expiresAt } = await tokens.issue({ principal: ann, scope })
  assert.equal(expiresAt.getTime(), Date.UTC(2026, 1, 3, 4, 5, 6, 789) + 1000)
})

test('what cannot be recorded is not issued', async () => {
  const { store, options } = sampleTokens()
  const records = { ...store.records, add: () => Promise.reject(new Error('The database is away.')) }
  const tokens = scopedTokens({ ...options, store: { ...store, records } })
  await assert.rejects(tokens.issue({ principal: ann, scope }), /The database is away/)
})

test('keys that are none are refused, and not told', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const wrong: readonly (readonly TokenKey[])[] = [
    [],
    [{ id: 'a' }],
    [{ id: 'a', secret: randomBytes(31) }],
    [{ id: 'a', secret, publicKey: pair.publicKey }],
    [{ id: 'a', privateKey: pair.publicKey }],
    [{ id: 'a', publicKey: pair.privateKey }],
    [{ id: 'a', privateKey: pem.public }],
    [{ id: 'a', publicKey: pem.private }],
    [{ id: 'a', privateKey: rsa.privateKey }],
    [{ id: 'a', privateKey: 'geheim' }],
    [
      { id: 'a', secret },
      { id: 'a', secret },
    ],
    [
      { id: 'a', secret, signs: true },
      { id: 'b', secret, signs: true },
    ],
    [
      { id: 'a', secret },
      { id: 'b', publicKey: pair.publicKey, signs: true },
    ],
  ]
  for (const keys of wrong)
    assert.throws(
      () => sampleTokens({ keys }),
      ({ code, message }) =>
        code === 'options-invalid' && /keys/.test(message) && !/geheim|BEGIN/.test(message),
    )
})

test.run()
