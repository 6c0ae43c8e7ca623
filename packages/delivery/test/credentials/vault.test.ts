import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { isPieceworkError, memoryStore } from '@piecework/core'
import { type CredentialVault, credentialVault, type RingKey } from '@piecework/delivery'
import { fromPg, postgresStore } from '@piecework/postgres'
import { needsServer, optionTests, scratchDatabase, storeTemplate } from '@piecework/test-support'
import pg from 'pg'
import { suite } from 'uvu'
import { z } from 'zod'

const test = suite('credentials are sealed')
const [ann, bob] = [{ id: 'ann' }, { id: 'bob' }]
const secret = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI' }
const forms = {
  s3: z.strictObject({ accessKeyId: z.string(), secretAccessKey: z.string() }),
  paper: z.unknown(),
}
const key = (id: string): RingKey => ({ id, secret: randomBytes(32) })

function vaultWith(keys: readonly RingKey[] = [key('first')], store = memoryStore()) {
  return { vault: credentialVault({ store, keys, forms }), store }
}

const added = async (vault: CredentialVault, more: object = {}) =>
  vault.add({ principal: ann, target: 's3', name: 'Mine', secret, ...more })

async function codeOf(work: Promise<unknown>): Promise<[code: string, message: string]> {
  try {
    await work
  } catch (error) {
    return isPieceworkError(error) ? [error.code, error.message] : ['none', String(error)]
  }
  return ['none', 'It was not refused.']
}

test('D6: what a credential holds comes out for its target and its owner’s jobs alone', async () => {
  const { vault, store } = vaultWith()
  const { id, ...told } = await added(vault)
  assert.deepEqual(Object.keys(told).sort(), ['createdAt', 'name', 'target'])
  assert.deepEqual(await vault.open(id, { principal: ann, target: 's3' }), secret)
  for (const by of [
    { principal: bob, target: 's3' },
    { principal: ann, target: 'paper' },
  ])
    assert.equal((await codeOf(vault.open(id, by)))[0], 'delivery-auth')
  assert.equal((await codeOf(vault.open('nothing', { principal: ann, target: 's3' })))[0], 'delivery-auth')
  const stored = JSON.stringify(await store.credentials.get(id))
  assert.doesNotMatch(stored, /AKID|wJalr|accessKey/)
  assert.doesNotMatch(JSON.stringify(await vault.list({ principal: ann })), /sealed|AKID|wJalr/)
})

test('the same secret is sealed otherwise each time', async () => {
  const { vault, store } = vaultWith()
  const sealed = new Set<string>()
  for (let at = 0; at < 20; at++) {
    const { id } = await added(vault)
    sealed.add((await store.credentials.get(id))?.sealed ?? '')
  }
  assert.equal(sealed.size, 20)
})

test('what was altered, or moved to another row, owner or target, does not open', async () => {
  const { vault, store } = vaultWith()
  const { id } = await added(vault)
  const row = (await store.credentials.get(id)) ?? assert.fail('it is not there')
  const bytes = Buffer.from(row.sealed, 'base64')
  for (let at = 0; at < bytes.length; at++) {
    const altered = Buffer.from(bytes)
    altered[at] = (altered[at] ?? 0) ^ 1
    const sealed = altered.toString('base64')
    assert.ok(await store.credentials.reseal(id, row, { key: row.key, sealed }))
    assert.equal(
      (await codeOf(vault.open(id, { principal: ann, target: 's3' })))[0],
      'delivery-auth',
      `${at}`,
    )
    await store.credentials.reseal(id, { key: row.key, sealed }, row)
  }
  for (const [other, by] of [
    [
      { ...row, id: 'other' },
      { principal: ann, target: 's3' },
    ],
    [
      { ...row, id: 'bobs', owner: 'bob' },
      { principal: bob, target: 's3' },
    ],
    [
      { ...row, id: 'paper', target: 'paper' },
      { principal: ann, target: 'paper' },
    ],
  ] as const) {
    await store.credentials.add(other)
    assert.equal((await codeOf(vault.open(other.id, by)))[0], 'delivery-auth', other.id)
  }
  for (const sealed of ['', 'AAAA', 'not base64 at all'])
    assert.ok(
      await store.credentials.reseal(id, (await store.credentials.get(id)) ?? row, { key: row.key, sealed }),
    )
  assert.equal((await codeOf(vault.open(id, { principal: ann, target: 's3' })))[0], 'delivery-auth')
})

test('a key that was replaced opens until its credentials are sealed anew, and is not needed after that', async () => {
  const [old, next] = [key('old'), key('new')]
  const { vault: before, store } = vaultWith([old])
  const ids: string[] = []
  for (let at = 0; at < 250; at++)
    ids.push((await before.add({ principal: { id: `u${at}` }, target: 's3', name: 'a', secret })).id)
  const { vault: both } = vaultWith([next, old], store)
  const opens = (vault: CredentialVault, at: number) =>
    vault.open(ids[at] ?? '', { principal: { id: `u${at}` }, target: 's3' })
  assert.deepEqual(await opens(both, 7), secret)
  const seen: number[] = []
  const rotated = await both.rotate({ progress: ({ resealed }) => void seen.push(resealed) })
  assert.deepEqual(rotated, { resealed: 250, lost: [] })
  assert.deepEqual(seen, [100, 200, 250])
  assert.deepEqual(await both.rotate(), { resealed: 0, lost: [] })
  const { vault: after } = vaultWith([next], store)
  for (const at of [0, 7, 249]) assert.deepEqual(await opens(after, at), secret)
  assert.equal((await codeOf(opens(before, 7)))[0], 'delivery-auth')
  const { vault: stranger } = vaultWith([key('third')], store)
  const lost = await stranger.rotate()
  assert.deepEqual([lost.resealed, lost.lost.length], [0, 250])
  assert.deepEqual(await opens(after, 7), secret)
})

test('a rotation that is stopped goes on later, and what is added or removed meanwhile is whole', async () => {
  const [old, next] = [key('old'), key('new')]
  const { vault: before, store } = vaultWith([old])
  const ids: string[] = []
  for (let at = 0; at < 150; at++)
    ids.push((await before.add({ principal: { id: `u${at}` }, target: 's3', name: 'a', secret })).id)
  const { vault } = vaultWith([next, old], store)
  const stop = new AbortController()
  await assert.rejects(vault.rotate({ signal: stop.signal, progress: () => stop.abort() }))
  const late = await added(before)
  await vault.remove(ids[149] ?? '', { principal: { id: 'u149' } })
  assert.deepEqual((await vault.rotate()).lost, [])
  assert.deepEqual(await store.credentials.sealedByOthers('new', { limit: 1 }), [])
  const { vault: after } = vaultWith([next], store)
  assert.deepEqual(await after.open(late.id, { principal: ann, target: 's3' }), secret)
})

test('a credential that was refused says so until another is added', async () => {
  const { vault } = vaultWith()
  const { id } = await added(vault)
  await vault.revoked(id, 'Connect it again.')
  assert.deepEqual(await codeOf(vault.open(id, { principal: ann, target: 's3' })), [
    'delivery-auth',
    'Connect it again.',
  ])
  assert.equal((await vault.list({ principal: ann }))[0]?.revoked, 'Connect it again.')
})

test('what is not taken is named by its field, never by its value', async () => {
  const { vault } = vaultWith()
  for (const [more, told] of [
    [{ secret: { ...secret, accessKeyId: 77331 } }, /accessKeyId/],
    [{ secret: { accessKeyId: 'AKIDEXAMPLE', secretKey: 'wJalrXUtnFEMI' } }, /secretAccessKey/],
    [{ secret: 'AKIDEXAMPLE' }, /not what the target "s3" takes/],
    [{ target: 'ftp' }, /there are s3, paper/],
    [{ target: 'paper', secret: 'x'.repeat(20_000) }, /longer/],
  ] as const) {
    const [code, message] = await codeOf(added(vault, more))
    assert.equal(code, 'options-invalid')
    assert.match(message, told)
    assert.doesNotMatch(message, /AKID|wJalr|77331/)
  }
  for (let at = 0; at < 100; at++) await added(vault)
  assert.equal((await codeOf(added(vault)))[0], 'credential/too-many')
  await added(vault, { principal: bob })
  const carl = { id: 'carl' }
  await Promise.allSettled(Array.from({ length: 150 }, () => added(vault, { principal: carl })))
  assert.ok((await vault.list({ principal: carl })).length <= 100)
})

test('a ring has keys that are long enough, each once', () => {
  const short = { id: 'a', secret: randomBytes(31) }
  for (const keys of [
    [],
    [short],
    [{ id: 'a', secret: 'a word' }],
    [key('a'), key('a')],
    [{ id: '', secret: randomBytes(32) }],
  ])
    assert.throws(
      () => vaultWith(keys),
      (error: unknown) => isPieceworkError(error, 'options-invalid') && !/a word/.test(error.message),
    )
  vaultWith([{ id: 'text', secret: randomBytes(32).toString('base64') }])
})

optionTests(test, [
  {
    name: 'credentialVault()',
    options: () => ({ store: memoryStore(), keys: [key('a')], forms }),
    call: credentialVault,
    free: ['store', 'keys[0]', 'forms'],
    opaque: ['store', 'forms'],
    wrong: { store: [{}, 1], keys: [[], 'a'], forms: [{ s3: 1 }] },
  },
])

test.run()

const onServer = needsServer(suite('credentials in PostgreSQL'))
onServer('nothing of a secret is in any table', async () => {
  const scratch = await scratchDatabase({ template: storeTemplate })
  const pool = new pg.Pool({ connectionString: scratch.url, max: 2 })
  try {
    const store = postgresStore({ database: fromPg(pool) })
    const vault = credentialVault({ store, keys: [key('first')], forms })
    const { id } = await added(vault)
    assert.deepEqual(await vault.open(id, { principal: ann, target: 's3' }), secret)
    const { rows } = await pool.query<{ text: string }>('SELECT c::text AS text FROM piecework.credentials c')
    assert.equal(rows.length, 1)
    assert.doesNotMatch(rows[0]?.text ?? '', /AKID|wJalr|accessKey/)
  } finally {
    await pool.end()
    await scratch.drop()
  }
})
onServer.run()
