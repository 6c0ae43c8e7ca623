import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { MeterReading, NewLink, NewSealedCredential, Store } from '@piecework/core/store'
import type { LawTest } from '../law.js'
import { refuses } from '../refuses.js'
import { longLease } from './job-bench.js'
import type { JobStoreLawsOptions } from './job-store-laws-options.js'

/** Laws of what a store keeps for principals: credentials, links, meters, revocations. Run by `jobStoreLaws`. */
export function accountLaws(test: LawTest, { make }: JobStoreLawsOptions): void {
  test('one truth: a credential is its owner’s, until that owner removes it', async () => {
    const { credentials } = await make(longLease)
    const [ann, bob] = [randomUUID(), randomUUID()]
    const first = credential({ owner: ann, target: 's3', name: 'Büro “A”' })
    const second = credential({ owner: ann, target: 'dropbox' })
    const { createdAt, ...kept } = await credentials.add(first)
    assert.deepEqual(kept, first)
    assert.ok(createdAt instanceof Date && Math.abs(createdAt.getTime() - Date.now()) < 86_400_000)
    await credentials.add(second)
    await refuses('add', () => credentials.add({ ...second, owner: bob, sealed: 'other' }), 'internal')
    const idsOf = async (filter: Parameters<typeof credentials.list>[0]) =>
      (await credentials.list(filter)).map(({ id }) => id)
    assert.deepEqual(await idsOf({ owner: ann }), [first.id, second.id])
    assert.deepEqual(await idsOf({ owner: ann, target: 'dropbox' }), [second.id])
    assert.deepEqual(await idsOf({ owner: bob }), [])
    assert.equal(await credentials.remove(first.id, bob), false)
    assert.deepEqual(await credentials.get(first.id), { ...first, createdAt })
    await credentials.mark(first.id, 'Connect it again.')
    assert.equal((await credentials.get(first.id))?.revoked, 'Connect it again.')
    await credentials.mark(first.id, undefined)
    assert.deepEqual(await credentials.get(first.id), { ...first, createdAt })
    assert.equal(await credentials.remove(first.id, ann), true)
    assert.equal(await credentials.remove(first.id, ann), false)
    assert.equal(await credentials.get(first.id), undefined)
    await credentials.mark(first.id, 'It is gone.')
    assert.deepEqual(await idsOf({ owner: ann }), [second.id])
  })

  test('one truth: a credential is sealed anew only where it is what was read', async () => {
    const { credentials } = await make(longLease)
    const owner = randomUUID()
    const keys = { old: `old-${owner}`, new: `new-${owner}` }
    const all = [1, 2, 3].map(() => credential({ owner, key: keys.old }))
    for (const one of all) await credentials.add(one)
    const mine = async (after?: string): Promise<readonly string[]> =>
      (await credentials.sealedByOthers(keys.new, { limit: 1000, ...(after !== undefined && { after }) }))
        .filter((one) => one.owner === owner)
        .map(({ id }) => id)
    const ids = all.map(({ id }) => id).sort()
    assert.deepEqual(await mine(), ids)
    assert.deepEqual(await mine(ids[0]), ids.slice(1))
    const [{ id, ...from } = credential({})] = all
    const to = { key: keys.new, sealed: 'sealed anew' }
    assert.equal(await credentials.reseal(id, { ...from, sealed: 'something else' }, to), false)
    assert.equal(await credentials.reseal(id, { ...from, key: keys.new }, to), false)
    assert.equal(await credentials.reseal(id, from, to), true)
    assert.equal(await credentials.reseal(id, from, to), false)
    const known = await credentials.get(id)
    assert.deepEqual([known?.key, known?.sealed, known?.name], [to.key, to.sealed, from.name])
    assert.deepEqual(
      await mine(),
      ids.filter((one) => one !== id),
    )
  })

  test('one truth: a link is what it was made as, and a revoked one stays so', async () => {
    const { links } = await make(longLease)
    const [job, owner] = [randomUUID(), randomUUID()]
    const first = link({ job, owner, opensAt: new Date(Date.now() + 5000) })
    const second = link({ job })
    const { createdAt, ...kept } = await links.add(first)
    assert.deepEqual(kept, first)
    await links.add(second)
    // An attempt that is made again.
    assert.deepEqual(await links.add({ ...first, owner: randomUUID() }), { ...first, createdAt })
    const idsOf = async (filter: Parameters<typeof links.list>[0]) =>
      (await links.list(filter)).map(({ id }) => id)
    assert.deepEqual(await idsOf({ job }), [second.id, first.id])
    assert.deepEqual(await idsOf({ job, limit: 1 }), [second.id])
    assert.deepEqual(await idsOf({ job, after: second.id }), [first.id])
    assert.deepEqual(await idsOf({ job, after: randomUUID() }), [])
    assert.deepEqual(await idsOf({ owner }), [first.id])
    assert.equal(await links.revoke(randomUUID()), undefined)
    const revoked = await links.revoke(first.id)
    assert.ok(revoked?.revokedAt instanceof Date)
    assert.deepEqual(await links.revoke(first.id), revoked)
    assert.deepEqual(await links.add(first), revoked)
    assert.deepEqual(await links.get(first.id), revoked)
    assert.equal((await links.get(second.id))?.revokedAt, undefined)
  })

  test('one truth: links whose time has been over for long are forgotten, and no others', async () => {
    const { links } = await make(longLease)
    const job = randomUUID()
    const at = (ms: number) => new Date(ms)
    const old = [1000, 2000].map((ms) => link({ job, expiresAt: at(ms) }))
    const live = link({ job, expiresAt: at(3000) })
    for (const one of [...old, live]) await links.add(one)
    assert.equal(await links.sweep(at(3000), 1), 1)
    while ((await links.sweep(at(3000), 1)) > 0);
    assert.deepEqual(
      (await links.list({ job })).map(({ id }) => id),
      [live.id],
    )
    await links.sweep(at(3001), 1000)
  })

  test('honest counts: what a principal is given is counted, by however many at once', async () => {
    const { meters } = await make(longLease)
    const [ann, bob] = [randomUUID(), randomUUID()]
    const use = { requests: 1, downloads: 0, bytes: 3_000_000_000 }
    const taken = await Promise.all(Array.from({ length: 20 }, () => meters.take(ann, use, {})))
    assert.ok(taken.every((wait) => wait === undefined))
    await meters.take(bob, { ...use, downloads: 1 }, { requests: 1, bytes: 1 })
    const readings = await meters.list({ principal: ann })
    assert.deepEqual(summed(readings), { requests: 20, downloads: 0, bytes: 60_000_000_000 })
    const [reading] = await meters.list({ principal: bob })
    assert.ok(reading && reading.minute.getTime() % 60_000 === 0)
    assert.deepEqual(reading, { ...use, downloads: 1, principal: bob, minute: reading.minute })
    assert.deepEqual(await meters.list({ principal: bob, to: reading.minute }), [])
    assert.deepEqual(await meters.list({ principal: bob, from: reading.minute }), [reading])
    assert.deepEqual(await meters.list({ principal: bob, after: reading }), [])
    const later = new Date(reading.minute.getTime() + 60_000)
    assert.deepEqual(await meters.list({ principal: bob, after: { principal: bob, minute: later } }), [
      reading,
    ])
  })

  test('honest counts: of many who ask at once no more are given than the limit of the minute', async () => {
    const { meters } = await make(longLease)
    const request = { requests: 1, downloads: 1, bytes: 0 }
    await inOneMinute(meters, async (principal) => {
      const asked = Array.from({ length: 30 }, () => meters.take(principal, request, { requests: 7 }))
      const refused = (await Promise.all(asked)).filter((wait) => wait !== undefined)
      assert.equal(refused.length, 23)
      for (const wait of refused) assert.ok(wait > 0 && wait <= 60_000, `${wait} ms`)
      assert.equal(summed(await meters.list({ principal })).requests, 7)
      const bytes = { requests: 0, downloads: 0, bytes: 10 }
      assert.equal(await meters.take(principal, bytes, { requests: 7 }), undefined)
    })
    await inOneMinute(meters, async (principal) => {
      const bytes = { requests: 0, downloads: 0, bytes: 60 }
      const limits = { bytes: 100 }
      assert.equal(await meters.take(principal, bytes, limits), undefined)
      // The last one may go beyond.
      assert.equal(await meters.take(principal, bytes, limits), undefined)
      assert.ok(((await meters.take(principal, bytes, limits)) ?? 0) > 0)
      assert.ok(((await meters.take(principal, request, limits)) ?? 0) > 0)
      assert.equal(await meters.take(principal, bytes, {}), undefined)
      assert.deepEqual(summed(await meters.list({ principal })), { requests: 0, downloads: 0, bytes: 180 })
    })
  })

  test('exactly once: an id is revoked by one of those who try at once, and seen by all', async () => {
    const { revocations } = await make(longLease)
    const id = randomUUID()
    const until = new Date(Date.now() + 3_600_000)
    assert.equal(await revocations.has(id), false)
    const won = await Promise.all(Array.from({ length: 10 }, () => revocations.add(id, until)))
    assert.equal(won.filter(Boolean).length, 1)
    assert.equal(await revocations.has(id), true)
    const later = randomUUID()
    assert.equal(await revocations.add(later, new Date(Date.now() - 3_600_000)), true)
    assert.equal(await revocations.add(later, until), false)
    assert.equal(await revocations.add(later, new Date(Date.now() - 1000)), false)
    const over = randomUUID()
    await revocations.add(over, new Date(Date.now() - 3_600_000))
    while ((await revocations.sweep(1)) > 0);
    const ids = [over, id, later]
    assert.deepEqual(await Promise.all(ids.map((one) => revocations.has(one))), [false, true, true])
  })
}

const credential = (given: Partial<NewSealedCredential>): NewSealedCredential => ({
  id: randomUUID(),
  owner: randomUUID(),
  target: 's3',
  name: 'Mine',
  key: 'first',
  sealed: randomUUID(),
  ...given,
})

const link = (given: Partial<NewLink>): NewLink => ({
  id: randomUUID(),
  job: randomUUID(),
  output: 'archive',
  owner: randomUUID(),
  expiresAt: new Date(Date.now() + 3_600_000),
  ...given,
})

function summed(readings: readonly MeterReading[]) {
  const sum = { requests: 0, downloads: 0, bytes: 0 }
  for (const { requests, downloads, bytes } of readings) {
    sum.requests += requests
    sum.downloads += downloads
    sum.bytes += bytes
  }
  return sum
}

/** Once more with another principal, if a new minute has begun meanwhile. */
async function inOneMinute(
  { list }: Store['meters'],
  use: (principal: string) => Promise<void>,
): Promise<void> {
  for (let left = 3; ; left--) {
    const principal = randomUUID()
    const begun = Date.now()
    try {
      return await use(principal)
    } catch (error) {
      const hasTurned =
        (await list({ principal })).length > 1 || Math.floor(begun / 60_000) < Math.floor(Date.now() / 60_000)
      if (!hasTurned || left === 0) throw error
    }
  }
}
