import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PieceworkError } from '@piecework/core'
import { browser, dropFiles, needsBrowser, type TestBrowser } from '@piecework/test-support'
import { zipOf } from '@piecework/test-support/fixtures/zip-of.js'
import { suite } from 'uvu'
import { helmet } from './support/helmet.js'
import { keysOf } from './support/keys.js'
import { openPage } from './support/open-page.js'
import { startWorld, type World } from './support/world.js'

const test = needsBrowser(suite('page: uploads'))

let world: World
let chromium: TestBrowser
let folder: string
test.before(async () => {
  // Behind a proxy that strips, with a token and what helmet sets, on a page of the host's own.
  const script = `const element = document.querySelector('piecework-jobs'); element.headers = () => ({ authorization: 'Bearer secret' })`
  const text = `<!doctype html><html lang="en"><title>Host</title><main><piecework-jobs src="api/v1"></piecework-jobs></main><script type="module" src="api/v1/ui/piecework-jobs.js"></script><script type="module" src="token.js"></script></html>`
  world = await startWorld({
    stripped: '/a/b/c',
    token: 'secret',
    headers: helmet,
    pages: { '/': { type: 'text/html', text }, '/token.js': { type: 'text/javascript', text: script } },
  })
  chromium = await browser()
  chromium.context.setDefaultTimeout(15_000)
  folder = await mkdtemp(join(tmpdir(), 'piecework-page-'))
})
test.after(async () => {
  await chromium?.close()
  await world?.close()
  await rm(folder, { recursive: true, force: true })
})

const asAnn = { authorization: 'Bearer secret' }
const open = (view: string) => openPage(chromium, world, view, '/a/b/c/')
const parkNamed = (name: string) =>
  [...world.parks.all.values()].find((park) => park.name === name && park.isVisible)

test('an archive is saved and imported under another name, below a path that a proxy strips, with a token', async () => {
  world.parks.add('p1', 'Tasman', ['blue gum', 'myrtle'])
  const made = await fetch(`${world.origin}/api/v1/parks/p1/export`, { method: 'POST', headers: asAnn })
  const { id } = (await made.json()) as { id: string }
  const { page, complaints } = await open(`job/${id}`)
  const saved = chromium.saved()
  await page.getByRole('button', { name: 'Download Archive of everything' }).click()
  const archive = await saved
  assert.match(archive, /park-p1\.zip$/)
  await page.getByText('Saved.').waitFor()
  await page.goto(`${world.origin}/a/b/c/#piecework/import`)
  await page.getByLabel('Choose a file').setInputFiles(archive)
  await page.getByLabel('Name of the new park').fill('Tasman, again')
  await page.getByRole('button', { name: 'Start the import' }).click()
  await page.getByText('The import worked: Tasman, again is there.').first().waitFor()
  assert.deepEqual(parkNamed('Tasman, again')?.lines, ['blue gum', 'myrtle'])
  // Of one that has no name and makes nothing, the file says which it is.
  world.parks.failure = new PieceworkError('survey/full', 'There are too many parks.')
  await page.goto(`${world.origin}/a/b/c/#piecework/import`)
  await page.getByLabel('Choose a file').setInputFiles(archive)
  await page.getByRole('button', { name: 'Start the import' }).click()
  await page.getByText('The import did not work.').first().waitFor()
  world.parks.failure = undefined
  await page.getByRole('heading', { name: /^Import of \S*park-p1\.zip$/ }).waitFor()
  assert.ok(
    world.requests.every((one) => / \/(a\/b\/c\/|api\/v1\/parks\/p1\/export|favicon)/.test(one)),
    String(world.requests),
  )
  assert.deepEqual(complaints, [])
  await page.close()
})

test('what is no archive is said before it is sent, and an archive that is broken after', async () => {
  const { page } = await open('import')
  await writeFile(join(folder, 'notes.txt'), 'no')
  await page.getByLabel('Choose a file').setInputFiles(join(folder, 'notes.txt'))
  await page.getByText('This is no .zip file.').waitFor()
  await writeFile(join(folder, 'broken.zip'), 'no zip')
  await page.getByLabel('Choose a file').setInputFiles(join(folder, 'broken.zip'))
  await page.getByRole('button', { name: 'Start the import' }).click()
  await page.getByText('This did not work').first().waitFor()
  await page.close()
})

test('with the keyboard alone a folder becomes a park: files are sorted, one that is missing comes later, one that is wrong is replaced', async () => {
  const survey = join(folder, 'survey')
  await mkdir(survey)
  await writeFile(join(survey, 'notes.txt'), 'seen in spring\n?\n')
  const { page, complaints } = await open('import')
  const keys = keysOf(page)
  await page.getByText('What do you have?').waitFor()
  await keys.to(/^An archive/)
  await page.keyboard.press('ArrowDown')
  await keys.to('Name of the new park')
  await page.keyboard.type('North')
  await page.keyboard.press('Enter')
  await page.getByText('or drop the folder').waitFor()
  assert.equal(await keys.name(), 'North')
  await keys.choose('Choose a folder', survey)
  await page.getByText('Still missing: trees.').first().waitFor()
  // What has come is checked before all has.
  await page.getByText('What has arrived is checked: it has 1 error').first().waitFor()
  const notes = page.locator('tbody tr', { hasText: 'notes.txt' })
  assert.match(String(await notes.textContent()), /1 error\s*A note is "\?"/)
  assert.equal(await page.getByRole('button', { name: 'Start the import' }).isDisabled(), true)
  assert.equal(await keys.name(), 'Choose a folder')
  await writeFile(join(folder, 'notes.txt'), 'seen in spring')
  await keys.choose('Replace notes.txt', join(folder, 'notes.txt'))
  await page.getByText('What has arrived is checked: it has no errors so far').first().waitFor()
  await writeFile(join(folder, 'trees.csv'), 'oak\n?\n17\n')
  await keys.choose('Choose files or a zip', join(folder, 'trees.csv'))
  await page.getByText('The files have errors.').first().waitFor()
  assert.equal(await keys.name(), 'Choose files or a zip')
  assert.equal(await page.locator('article.cause').count(), 2)
  // Whoever goes and comes back finds it as it was.
  await page.reload()
  await page.getByText('The files have errors.').first().waitFor()
  // What has to be replaced comes first, once it is known.
  const wrong = page.locator('tbody tr').first()
  await wrong.getByText('trees.csv').waitFor()
  assert.match(String(await wrong.textContent()), /2 errors\s*Line 2, name: The tree of line 2 has no name/)
  const passed = await keys.walk()
  for (const name of ['Replace trees.csv', 'Remove notes.txt', 'Start the import', 'Show the map'])
    assert.ok(passed.includes(name), `${name} is not among ${passed.join(', ')}`)
  const sent = world.requests.filter((one) => one.startsWith('PATCH')).length
  await writeFile(join(folder, 'better.csv'), 'oak\nelm\n')
  await keys.choose('Replace trees.csv', join(folder, 'better.csv'))
  await page.getByText('The files are checked: the import can start.').first().waitFor()
  assert.equal(await page.getByText('no errors', { exact: true }).count(), 2)
  assert.equal(
    await keys.name(),
    'Replace trees.csv',
    'the focus is where it was, on a row that is another one',
  )
  assert.equal(
    world.requests.filter((one) => one.startsWith('PATCH')).length,
    sent + 1,
    'one file alone is sent',
  )
  await keys.press('Start the import')
  await page.getByText('The import worked: North is there.').first().waitFor()
  assert.equal(await keys.name(), 'Import of North')
  assert.deepEqual(parkNamed('North')?.lines, ['oak', 'elm'])
  // A sort during which a file comes is refused, and asked for again; so is one during which the import begins.
  assert.deepEqual(
    complaints.filter((text) => !/ (423|409) .*\/sort$/.test(text)),
    [],
  )
  await page.close()
})

test('after an import that has failed one file is replaced without the others; a reload in the middle of a check and a run changes nothing', async () => {
  const survey = join(folder, 'failing')
  await mkdir(survey)
  await writeFile(join(survey, 'trees.csv'), 'oak\n')
  await writeFile(join(survey, 'notes.txt'), 'seen in spring')
  const { page } = await open('import')
  await page.getByLabel('A park-survey project').check()
  await page.getByLabel('Name of the new park').fill('East')
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByLabel('Choose a folder').waitFor()
  const isChecking = () => page.getByText('are being checked.').first().waitFor()
  await world.parks.held(async () => {
    await page.getByLabel('Choose a folder').setInputFiles(survey)
    await isChecking()
    await page.reload()
    await isChecking()
  })
  await page.getByText('The files are checked: the import can start.').first().waitFor()
  world.parks.failure = new PieceworkError('survey/full', 'The park takes no oak.')
  await world.parks.held(async () => {
    await page.getByRole('button', { name: 'Start the import' }).click()
    await page.getByText('The import is under way.').first().waitFor()
    await page.reload()
    await page.getByText('The import is under way.').first().waitFor()
  })
  await page.getByText('The import did not work.').first().waitFor()
  await page
    .getByText(/Go to the files: single ones can be replaced.*The files that you sent are kept until /)
    .first()
    .waitFor()
  world.parks.failure = undefined
  await page.getByRole('button', { name: 'Go to the files' }).click()
  await page.getByText('The files are checked: the import can start.').first().waitFor()
  assert.equal(await page.locator('table.stacked tbody tr').count(), 2)
  const sent = () => world.requests.filter((one) => one.startsWith('PATCH')).length
  const before = sent()
  await writeFile(join(folder, 'elms.csv'), 'elm\n')
  await page.getByLabel('Replace trees.csv').setInputFiles(join(folder, 'elms.csv'))
  await page.getByRole('progressbar', { name: 'Sending trees.csv' }).waitFor({ state: 'detached' })
  await page.getByText('The files are checked: the import can start.').first().waitFor()
  await page.getByRole('button', { name: 'Start the import' }).click()
  await page.getByText('The import worked: East is there.').first().waitFor()
  assert.deepEqual([parkNamed('East')?.lines, sent() - before], [['elm'], 1])
  await page.close()
})

test('a file that comes during a check stops it, and the newest state alone is checked to its end', async () => {
  const { page } = await open('import')
  await page.getByLabel('A park-survey project').check()
  await page.getByLabel('Name of the new park').fill('Twice')
  await page.getByRole('button', { name: 'Continue' }).click()
  const files = page.getByLabel('Choose files or a zip')
  await files.waitFor()
  const trees = (body: string) => ({ name: 'trees.csv', mimeType: 'text/csv', buffer: Buffer.from(body) })
  await world.parks.held(async () => {
    await files.setInputFiles(trees('?\n'))
    await page.getByText('are being checked.').first().waitFor()
    const [stopped] = await Promise.all([
      page.waitForResponse((one) => one.url().endsWith('/cancel')),
      files.setInputFiles(trees('fir\n')),
    ])
    assert.equal(stopped.status(), 202)
  })
  await page.getByText('The files are checked: the import can start.').first().waitFor()
  const headers = asAnn
  const asked = await fetch(`${world.origin}/api/v1/jobs`, { headers })
  const { items } = (await asked.json()) as { items: { kind: string; name: string; status: string }[] }
  const checks = items.filter(({ kind, name }) => kind === 'validation' && name === 'Twice')
  assert.deepEqual(
    checks.map(({ status }) => status),
    ['succeeded', 'cancelled'],
  )
  await page.getByRole('link', { name: 'All exports and imports' }).click()
  await page.getByRole('link', { name: 'Check of Twice' }).waitFor()
  assert.equal(await page.getByRole('link', { name: 'Check of Twice' }).count(), 1)
  await page.close()
})

test('a folder and a zip of one are dropped with the mouse', async () => {
  const survey = join(folder, 'dropped')
  await mkdir(join(survey, 'deep'), { recursive: true })
  await writeFile(join(survey, 'trees.csv'), 'oak\nfig\n')
  await writeFile(join(survey, 'deep', 'more.txt'), 'nothing of use')
  await writeFile(join(survey, '.DS_Store'), 'left by a system')
  const zip = join(folder, 'dropped.zip')
  await writeFile(zip, zipOf([{ name: 'trees.csv', bytes: Buffer.from('oak\nash\n') }]))
  for (const [name, path, trees] of [
    ['Folder', survey, ['oak', 'fig']],
    ['Zip', zip, ['oak', 'ash']],
  ] as const) {
    const { page } = await open('import')
    await page.getByLabel('A park-survey project').check()
    await page.getByLabel('Name of the new park').fill(name)
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByLabel('Choose a folder').waitFor()
    await dropFiles(page, '.drop', [path])
    await page.getByText('The files are checked: the import can start.').first().waitFor()
    const files = String(await page.locator('table.stacked').textContent())
    assert.ok(!files.includes('DS_Store') && files.includes('trees.csv'), files)
    if (name === 'Folder') assert.ok(files.includes('deep/more.txt'), files)
    await page.getByText('they are kept until').first().waitFor()
    await page.getByRole('button', { name: 'Start the import' }).click()
    await page.getByText(`The import worked: ${name} is there.`).first().waitFor()
    assert.deepEqual(parkNamed(name)?.lines, trees)
    await page.close()
  }
})

test('a file that was interrupted goes on where it was after a reload', async () => {
  const bytes = Buffer.alloc(3_000_000, 'oak\n')
  await writeFile(join(folder, 'trees.csv'), bytes)
  const { page } = await open('import')
  await page.getByLabel('A park-survey project').check()
  await page.getByLabel('Name of the new park').fill('South')
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByLabel('Choose files or a zip').waitFor()
  // A part arrives, then the line is cut for good.
  let arrived: () => void = () => undefined
  const part = new Promise<void>((resolve) => {
    arrived = resolve
  })
  let isCut = false
  await page.route('**/uploads/*', async (route) => {
    if (route.request().method() !== 'PATCH') return route.continue()
    if (!isCut) {
      isCut = true
      await fetch(route.request().url(), {
        method: 'PATCH',
        headers: {
          ...asAnn,
          'tus-resumable': '1.0.0',
          'upload-offset': '0',
          'content-type': 'application/offset+octet-stream',
        },
        body: bytes.subarray(0, 2_000_000),
      })
      arrived()
    }
    // The page may have gone.
    return route.abort().catch(() => undefined)
  })
  await page.getByLabel('Choose files or a zip').setInputFiles(join(folder, 'trees.csv'))
  await part
  page.on('dialog', (dialog) => dialog.accept())
  await page.reload()
  await page.unroute('**/uploads/*')
  const offsets: string[] = []
  page.on('request', (request) => {
    if (request.method() === 'PATCH') offsets.push(request.headers()['upload-offset'] ?? '')
  })
  await page.getByLabel('Choose files or a zip').setInputFiles(join(folder, 'trees.csv'))
  await page.getByText('The files are checked: the import can start.').first().waitFor()
  assert.deepEqual(offsets, ['2000000'])
  await page.close()
})

test('without a token it says that one is not signed in', async () => {
  const { page } = await openPage(chromium, world)
  await page.getByText('You are not signed in').first().waitFor()
  await page.close()
})

test.run()
