import assert from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { PieceworkError } from '@piecework/core'
import { browser, needsBrowser, type TestBrowser } from '@piecework/test-support'
import type { Page } from 'playwright-core'
import { suite } from 'uvu'
import { ask, ended, survey } from './support/ask.js'
import { assertAccessible } from './support/assert-accessible.js'
import { startWorld, type World } from './support/world.js'

const test = needsBrowser(suite('page: screens'))

/** Where pictures go, for people to look at. */
const folder = process.env.PIECEWORK_SCREENS
/** Where no pictures are made, the widest and the narrowest. */
const widths = folder === undefined ? [320, 1440] : [320, 768, 1440]
const modes = [
  ...widths.map((width) => ({ scheme: 'light', dir: 'ltr', width }) as const),
  ...(folder === undefined ? [320] : widths).map((width) => ({ scheme: 'dark', dir: 'ltr', width }) as const),
  ...(folder === undefined ? [320] : widths).map(
    (width) => ({ scheme: 'light', dir: 'rtl', width }) as const,
  ),
]

let world: World
let chromium: TestBrowser
test.before(async () => {
  const host = (attributes: string, html = 'lang="en"') => ({
    type: 'text/html',
    text: `<!doctype html><html ${html}><head><meta name="viewport" content="width=device-width"><title>Host</title></head><body><main><piecework-jobs ${attributes}></piecework-jobs></main><script type="module" src="/api/v1/ui/piecework-jobs.js"></script></body></html>`,
  })
  world = await startWorld({
    pages: {
      '/park': host('resource="park:p1"'),
      '/arabic': host('resource="park:p1"', 'lang="ar" dir="rtl"'),
    },
  })
  const long = 'Verwaltungsgemeinschaft-Naturschutzgroßgebietsentwicklungsplanung_2026_final_v12 (Kopie)'
  world.parks.add('p1', 'Tasman Peninsula', ['blue gum', 'myrtle', 'celery-top pine'])
  world.parks.add('t1', 'Cape trail', ['banksia'], 'p1')
  world.parks.add('p2', long, ['oak'])
  world.parks.add('p3', 'محمية الجبل', ['oak'])
  if (folder !== undefined) await mkdir(folder, { recursive: true })
  chromium = await browser()
  chromium.context.setDefaultTimeout(30_000)
})
test.after(async () => {
  await chromium?.close()
  await world?.close()
})

/** Rules of axe whose outcome depends on widths and directions. */
const layoutRules = ['scrollable-region-focusable', 'target-size', 'color-contrast']

/**
 * Looks at a screen at all widths, in light and dark, from left and from right. `ready` is a text that it has. Where pictures
 * are made, each is looked at by all rules; else all by some.
 */
async function look(page: Page, name: string, ready: string | RegExp): Promise<void> {
  await page.getByText(ready).first().waitFor()
  const own = await page.evaluate('document.dir')
  for (const { scheme, dir, width } of modes) {
    const what = `${name}-${width}-${scheme}${dir === 'rtl' ? '-rtl' : ''}`
    await page.emulateMedia({ colorScheme: scheme })
    await page.evaluate(`document.dir = ${JSON.stringify(own === 'rtl' ? 'rtl' : dir)}`)
    await page.setViewportSize({ width, height: 900 })
    const tooWide = await page.evaluate('document.documentElement.scrollWidth - innerWidth')
    assert.ok(Number(tooWide) <= 0, `${what} is ${tooWide} px too wide`)
    if (folder !== undefined) await page.screenshot({ path: join(folder, `${what}.png`), fullPage: true })
    const isWhole = folder !== undefined || (width === 1440 && scheme === 'light' && dir === 'ltr')
    await assertAccessible(page, what, isWhole ? undefined : layoutRules)
  }
  await page.evaluate(`document.dir = ${JSON.stringify(own)}`)
}

async function open(path: string): Promise<Page> {
  const page = await chromium.context.newPage()
  await page.goto(`${world.origin}${path}`)
  return page
}

const ui = (view: string) => `/api/v1/ui#piecework/${view}`

test('nothing yet', async () => {
  const page = await open(ui('list'))
  await look(page, 'list-empty', 'There is nothing here yet')
  await page.close()
})

test('an export that is under way, one that is ready, and the list of them', async () => {
  const done = await ended(world, 'parks/p1/export')
  world.parks.lost = 3
  await ended(world, 'parks/p2/export')
  world.parks.lost = 0
  await ended(world, 'parks/p3/clone', { name: 'محمية الجبل - نسخة' })
  await world.parks.held(async () => {
    const { id } = await ask<{ id: string }>(world, 'parks/p1/export', {})
    const page = await open(ui(`job/${id}`))
    await look(page, 'export-running', /Reading trees: 82,400 of 200,000|41,200 of 100,000/)
    await page.getByRole('button', { name: 'Stop it' }).click()
    await look(page, 'export-stop', 'Yes, stop it')
    await page.getByRole('button', { name: 'No, go on' }).click()
    await page.close()
    const list = await open(ui('list'))
    await look(list, 'list', 'Export of Tasman Peninsula')
    await list.close()
  })
  const page = await open(ui(`job/${done}`))
  await page.getByRole('button', { name: 'Show record counts' }).click()
  await page.getByRole('button', { name: 'Copy a report' }).click()
  await look(page, 'export-ready', 'The export is ready.')
  await page.close()
})

test('a map, with what was found about one of its units', async () => {
  const trees = ['oak', '?', ...Array.from({ length: 60 }, (_, at) => `tree ${'abcdefgh'[at % 8]}`), '17']
  const { id } = await survey(world, 'West', trees.join('\n'))
  const check = await ended(world, `parks/import/survey/${id}/validate`)
  const page = await open(ui(`job/${check}`))
  await page.getByRole('button', { name: 'Show on the map: planning unit 2' }).click()
  await look(page, 'map', 'Planning unit 2')
  await page.close()
})

test('an export that has failed, and one that was stopped', async () => {
  world.parks.failure = new Error('no disk')
  const failed = await ended(world, 'parks/p2/export')
  world.parks.failure = undefined
  const page = await open(ui(`job/${failed}`))
  await look(page, 'export-failed', 'The export did not work.')
  await page.close()
})

test('a check that has found much', async () => {
  const trees = [
    'oak',
    '?',
    'ELM',
    ...Array.from({ length: 40 }, (_, at) => String(at + 100)),
    '?',
    'YEW',
    'ASH',
  ]
  const { id, job } = await survey(world, 'Survey of the north', trees.join('\n'))
  await ended(world, `parks/import/survey/${id}/validate`)
  const draft = await open(ui(`draft/${job}`))
  await look(draft, 'draft-broken', 'The files have errors.')
  await draft.close()
  const run = await ask<{ id: string }>(world, `parks/import/survey/${id}`, {}).catch((error) => error)
  assert.ok(run)
  const page = await open(ui(`job/${job}`))
  await look(page, 'import-failed', 'The import did not work.')
  await page.close()
})

test('what is asked before an import, an export and a copy', async () => {
  const page = await open(ui('import'))
  await look(page, 'import', 'Choose a file')
  await page.getByLabel('A park-survey project').check()
  await page.getByRole('button', { name: 'Continue' }).click()
  await look(page, 'import-name', 'Give it a name first.')
  await page.close()
  const host = await open('/park#piecework/export')
  await host.locator('summary').click()
  await look(host, 'ask-export', 'Start the export')
  await host.goto(`${world.origin}/park#piecework/clone`)
  await look(host, 'ask-clone', 'Make the copy')
  await host.close()
})

test('what differs between an archive and what is there now', async () => {
  const id = await ended(world, 'parks/p1/export')
  world.parks.all.get('p1')?.lines.push('tea tree')
  const page = await open(ui(`compare/${id}`))
  await look(page, 'compare', 'What is there now differs from the archive.')
  await page.close()
})

test('from right to left, with English sentences that end at their ends, and with words of the host', async () => {
  const page = await open('/arabic')
  await look(page, 'rtl-list', 'Export of Tasman Peninsula')
  await page.getByRole('link', { name: 'Export of Tasman Peninsula' }).first().click()
  await look(page, 'rtl-job', 'The export is ready.')
  const [letter, stop] = (await page.evaluate(`(() => {
    const text = document.querySelector('piecework-jobs').shadowRoot.querySelector('.summary strong').firstChild
    return [2, 1].map((from) => {
      const range = document.createRange()
      range.setStart(text, text.length - from)
      range.setEnd(text, text.length - from + 1)
      return range.getBoundingClientRect().left
    })
  })()`)) as readonly [number, number]
  assert.ok(stop > letter, `the full stop is at ${stop}, the letter before it at ${letter}`)
  const labels = { 'sum.succeeded.export': 'التصدير جاهز.', 'result.download': 'تنزيل' }
  await page.evaluate(
    `Object.assign(document.querySelector('piecework-jobs'), { labels: ${JSON.stringify(labels)} })`,
  )
  await page.getByText(labels['sum.succeeded.export']).first().waitFor()
  await page.getByText(labels['result.download'], { exact: true }).waitFor()
  await page.close()
})

test('what cannot be found, and a server that is away', async () => {
  const page = await open(ui('job/none'))
  await look(page, 'not-found', 'There is no such export or import')
  const list = await open(ui('list'))
  await list.getByText('Export of Tasman Peninsula').first().waitFor()
  await list.route('**/jobs?*', (route) => route.abort())
  await list.getByLabel('Only mine').check()
  await look(list, 'list-away', 'The server cannot be reached.')
  await list.close()
  await page.close()
})

test('the files of an import: none, on their way, missing, there, checked', async () => {
  const { job } = await ask<{ job: string }>(world, 'parks/import/survey', { name: 'Survey of the south' })
  const page = await open(ui(`draft/${job}`))
  await look(page, 'draft-empty', 'it waits for its files')
  const files = page.getByLabel('Choose files or a zip')
  const text = (name: string, body: string) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(body) })
  let go: () => void = () => undefined
  const held = new Promise<void>((resolve) => {
    go = resolve
  })
  await page.route('**/uploads/*', async (route) => {
    await held
    return route.continue().catch(() => undefined)
  })
  const name = 'Baumkataster_der_Verwaltungsgemeinschaft_2026_final_v12 (Kopie).txt'
  await files.setInputFiles([text(name, 'no trees'), text('notes.txt', 'seen in spring')])
  await look(page, 'draft-sending', 'Keep this window open while files are being sent.')
  go()
  await look(page, 'draft-missing', 'Still missing: trees.')
  await world.parks.held(async () => {
    await files.setInputFiles([text('trees.csv', 'oak\nelm\n')])
    await look(page, 'draft-checking', 'are being checked.')
  })
  await look(page, 'draft-checked', 'The files are checked: the import can start.')
  world.parks.failure = new PieceworkError(
    'survey/full',
    'The park "Survey of the south" takes no more trees.',
  )
  await page.getByRole('button', { name: 'Start the import' }).click()
  await look(page, 'run-failed', 'The import did not work.')
  world.parks.failure = undefined
  await page.close()
})

test('what was stopped, and what has not arrived where it was sent', async () => {
  const id = await world.parks.held(async () => {
    const asked = await ask<{ id: string }>(world, 'parks/p2/export', {})
    await ask(world, `jobs/${asked.id}/cancel`, {})
    return asked.id
  })
  const page = await open(ui(`job/${id}`))
  await look(page, 'export-stopped', 'This was stopped.')
  const destination = { opensAt: new Date(Date.now() - 60_000).toISOString() }
  world.parks.lost = 3
  const sent = await ended(world, 'parks/p1/export', { deliver: [{ target: 'link', destination }] })
  world.parks.lost = 0
  const [link] = (await ask<{ items: object[] }>(world, `jobs/${sent}/deliveries`)).items
  const place = 's3://a-bucket-with-a-long-name/exports/of/2026/Verwaltungsgemeinschaft-Naturschutz.zip'
  const failed = { target: 's3', output: 'archive', destination: {}, status: 'failed', location: place }
  await page.route('**/deliveries', (route) => route.fulfill({ json: { items: [link, failed] } }))
  await page.goto(`${world.origin}${ui(`job/${sent}`)}`)
  await look(page, 'export-sent', '1 file has not arrived.')
  await page.close()
})

test('nothing moves where no motion is wanted', async () => {
  const { page } = { page: await open(ui('list')) }
  await page.emulateMedia({ reducedMotion: 'reduce' })
  const sheet = String(
    await page.evaluate(
      "[...document.querySelector('piecework-jobs').shadowRoot.adoptedStyleSheets].flatMap(({ cssRules }) => [...cssRules]).map(({ cssText }) => cssText).join('\\n')",
    ),
  )
  const moving = sheet.replace(/@media \(prefers-reduced-motion: no-preference\) \{[^@]*?\}\s*\}/g, '')
  assert.ok(!/transition|animation|scroll-behavior/.test(moving), moving)
  await page.close()
})

test.run()
