import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { browser, needsBrowser, type TestBrowser } from '@piecework/test-support'
import { suite } from 'uvu'
import { ask, ended, survey } from './support/ask.js'
import { keysOf } from './support/keys.js'
import { openPage } from './support/open-page.js'
import { startWorld, type World } from './support/world.js'

const test = needsBrowser(suite('page: jobs'))

let world: World
let chromium: TestBrowser
test.before(async () => {
  const text = `<!doctype html><html lang="en"><title>Host</title><main><piecework-jobs resource="park:p1"></piecework-jobs></main><script type="module" src="/api/v1/ui/piecework-jobs.js"></script></html>`
  world = await startWorld({
    pages: { '/park': { type: 'text/html', text } },
    headers: {
      'content-security-policy':
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'",
    },
  })
  world.parks.add('p1', 'Tasman Peninsula', ['blue gum', 'myrtle'])
  chromium = await browser()
  chromium.context.setDefaultTimeout(15_000)
})
test.after(async () => {
  await chromium?.close()
  await world?.close()
})

test('an export is asked for, watched while it goes on, and downloaded, on a page of the host and under its policy', async () => {
  const { page, complaints } = await openPage(chromium, world, 'list', '/park')
  await page.getByRole('link', { name: 'Export', exact: true }).click()
  await world.parks.held(async () => {
    await page.getByRole('button', { name: 'Start the export' }).click()
    await page.getByText('Reading trees: 41,200 of 100,000').first().waitFor()
    await page.getByText('You can close this window: the work goes on without it.').first().waitFor()
  })
  await page.getByText('The export is ready.').first().waitFor()
  await page.getByText('Nothing is missing.').first().waitFor()
  const saved = chromium.saved()
  await page.getByRole('link', { name: 'Download Archive of everything' }).click()
  assert.equal((await readFile(await saved)).subarray(0, 2).toString(), 'PK')
  assert.deepEqual(complaints, [])
  await page.close()
})

test('nothing of the inside is shown, and no request leaves the server', async () => {
  const id = await ended(world, 'parks/p1/export')
  const { page } = await openPage(chromium, world, `job/${id}`)
  const foreign: string[] = []
  page.on('request', (request) => request.url().startsWith(world.origin) || foreign.push(request.url()))
  await page.getByText('The export is ready.').first().waitFor()
  const text = String(await page.evaluate("document.querySelector('piecework-jobs').shadowRoot.textContent"))
  assert.ok(!/\b(node|batch|lease|attempt|piece|worker)s?\b/i.test(text), text)
  assert.deepEqual(foreign, [])
  await page.close()
})

test('a server that goes away while one watches is told, and found again; a reload in the middle changes nothing', async () => {
  await world.parks.held(async () => {
    const { id } = await ask<{ id: string }>(world, 'parks/p1/export', {})
    const { page } = await openPage(chromium, world, `job/${id}`)
    await page.getByText('Reading trees').first().waitFor()
    await world.away(async () => {
      await page.getByText('The connection is lost. It is tried again by itself').waitFor()
    })
    await page.getByText('The connection is lost.').waitFor({ state: 'detached' })
    await page.reload()
    await page.getByText('Reading trees').first().waitFor()
    world.parks.gate = undefined
    await page.close()
  })
})

test('what an export has left out is told with its count, in the job and in the list', async () => {
  world.parks.lost = 3
  const id = await ended(world, 'parks/p1/export').finally(() => {
    world.parks.lost = 0
  })
  const { page } = await openPage(chromium, world, `job/${id}`)
  const said = page.locator('.summary.warned')
  await said.getByText('First: 3 files that the lines name could not be read: left out.').waitFor()
  assert.match(
    String(await said.textContent()),
    /The export is ready\. 1 warning says what was left out, changed or assumed\./,
  )
  assert.equal(await page.getByText('Nothing is missing.').count(), 0)
  await page.getByRole('link', { name: 'All exports and imports' }).click()
  const first = page.locator('ul.jobs li').first()
  await first.getByText('Done, with 1 warning').waitFor()
  assert.match(String(await first.textContent()), /^Export of Tasman Peninsula/)
  await page.close()
})

test('a copy gets the name that it is given, and the list has it', async () => {
  const { page } = await openPage(chromium, world, 'clone', '/park')
  await page.getByLabel('Name of the copy').fill('Second try')
  await page.getByRole('button', { name: 'Make the copy' }).click()
  await page.getByText('The copy is there: Second try.').first().waitFor()
  assert.ok([...world.parks.all.values()].some(({ name, isVisible }) => name === 'Second try' && isVisible))
  await page.getByRole('link', { name: 'All exports and imports' }).click()
  await page.getByRole('link', { name: 'Copy of Tasman Peninsula' }).first().waitFor()
  await page.close()
})

test('findings are grouped by cause with their counts, filtered, and saved as a table', async () => {
  const trees = [
    'oak',
    '?',
    'ELM',
    ...Array.from({ length: 40 }, (_, at) => String(at + 100)),
    '?',
    '=1+1',
    'YEW',
  ]
  const { id } = await survey(world, 'North', trees.join('\n'))
  const check = await ended(world, `parks/import/survey/${id}/validate`)
  const { page } = await openPage(chromium, world, `job/${check}`)
  await page.getByText('42 errors have to be mended.').first().waitFor()
  const causes = page.locator('article.cause')
  await causes.nth(2).waitFor()
  assert.equal(await causes.count(), 3)
  const numbers = causes.filter({ hasText: 'is a number' })
  assert.match(String(await numbers.textContent()), /trees\.csv\s*40 places/)
  assert.equal(await numbers.locator('tbody tr').count(), 10)
  await numbers.getByRole('button', { name: 'Show all 40' }).click()
  assert.equal(await numbers.locator('tbody tr').count(), 40)
  assert.match(
    String(await numbers.locator('tbody tr').first().textContent()),
    /4\s*name\s*100\s*"100" is a number.*\s*Write a name/,
  )
  await page.getByLabel('Warnings (2)').check()
  assert.equal(await causes.count(), 1)
  await page.getByLabel('Search').fill('nothing like this')
  await page.getByText('Nothing matches.').first().waitFor()
  const saved = chromium.saved()
  await page.getByRole('button', { name: 'Download as a table (CSV)' }).click()
  const csv = (await readFile(await saved, 'utf8')).split('\r\n')
  assert.equal(csv.length, 1 + 44 + 1)
  assert.equal(csv[0], '\ufeffKind,File,Line,Column,What it says,What is wrong,What to change')
  assert.ok(
    csv.some((line) =>
      line.startsWith('Error,trees.csv,2,name,?,"The tree of line 2 has no name, but ""?""."'),
    ),
  )
  await page.close()
})

test('whoever has asked for a job is mailed when it is done, if they want; where the host mails nobody it is not offered', async () => {
  const [page, id] = await world.parks.held(async () => {
    const asked = await ask<{ id: string }>(world, 'parks/p1/export', {})
    const { page } = await openPage(chromium, world, `job/${asked.id}`)
    await page.getByRole('button', { name: 'Email me when it is done' }).click()
    await page.getByText('You will get an email when this has ended.').waitFor()
    await page.reload()
    await page.getByText('You will get an email when this has ended.').waitFor()
    assert.equal(await page.getByRole('button', { name: 'Email me' }).count(), 0)
    await page.route('**/settings.json', async (route) => {
      const { mails: _, ...settings } = (await (await route.fetch()).json()) as { mails?: true }
      return route.fulfill({ json: settings })
    })
    await page.reload()
    await page.getByRole('button', { name: 'Copy a report' }).waitFor()
    assert.equal(await page.getByText(/email/i).count(), 0)
    assert.deepEqual(world.mails, [])
    return [page, asked.id] as const
  })
  await page.getByText('The export is ready.').first().waitFor()
  for (let tries = 0; tries < 100 && world.mails.length === 0; tries += 1) await page.waitForTimeout(20)
  assert.deepEqual(world.mails, [id])
  await page.close()
})

test('a report for support says what the page shows, without headers and data', async () => {
  await chromium.context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const id = await ended(world, 'parks/p1/export')
  const { page } = await openPage(chromium, world, `job/${id}`)
  await page.getByRole('button', { name: 'Copy a report for support' }).click()
  await page.getByText('The report is copied.').first().waitFor()
  const report = String(await page.evaluate('navigator.clipboard.readText()'))
  assert.match(report, /^Export of Tasman Peninsula\nThe export is ready\./)
  assert.ok(report.includes(`id: ${id}`) && !report.includes('blue gum'), report)
  await page.close()
})

test('an archive is compared with what is there now', async () => {
  const id = await ended(world, 'parks/p1/export')
  const { page } = await openPage(chromium, world, `job/${id}`)
  await page.getByRole('link', { name: 'Compare with what is there now' }).click()
  await page.getByText('There is no difference').first().waitFor()
  world.parks.all.get('p1')?.lines.push('tea tree')
  await page.reload()
  await page.getByText('What is there now differs from the archive.').first().waitFor()
  assert.match(String(await page.locator('tbody tr').first().textContent()), /trees \(park\).*differs/)
  await page.close()
})

test('what was sent has its place: a link is opened, and what has not arrived is sent again', async () => {
  const destination = { opensAt: new Date(Date.now() - 60_000).toISOString() }
  const id = await ended(world, 'parks/p1/export', { deliver: [{ target: 'link', destination }] })
  const { page } = await openPage(chromium, world, `job/${id}`)
  await page.getByRole('heading', { name: 'Where it goes' }).waitFor()
  assert.match(
    String(await page.locator('section', { hasText: 'Where it goes' }).textContent()),
    /Download link.*arrived/,
  )
  const saved = chromium.saved()
  await page.getByRole('button', { name: 'Open the link' }).click()
  assert.equal((await readFile(await saved)).subarray(0, 2).toString(), 'PK')
  // As it is told of a job whose target was away.
  const items = [{ target: 'link', output: 'archive', destination: {}, status: 'failed' }]
  await page.route('**/deliveries', (route) =>
    route.request().method() === 'GET' ? route.fulfill({ json: { items } }) : route.continue(),
  )
  await page.reload()
  await page.locator('.summary.warned').getByText('1 file has not arrived.').waitFor()
  await page.getByText('has not arrived').first().waitFor()
  await page.getByRole('button', { name: 'Send again what has not arrived' }).click()
  // Here all of it had.
  await page.getByText('This did not work').first().waitFor()
  await page.close()
})

test('an export holds what was chosen: of two trails one, of their parts not the trees', async () => {
  world.parks.add('t1', 'Cape trail', ['banksia'], 'p1')
  world.parks.add('t2', 'Ridge trail', ['waratah'], 'p1')
  try {
    const { page } = await openPage(chromium, world, 'export', '/park')
    await page.getByLabel('Ridge trail').uncheck()
    const [request] = await Promise.all([
      page.waitForRequest((one) => one.url().endsWith('/export')),
      page.getByRole('button', { name: 'Start the export' }).click(),
    ])
    assert.deepEqual(request.postDataJSON(), { trails: ['t1'] })
    await page.getByText('The export is ready.').first().waitFor()
    await page.getByRole('button', { name: 'Show record counts of each part' }).click()
    const rows = page.locator('tbody tr')
    await rows.nth(1).waitFor()
    // There were, carried over, left out.
    const count = world.parks.all.get('p1')?.lines.length
    assert.deepEqual(await rows.allTextContents(), [`trees (park)${count}${count}0`, 'trees (trail)110'])
    await page.close()
  } finally {
    for (const id of ['t1', 't2']) world.parks.all.delete(id)
  }
})

test('something inside of the resource is made of a file for each role, and made again with them', async () => {
  const { page } = await openPage(chromium, world, 'import', '/park')
  await page.getByLabel('A trail-list project').check()
  await page.getByLabel('Name of the new trail').fill('Ridge')
  await page.getByRole('button', { name: 'Continue' }).click()
  const text = (name: string, body: string) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(body) })
  await page.getByLabel('Choose a file: picture').setInputFiles(text('ridge.png', 'a picture'))
  await page.getByText('Still missing: trees.').first().waitFor()
  await page.getByLabel('Choose a file: trees').setInputFiles(text('trees.csv', 'oak\n'))
  await page.getByText('The files are checked: the import can start.').first().waitFor()
  world.parks.failure = new Error('no disk')
  await page.getByRole('button', { name: 'Start the import' }).click()
  await page.getByText('The import did not work.').first().waitFor()
  world.parks.failure = undefined
  await page.getByRole('button', { name: 'Go to the files' }).click()
  await page.getByText('The files are checked: the import can start.').first().waitFor()
  await page.getByLabel('Replace: trees').setInputFiles(text('elms.csv', 'elm\n'))
  await page.getByText('elms.csv').waitFor()
  await page.getByText('The files are checked: the import can start.').first().waitFor()
  await page.getByRole('button', { name: 'Start the import' }).click()
  await page.getByText('The import worked: Ridge is there.').first().waitFor()
  const made = [...world.parks.all].find(([, { name, isVisible }]) => name === 'Ridge' && isVisible)
  assert.deepEqual([made?.[1].lines, made?.[1].parent], [['elm'], 'p1'])
  world.parks.all.delete(made?.[0] ?? '')
  await page.close()
})

/** The job as its stream tells it, with another progress: how long it takes is not known in a test. */
async function stateWith(id: string, progress: object): Promise<object> {
  const headers = { accept: 'text/event-stream' }
  const { body } = await fetch(`${world.origin}/api/v1/jobs/${id}/events`, { headers })
  let text = ''
  for await (const chunk of body ?? []) {
    text += Buffer.from(chunk).toString()
    const [, data] = /^data: (.*)\n\n/m.exec(text) ?? []
    if (data === undefined) continue
    const state = JSON.parse(data)
    return { ...state, progress: { ...state.progress, ...progress } }
  }
  return assert.fail('the stream has ended')
}

test('thousands of steps are sums; what is left is told in minutes', async () => {
  for (let at = 0; at < 2000; at += 1) world.parks.add(`many-${at}`, `Trail ${at}`, ['oak'], 'p1')
  try {
    await world.parks.held(async () => {
      const { id } = await ask<{ id: string }>(world, 'parks/p1/export', {})
      const { page } = await openPage(chromium, world, `job/${id}`)
      await page.getByText('0 of 2,003 steps').first().waitFor()
      const elements = Number(
        await page.evaluate(
          "document.querySelector('piecework-jobs').shadowRoot.querySelectorAll('*').length",
        ),
      )
      assert.ok(elements < 150, `${elements} elements`)
      const body = `data: ${JSON.stringify(await stateWith(id, { remainingMs: 125_000 }))}\n\n`
      await page.route('**/events', (route) => route.fulfill({ contentType: 'text/event-stream', body }))
      await page.reload()
      await page.getByText('0 of 2,003 steps, about 2 minutes left').first().waitFor()
      await page.close()
    })
  } finally {
    for (const id of [...world.parks.all.keys()]) if (id.startsWith('many-')) world.parks.all.delete(id)
  }
})

test('with the keyboard alone an export is asked for, and an email; it is stopped after a question, tried again and downloaded', async () => {
  const { page } = await openPage(chromium, world, 'list', '/park')
  const keys = keysOf(page)
  await page.getByRole('link', { name: 'Export', exact: true }).waitFor()
  await world.parks.held(async () => {
    await keys.press('Export')
    await page.getByRole('button', { name: 'Start the export' }).waitFor()
    assert.equal(await keys.name(), 'Export Tasman Peninsula')
    await keys.press('Start the export')
    await page.getByText('Reading trees').first().waitFor()
    const id = page.url().split('/').at(-1)
    await keys.press('Email me when it is done')
    await page.getByText('You will get an email when this has ended.').waitFor()
    assert.equal(await keys.name(), 'What you can do', 'the button is gone')
    await keys.press('Stop it')
    assert.equal(await keys.name(), 'No, go on')
    await page.keyboard.press('Escape')
    assert.equal(await keys.name(), 'Stop it')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Shift+Tab')
    assert.equal(await keys.name(), 'Yes, stop it')
    await page.keyboard.press('Enter')
    world.parks.gate = undefined
    await page.getByText('This was stopped.').first().waitFor({ timeout: 30_000 })
    await page.getByText('Nothing that was there before has changed.').first().waitFor()
    assert.notEqual(await keys.name(), '', 'the question is gone with its button')
    await keys.press('Try again')
    await page.getByText('The export is ready.').first().waitFor()
    assert.ok(id !== undefined && !page.url().includes(id))
  })
  // Screen readers hear what has come of it.
  await page
    .locator('[aria-live=polite]', { hasText: 'The export is ready. Nothing is missing.' })
    .waitFor({ state: 'attached' })
  const saved = chromium.saved()
  await keys.press('Download Archive of everything')
  assert.equal((await readFile(await saved)).subarray(0, 2).toString(), 'PK')
  await page.close()
})

test.run()
