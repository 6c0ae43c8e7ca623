import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Output } from '@piecework/core/piece'
import { browser, needsBrowser, type TestBrowser } from '@piecework/test-support'
import { suite } from 'uvu'
import type { JobView } from '#internal/views/views.js'
import { accepted, archiveOf, ended, exported } from './support/answers.js'
import { type Cuts, type CuttingProxy, cuttingProxy } from './support/cutting-proxy.js'
import { startWorld, type World } from './support/world.js'

const test = needsBrowser(suite('downloads by a browser'))

const html = '<title>run</title><script>document.title = "ran"; fetch("/ran")</script>'
const output = (name: string, mediaType: string, fileName: string, bytes: Uint8Array): Output => ({
  name: `odd/${name}`,
  mediaType,
  fileName: () => fileName,
  assemble: async function* () {
    yield bytes
  },
})
const outputs = [
  output('named', 'application/zip', 'Schützgebiete – größe.zip', randomBytes(1000)),
  output('page', 'text/html', 'page.html', Buffer.from(html)),
]

let world: World & { close(): Promise<void> }
let chromium: TestBrowser
test.before(async () => {
  world = await startWorld('node', {
    packs: [{ name: 'odd', outputs }],
    // A browser that goes to an address sends a cookie and no token.
    http: {
      principal: ({ headers, user }: IncomingMessage & { user?: { id: string } }) =>
        user ?? (headers.cookie === 'session=ann' && { id: 'ann' }),
    } as never,
  })
  for (const id of ['large', 'other'])
    world.shelf.add(
      id,
      id,
      Array.from({ length: 30_000 }, () => randomBytes(75).toString('base64')),
    )
  chromium = await browser()
})
test.after(async () => {
  await chromium?.close()
  await world.close()
})

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** A page of the host's with a link, which is clicked. */
async function click(port: number, path: string) {
  const origin = `http://127.0.0.1:${port}`
  await chromium.context.addCookies([{ name: 'session', value: 'ann', url: origin }])
  const page = await chromium.context.newPage()
  await page.route(`${origin}/`, (route) =>
    route.fulfill({ contentType: 'text/html', body: `<title>host</title><a href="/api/v1/${path}">it</a>` }),
  )
  await page.goto(`${origin}/`)
  await page.click('a')
  return page
}

/** Clicks the link to the archive behind a line that is cut. */
async function throughCuts(
  job: JobView,
  cuts: Omit<Cuts, 'of'>,
  use: (proxy: CuttingProxy, saved: Promise<string>) => Promise<void>,
): Promise<void> {
  const path = `jobs/${job.id}/archive`
  const proxy = await cuttingProxy(world.port, { ...cuts, of: path })
  try {
    const saved = chromium.saved()
    const page = await click(proxy.port, path)
    await use(proxy, saved)
    await page.close()
  } finally {
    await proxy.close()
  }
}

const headerOf = (head: string, name: string) => new RegExp(`^${name}: (.*)\r$`, 'im').exec(head)?.[1]

/** All requests after the first one ask for the rest of the same bytes. */
function assertResumed({ requests, sent }: CuttingProxy, whole: Uint8Array, times: number): void {
  assert.equal(requests.length, times + 1)
  assert.equal(headerOf(requests[0] ?? '', 'Range'), undefined)
  for (const head of requests.slice(1)) {
    assert.match(headerOf(head, 'Range') ?? '', /^bytes=[1-9]\d{4,}-$/)
    assert.equal(headerOf(head, 'If-Range'), `"${sha256(whole)}"`)
  }
  assert.ok(sent < whole.length * 1.5, `${sent} of ${whole.length} bytes`)
}

test('a download that is cut twice goes on by itself where it was, and is saved whole under its name', async () => {
  const job = await exported(world, 'large')
  const whole = await archiveOf(world, job)
  assert.ok(whole.length > 2_000_000, String(whole.length))
  await throughCuts(job, { after: [700_000, 500_000] }, async (proxy, saved) => {
    const file = await saved
    assert.equal(basename(file), 'book-large.zip')
    assert.equal(sha256(await readFile(file)), sha256(whole))
    assertResumed(proxy, whole, 2)
  })
})

test('one whose connection was reset is resumed by its user', async () => {
  const job = await exported(world, 'large')
  const whole = await archiveOf(world, job)
  // What has come and was not read goes with the connection.
  const reset = async (client: Socket) => {
    await received(500_000)
    client.resetAndDestroy()
  }
  await throughCuts(job, { after: [700_000], by: reset }, async (proxy, saved) => {
    const downloads = await chromium.context.newPage()
    await downloads.goto('chrome://downloads')
    const item = downloads.locator('downloads-item').first()
    await item.getByText('Network error').waitFor()
    await item.locator('#more-actions').click()
    await item.locator('#pause-or-resume').click()
    const file = await saved
    assert.equal(sha256(await readFile(file)), sha256(whole))
    assertResumed(proxy, whole, 1)
    await downloads.close()
  })
})

/** Waits until the browser has written so much of an unfinished download. */
async function received(bytes: number): Promise<void> {
  for (;;) {
    const names = await readdir(chromium.downloads)
    const unfinished = names.filter((name) => name.endsWith('.crdownload'))
    const sizes = await Promise.all(unfinished.map(async (name) => stat(join(chromium.downloads, name))))
    if (sizes.some(({ size }) => size >= bytes)) return
    await sleep(20)
  }
}

test('bytes that are others meanwhile are never mixed with what has come', async () => {
  const [job, other] = [await exported(world, 'large'), await exported(world, 'other')]
  const [before, after] = [await archiveOf(world, job), await archiveOf(world, other)]
  const cut = 700_000
  const rewrite = (text: string) => (/^range:/im.test(text) ? text.replace(job.id, other.id) : text)
  await throughCuts(job, { after: [cut], rewrite }, async (proxy, saved) => {
    assert.equal(sha256(await readFile(await saved)), sha256(after))
    assert.equal(headerOf(proxy.requests[1] ?? '', 'If-Range'), `"${sha256(before)}"`)
    assert.ok(proxy.sent > cut + after.length, 'the whole of it came')
  })
})

test('names with letters of all languages are those of the files', async () => {
  const saved = chromium.saved()
  const page = await click(world.port, await made('named'))
  assert.equal(basename(await saved), 'Schützgebiete – größe.zip')
  await page.close()
})

test('a page that an export has made is saved, and nothing of it runs', async () => {
  const saved = chromium.saved()
  const requests: string[] = []
  chromium.context.on('request', (request) => requests.push(new URL(request.url()).pathname))
  const page = await click(world.port, await made('page'))
  const file = await saved
  assert.deepEqual([basename(file), await readFile(file, 'utf8')], ['page.html', html])
  assert.deepEqual([new URL(page.url()).pathname, await page.title()], ['/', 'host'])
  assert.ok(
    requests.some((path) => path.endsWith('/archive')) && !requests.includes('/ran'),
    String(requests),
  )
  await page.close()
})

/** Path of what an export has made. */
async function made(name: string): Promise<string> {
  const { id } = await accepted(
    await world.call('books/b1/export', { json: { outputs: [{ name: `odd/${name}` }] } }),
  )
  await ended(world, id)
  return `jobs/${id}/archive?output=${encodeURIComponent(`odd/${name}`)}`
}

test.run()
