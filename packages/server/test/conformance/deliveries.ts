import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { deliveriesModel } from '#internal/jobs/deliveries.js'
import type { JobView } from '#internal/views/views.js'
import { accepted, archiveOf, ended, exported, problem } from '../support/answers.js'
import { publicUrl, type World } from '../support/world.js'
import type { Case } from './case.js'

const asAnn = { principal: { id: 'ann' } }

/** A job that has delivered its archive to a link, and the link's id. */
async function linked(
  world: World,
  destination: Readonly<Record<string, string>> = {},
): Promise<{ readonly job: JobView; readonly link: string }> {
  const json = { deliver: [{ target: 'link', destination }] }
  const { id } = await accepted(await world.call('books/b1/export', { json }))
  const job = await ended(world, id)
  assert.equal(job.status, 'succeeded')
  const response = await world.call(`jobs/${id}/deliveries`)
  const { items } = deliveriesModel.parse(await response.json(), 'The answer')
  assert.deepEqual(
    items.map(({ target, output, status }) => [target, output, status]),
    [['link', 'archive', 'delivered']],
  )
  return { job, link: items[0]?.location ?? assert.fail('no link') }
}

/** What is asked of the server at an address that it has given. */
async function opened(world: World, link: string, how: 'address' | 'share' = 'address', json: object = {}) {
  const response = await world.call(`links/${link}/${how}`, { json })
  assert.equal(response.status, 200)
  assert.equal(response.headers.get('cache-control'), 'private, no-store')
  const { url, expiresAt } = (await response.json()) as { url: string; expiresAt: string }
  assert.ok(url.startsWith(`${publicUrl}/api/v1/links/${link}/file?address=`), url)
  return { path: url.slice(`${publicUrl}/api/v1/`.length), expiresAt: Date.parse(expiresAt) }
}

const noOne = { as: '' }

export const deliveries: Readonly<Record<string, Case>> = {
  'a link opens nothing by itself: an address is made for whoever asks, for minutes, and needs no one who is known':
    async (world) => {
      const { job, link } = await linked(world)
      const text = JSON.stringify(await (await world.call(`jobs/${job.id}`)).json())
      assert.doesNotMatch(text, /address=|eyJ/)
      const { path, expiresAt } = await opened(world, link)
      assert.ok(expiresAt <= Date.now() + 15 * 60_000 && expiresAt > Date.now() + 14 * 60_000)
      const response = await world.call(path, noOne)
      assert.equal(response.status, 200)
      const bytes = Buffer.from(await response.arrayBuffer())
      assert.deepEqual(bytes, Buffer.from(await archiveOf(world, job)))
      const { headers } = response
      assert.equal(headers.get('etag'), `"${createHash('sha256').update(bytes).digest('hex')}"`)
      assert.equal(headers.get('content-length'), String(bytes.length))
      assert.equal(headers.get('referrer-policy'), 'no-referrer')
      assert.match(headers.get('content-disposition') ?? '', /^attachment/)
      const rest = await world.call(path, {
        ...noOne,
        headers: { range: 'bytes=9-', 'if-range': headers.get('etag') ?? '' },
      })
      assert.equal(rest.status, 206)
      assert.deepEqual(Buffer.from(await rest.arrayBuffer()), bytes.subarray(9))
      const head = await world.call(path, { ...noOne, method: 'HEAD' })
      assert.deepEqual([head.status, head.headers.get('content-length')], [200, String(bytes.length)])
      await problem(
        await world.call(path, { ...noOne, headers: { range: `bytes=${bytes.length}-` } }),
        416,
        'http/range',
      )
    },
  'what was altered, is of another link, or none of ours is refused, each with its code': async (world) => {
    const { link } = await linked(world)
    const { path } = await opened(world, link)
    const [start = '', address = ''] = path.split('address=')
    const ask = (text: string, of = start) => world.call(`${of}address=${text}`, noOne)
    const [head = '', body = '', mark = ''] = address.split('.')
    const other = Buffer.from(JSON.stringify({ aud: link, sub: 'ann', exp: 9e9 })).toString('base64url')
    const none = Buffer.from('{"alg":"none","typ":"piecework-link+jwt","kid":"first"}').toString('base64url')
    for (const text of [
      `${head}.${other}.${mark}`,
      `${head}.${body}.${mark.slice(0, -2)}AA`,
      `${none}.${body}.`,
      'nothing',
    ])
      await problem(await ask(text), 401, 'link/altered')
    const { link: another } = await linked(world)
    await problem(await ask(address, `links/${another}/file?`), 401, 'link/foreign')
    await problem(await world.call(`links/${link}/file`, noOne), 400, 'options-invalid')
    await problem(await world.call('links/nothing', {}), 404, 'link/not-found')
    await problem(await world.call('links/nothing/address', { json: {} }), 404, 'link/not-found')
  },
  'what is too early, expired or revoked is refused, each with its code': async (world) => {
    const soon = new Date(Date.now() + 3_600_000).toISOString()
    const { link: early } = await linked(world, { opensAt: soon })
    await problem(await world.call(`links/${early}/address`, { json: {} }), 403, 'link/early')
    const { link: over } = await linked(world, { expiresAt: new Date(Date.now() - 1000).toISOString() })
    await problem(await world.call(`links/${over}/address`, { json: {} }), 410, 'link/expired')
    const { link } = await linked(world)
    const { path } = await opened(world, link)
    assert.equal((await world.call(`links/${link}`, { method: 'DELETE' })).status, 204)
    await problem(await world.call(path, noOne), 410, 'link/revoked')
    await problem(await world.call(`links/${link}/address`, { json: {} }), 410, 'link/revoked')
    const shown = (await (await world.call(`links/${link}`)).json()) as { revokedAt?: string }
    assert.ok(shown.revokedAt !== undefined)
  },
  'links are those of a job that one may view, or of one’s own': async (world) => {
    const { job, link } = await linked(world)
    const idsOf = async (query: string, as = 'ann') => {
      const response = await world.call(`links${query}`, { as })
      assert.equal(response.status, 200)
      return ((await response.json()) as { items: { id: string }[] }).items.map(({ id }) => id)
    }
    assert.deepEqual(await idsOf(`?job=${job.id}`), [link])
    assert.deepEqual(await idsOf(`?job=${job.id}`, 'bob'), [link])
    assert.ok((await idsOf('')).includes(link))
    assert.deepEqual(await idsOf('', 'bob'), [])
    await problem(await world.call(`links?job=${job.id}`, { as: 'eve' }), 404, 'job-not-found')
    await problem(await world.call(`links/${link}`, { as: 'eve' }), 404, 'link/not-found')
    await problem(await world.call(`links/${link}/address`, { as: 'eve', json: {} }), 404, 'link/not-found')
    await problem(await world.call(`links/${link}/address`, { as: 'bob', json: {} }), 403, 'forbidden')
    await problem(await world.call(`links/${link}/share`, { as: 'bob', json: {} }), 403, 'forbidden')
    await problem(await world.call(`links/${link}`, { as: 'bob', method: 'DELETE' }), 403, 'forbidden')
    await problem(await world.call(`links/${link}`, noOne), 401, 'http/unauthenticated')
  },
  'an address for people without an account is an action of its own, and recorded with who it is for': async (
    world,
  ) => {
    const { job, link } = await linked(world)
    const { path, expiresAt } = await opened(world, link, 'share', { recipient: 'Carl of the port' })
    assert.ok(expiresAt > Date.now() + 3_500_000)
    assert.equal((await world.call(path, noOne)).status, 200)
    const entries = await world.piecework.record({ resource: { kind: 'book', id: 'b1' } }, asAnn)
    const [download] = entries.filter(({ action, job: of }) => action === 'download' && of === job.id)
    assert.deepEqual([download?.principal, download?.recipient], ['ann', 'Carl of the port'])
    const shared = (await world.piecework.record({}, asAnn)).find(({ action }) => action === 'share')
    assert.deepEqual([shared?.job, shared?.recipient], [job.id, 'Carl of the port'])
    await problem(
      await world.call(`links/${link}/share`, { json: { recipient: 'https://x/?token=1' } }),
      400,
      'options-invalid',
    )
  },
  'what has been made is delivered again over HTTP, or elsewhere': async (world) => {
    const job = await exported(world)
    const none = (await (await world.call(`jobs/${job.id}/deliveries`)).json()) as { items: unknown[] }
    assert.deepEqual(none.items, [])
    await problem(await world.call(`jobs/${job.id}/deliveries`, { json: {} }), 409, 'unsupported')
    await problem(
      await world.call(`jobs/${job.id}/deliveries`, { json: { deliver: [{ target: 'lnik' }] } }),
      400,
      'options-invalid',
    )
    const json = { deliver: [{ target: 'link' }] }
    await problem(await world.call(`jobs/${job.id}/deliveries`, { as: 'bob', json }), 403, 'forbidden')
    await problem(await world.call(`jobs/${job.id}/deliveries`, { as: 'eve', json }), 404, 'job-not-found')
    const delivery = await accepted(await world.call(`jobs/${job.id}/deliveries`, { json }))
    assert.equal(delivery.kind, 'delivery')
    assert.equal((await ended(world, delivery.id)).status, 'succeeded')
    const done = await world.call(`jobs/${delivery.id}/deliveries`)
    const { items } = deliveriesModel.parse(await done.json(), 'The answer')
    const { path } = await opened(world, items[0]?.location ?? '')
    assert.deepEqual(
      Buffer.from(await (await world.call(path, noOne)).arrayBuffer()),
      Buffer.from(await archiveOf(world, job)),
    )
  },
  'credentials are one’s own, and what they hold never comes out': async (world) => {
    const secret = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI' }
    const added = await world.call('credentials', { json: { target: 's3', name: 'Büro', secret } })
    const text = await added.text()
    assert.equal(added.status, 201, text)
    const { id, name } = JSON.parse(text) as { id: string; name: string }
    assert.equal(name, 'Büro')
    const listed = await (await world.call('credentials?target=s3')).text()
    assert.ok(listed.includes(id))
    assert.doesNotMatch(text + listed, /AKID|wJalr|sealed|first/)
    const empty = (await (await world.call('credentials', { as: 'bob' })).json()) as { items: unknown[] }
    assert.deepEqual(empty.items, [])
    await problem(
      await world.call(`credentials/${id}`, { as: 'bob', method: 'DELETE' }),
      404,
      'credential/not-found',
    )
    for (const wrong of [
      { target: 's3', name: 'a', secret: { accessKeyId: 'AKIDEXAMPLE', secretKey: 'wJalrXUtnFEMI' } },
      { target: 's3', name: 'a', secret: { ...secret, accessKeyId: 7 } },
      { target: 'ftp', name: 'a', secret },
    ]) {
      const said = await problem(await world.call('credentials', { json: wrong }), 400, 'options-invalid')
      assert.doesNotMatch(JSON.stringify(said), /AKID|wJalr/)
    }
    await problem(await world.call('credentials', noOne), 401, 'http/unauthenticated')
    assert.equal((await world.call(`credentials/${id}`, { method: 'DELETE' })).status, 204)
    await problem(await world.call(`credentials/${id}`, { method: 'DELETE' }), 404, 'credential/not-found')
  },
  'an account is connected: out to the other side, and back to the page': async (world) => {
    const started = await world.call('connections/paper', { json: { name: 'Paper', returnTo: '/accounts' } })
    const { url } = (await started.json()) as { url: string }
    const state = new URL(url).searchParams.get('state') ?? ''
    const back = await world.call(`connections/paper/callback?state=${state}&code=yes&scope=all`, {
      redirect: 'manual',
    })
    assert.deepEqual([back.status, back.headers.get('location')], [303, '/accounts'])
    assert.equal(back.headers.get('referrer-policy'), 'no-referrer')
    const again = await world.call('connections/paper/callback', { json: { state, code: 'yes' } })
    assert.equal(again.status, 201)
    await problem(await world.call('connections/stone', { json: { name: 'a' } }), 404, 'credential/not-found')
    await problem(
      await world.call('connections/paper', { json: { name: 'a', returnTo: 'https://evil.example' } }),
      400,
      'options-invalid',
    )
    await problem(await world.call('connections/paper/callback?state=x', noOne), 401, 'http/unauthenticated')
  },
}
