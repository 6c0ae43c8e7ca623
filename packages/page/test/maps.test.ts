import assert from 'node:assert/strict'
import { browser, needsBrowser, type TestBrowser } from '@piecework/test-support'
import type { Page } from 'playwright-core'
import { suite } from 'uvu'
import { ended, survey } from './support/ask.js'
import { assertAccessible } from './support/assert-accessible.js'
import { openPage } from './support/open-page.js'
import { startWorld, type World } from './support/world.js'

const test = needsBrowser(suite('page: maps'))

let world: World
let chromium: TestBrowser
test.before(async () => {
  world = await startWorld()
  world.parks.add('p1', 'Tasman Peninsula', ['blue gum', 'myrtle'])
  chromium = await browser()
  chromium.context.setDefaultTimeout(15_000)
})
test.after(async () => {
  await chromium?.close()
  await world?.close()
})

/** The map of an export of the park. */
async function openMap(): Promise<Page> {
  const { page } = await openPage(chromium, world, `job/${await ended(world, 'parks/p1/export')}`)
  await page.getByRole('button', { name: 'Show the map' }).click()
  await page.locator('.map-picture canvas').waitFor()
  return page
}

/** Different colours of the picture. */
const coloursOf = (page: Page) =>
  page.evaluate(`(() => {
    const canvas = document.querySelector('piecework-jobs').shadowRoot.querySelector('.map-picture canvas')
    const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data
    return new Set(new Uint32Array(pixels.buffer)).size
  })()`)

test('a map has a legend that says how many units are what, a scale, and a table of the same', async () => {
  const page = await openMap()
  const legend = page.getByRole('list', { name: 'Legend' })
  assert.match(
    String(await legend.textContent()),
    /available: may be chosen\s*\(4\).*locked in.*\(4\).*locked out.*\(4\)/,
  )
  assert.ok(Number(await coloursOf(page)) > 6)
  await page.locator('.map-scale', { hasText: /^\d+ k?m$/ }).waitFor()
  await page.getByLabel('Colour by').selectOption('Cost')
  assert.match(String(await legend.textContent()), /0\.5 to 1\.5.*no value\s*\(1\)/)
  const rows = page.locator('.map-table tbody tr')
  assert.equal(await rows.count(), 10)
  assert.match(String(await rows.first().textContent()), /^1available0\.5$/)
  await page.getByRole('button', { name: 'Next' }).click()
  assert.equal(await rows.count(), 2)
  await page.getByLabel('Find a planning unit by its number').fill('7')
  assert.match(String(await rows.first().textContent()), /^7available–$/)
  await assertAccessible(page, 'map')
  await page.close()
})

test('a unit is chosen by mouse, by keys alone and in the table', async () => {
  const page = await openMap()
  const canvas = page.locator('.map-picture canvas')
  const box = await canvas.boundingBox()
  assert.ok(box)
  // Twelve squares stand in three rows of four: this is in the second of the middle row.
  await canvas.click({ position: { x: box.width / 2 - 10, y: box.height / 2 } })
  await page.getByRole('heading', { name: 'Planning unit 6' }).waitFor()
  assert.equal(await page.locator('tr.chosen').textContent(), '6locked out5.5')
  await canvas.focus()
  const before = await coloursOf(page)
  for (let at = 0; at < 12; at += 1) await page.keyboard.press('+')
  assert.notEqual(await coloursOf(page), before)
  await page.keyboard.press('0')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: /Planning unit [78]/ }).waitFor()
  await page.locator('[aria-live=polite]', { hasText: /^Planning unit [78]$/ }).waitFor({ state: 'attached' })
  await page.getByRole('button', { name: 'Choose planning unit 3' }).press('Enter')
  await page.getByRole('heading', { name: 'Planning unit 3' }).waitFor()
  await page.close()
})

test('what was found leads to its unit on the map, and the unit back to what was found', async () => {
  const trees = ['oak', '?', 'elm', '17', 'ash', '18', 'fig']
  const { id } = await survey(world, 'North', trees.join('\n'))
  const check = await ended(world, `parks/import/survey/${id}/validate`)
  const { page } = await openPage(chromium, world, `job/${check}`)
  await page.getByRole('button', { name: 'Show on the map: planning unit 6' }).click()
  await page.getByRole('heading', { name: 'Planning unit 6' }).waitFor()
  assert.match(String(await page.locator('.chosen-unit').textContent()), /"18" is a number/)
  assert.match(String(await page.getByRole('list', { name: 'Legend' }).textContent()), /to mend\s*\(3\)/)
  await page.getByLabel('Only those with something to mend (3)').check()
  assert.equal(await page.locator('.map-table tbody tr').count(), 3)
  await page.getByRole('button', { name: 'Show in the list' }).click()
  await page.getByText('Only what was found about planning unit 6 is listed.').waitFor()
  assert.equal(await page.locator('article.cause').count(), 1)
  await page.getByRole('button', { name: 'Show all' }).first().click()
  assert.equal(await page.locator('article.cause').count(), 2)
  await page.close()
})

test('a hundred thousand units come in less than 8 MB, and are drawn', async () => {
  world.parks.cells = 100_000
  try {
    const page = await openMap()
    await page.getByText('1 to 10 of 100,000').waitFor()
    const response = await fetch(`${world.origin}/api/v1/parks/p1/grid`)
    const bytes = (await response.arrayBuffer()).byteLength
    assert.ok(bytes < 8_000_000, `${bytes} bytes`)
    assert.ok(Number(await coloursOf(page)) > 3)
    await page.close()
  } finally {
    world.parks.cells = 12
  }
})

test('a map that cannot be had says why', async () => {
  const { page } = await openPage(chromium, world, `job/${await ended(world, 'parks/p1/export')}`)
  await page.route('**/grid', (route) => route.fulfill({ status: 410, json: { detail: 'It is gone.' } }))
  await page.getByRole('button', { name: 'Show the map' }).click()
  await page.getByText('It is gone.').waitFor()
  await page.close()
})

test.run()
