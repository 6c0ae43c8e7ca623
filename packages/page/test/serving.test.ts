import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { pageRoutes } from '@piecework/page'
import { suite } from 'uvu'
import { startWorld, type World } from './support/world.js'

const test = suite('page: serving')
const require = createRequire(import.meta.url)

let world: World
test.before(async () => {
  world = await startWorld()
})
test.after(() => world.close())

const ask = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${world.origin}/api/v1/${path}`, { headers: { 'accept-encoding': 'identity', ...headers } })

/** Address of the modules: `ui/0123456789ab`. */
async function versionedPath(): Promise<string> {
  const [path = ''] = /ui\/[0-9a-f]{12}/.exec(await (await ask('ui')).text()) ?? []
  return path
}

test('the page names everything by relative addresses, and allows nothing of others and nothing inline', async () => {
  const response = await ask('ui')
  const html = await response.text()
  assert.equal(response.headers.get('content-type'), 'text/html; charset=utf-8')
  const addresses = [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address = '']) => address)
  assert.ok(addresses.length > 3)
  for (const address of addresses) assert.match(address, /^ui\/[0-9a-f]{12}\/[\w-]+\.(js|css)$/)
  assert.ok(!/<script(?![^>]*\bsrc=)|<style|\bstyle=|\son\w+=/.test(html), html)
  const policy = response.headers.get('content-security-policy') ?? ''
  assert.match(policy, /default-src 'none'; script-src 'self'; style-src 'self'/)
  assert.ok(!/unsafe|https?:|\*/.test(policy), policy)
})

test('a module has its type, may be kept for ever, and is compressed for whom that helps', async () => {
  const path = `${await versionedPath()}/piecework-jobs.js`
  const plain = await ask(path)
  const text = await plain.text()
  assert.equal(plain.headers.get('content-type'), 'text/javascript; charset=utf-8')
  assert.equal(plain.headers.get('cache-control'), 'public, max-age=31536000, immutable')
  assert.equal(plain.headers.get('x-content-type-options'), 'nosniff')
  const zipped = await ask(path, { 'accept-encoding': 'br, gzip' })
  assert.deepEqual(
    [zipped.headers.get('content-encoding'), zipped.headers.get('vary'), await zipped.text()],
    ['gzip', 'Accept-Encoding', text],
  )
  assert.equal((await ask(path, { 'accept-encoding': 'gzip;q=0' })).headers.get('content-encoding'), null)
  assert.notEqual(zipped.headers.get('etag'), plain.headers.get('etag'))
})

test('what a browser has is not sent again', async () => {
  for (const path of [
    'ui',
    'ui/piecework-jobs.js',
    'ui/settings.json',
    `${await versionedPath()}/page.css`,
  ]) {
    const etag = (await ask(path)).headers.get('etag') ?? ''
    const again = await ask(path, { 'if-none-match': `"other", W/${etag}` })
    assert.deepEqual([again.status, await again.text()], [304, ''], path)
    assert.equal((await ask(path, { 'if-none-match': '"other"' })).status, 200)
  }
})

test('files of another version, and of none, are not there', async () => {
  const path = await versionedPath()
  for (const other of [
    'ui/000000000000/page.js',
    `${path}/none.js`,
    `${path}/constructor`,
    `${path}/..%2fpage.js`,
  ]) {
    const response = await ask(other)
    const { code } = (await response.json()) as { code: string }
    assert.deepEqual([response.status, code], [404, 'page/file-not-found'], other)
  }
})

test('the element has an address that stays, and imports the present version', async () => {
  const response = await ask('ui/piecework-jobs.js')
  assert.equal(response.headers.get('cache-control'), 'no-cache')
  const [, version] = (await versionedPath()).split('/')
  assert.equal(await response.text(), `export * from './${version}/piecework-jobs.js'\n`)
})

test('the settings have kinds and formats with their segments', async () => {
  const settings = (await (await ask('ui/settings.json')).json()) as Record<string, readonly object[]>
  assert.equal(settings.mails, true)
  assert.deepEqual(settings.kinds, [
    { kind: 'park', hasMap: true, path: 'parks' },
    { kind: 'trail', parent: 'park', path: 'trails' },
  ])
  assert.deepEqual(
    settings.formats?.map((format) => ({ ...format, roles: [] })),
    [
      {
        name: 'park-survey',
        makes: 'park',
        segment: 'survey',
        unsorted: true,
        hasMap: true,
        partial: true,
        roles: [],
      },
      { name: 'trail-list', makes: 'trail', segment: 'list', unsorted: false, roles: [] },
    ],
  )
})

test('names are given of what one may see', async () => {
  world.parks.add('p1', 'Tasman', [])
  const post = (body: unknown) =>
    fetch(`${world.origin}/api/v1/ui/names`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  const resources = [
    { kind: 'park', id: 'p1' },
    { kind: 'park', id: 'none' },
    { kind: 'river', id: 'p1' },
  ]
  assert.deepEqual(await (await post({ resources })).json(), {
    items: [{ ...resources[0], name: 'Tasman' }, resources[1], resources[2]],
  })
  assert.equal((await post({ resources: Array.from({ length: 101 }, () => resources[0]) })).status, 400)
})

/** All that a module imports before it runs, by its name. */
async function closureOf(
  path: string,
  name: string,
  found = new Map<string, string>(),
): Promise<Map<string, string>> {
  if (found.has(name)) return found
  const text = await (await ask(`${path}/${name}`)).text()
  found.set(name, text)
  for (const [, next = ''] of text.matchAll(/(?:\bfrom|\bimport)\s*"\.\/([\w-]+\.js)"/g))
    await closureOf(path, next, found)
  return found
}

const zippedBytes = (texts: Iterable<string>) =>
  [...texts].reduce((sum, text) => sum + gzipSync(text, { level: 9 }).byteLength, 0)

test('the first load is at most 30 kB, and all that comes on demand at most 60 kB more', async () => {
  const path = await versionedPath()
  const first = await closureOf(path, 'page.js')
  const html = await (await ask('ui')).text()
  const css = await (await ask(`${path}/page.css`)).text()
  const firstBytes = zippedBytes([html, css, ...first.values()])
  const demanded = new Map<string, string>()
  // What comes on demand may ask for more.
  const texts = [...first.values()]
  for (let text = texts.pop(); text !== undefined; text = texts.pop())
    for (const [, name = ''] of text.matchAll(/import\("\.\/([\w-]+\.js)"\)/g)) {
      if (demanded.has(name)) continue
      const found = await closureOf(path, name)
      for (const [one, own] of found) {
        if (!demanded.has(one) && !first.has(one)) texts.push(own)
        demanded.set(one, own)
      }
    }
  for (const name of first.keys()) demanded.delete(name)
  const laterBytes = zippedBytes(demanded.values())
  assert.ok(first.size > 10 && demanded.size > 5, `${first.size} and ${demanded.size} modules`)
  console.log(`first load ${firstBytes} bytes, on demand ${laterBytes} bytes, gzip`)
  assert.ok(firstBytes <= 30_000, `${firstBytes} bytes`)
  assert.ok(laterBytes <= 60_000, `${laterBytes} bytes`)
})

test('screen readers are told what is newest, once in five seconds', async () => {
  const text = await (await ask(`${await versionedPath()}/announcer.js`)).text()
  const { createAnnouncer } = await import(`data:text/javascript,${encodeURIComponent(text)}`)
  const timers: [() => void, number][] = []
  const own = globalThis.setTimeout
  globalThis.setTimeout = ((...timer: [() => void, number]) => timers.push(timer)) as unknown as typeof own
  try {
    const region = { textContent: '' }
    const { say } = createAnnouncer(region)
    const pass = () => {
      const [due, ms] = timers.shift() ?? assert.fail('nothing is due')
      due()
      return [region.textContent, ms]
    }
    say('Reading')
    assert.deepEqual(pass(), ['Reading', 0])
    say('Packing')
    say('Ready')
    assert.equal(region.textContent, 'Reading')
    assert.deepEqual([pass(), timers.length], [['Ready', 5000], 1])
  } finally {
    globalThis.setTimeout = own
  }
})

test('libraries that come along have their licences beside them', async () => {
  for (const name of ['preact', 'htm']) {
    const given = await readFile(
      join(dirname(require.resolve('@piecework/page')), `../licences/${name}.txt`),
      'utf8',
    )
    let folder = dirname(require.resolve(name))
    while (!folder.endsWith(name)) folder = dirname(folder)
    assert.equal(given, await readFile(join(folder, 'LICENSE'), 'utf8'), name)
  }
})

test('it is an extension without options', () => {
  assert.deepEqual(pageRoutes().segments, ['ui'])
})

test.run()
