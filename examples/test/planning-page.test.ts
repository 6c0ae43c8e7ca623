import { appendFile, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { browser, freePort, needsBrowser, type TestBrowser } from '@piecework/test-support'
import { suite } from 'uvu'
import { type Program, startProgram } from './support/start-program.js'

const test = needsBrowser(suite('planning server: its page'))

let data: string
let server: Program
let chromium: TestBrowser
let url: string

test.before(async () => {
  data = await mkdtemp(join(tmpdir(), 'piecework-planning-page-'))
  const args = ['--json', '--units', '100', '--port', String(await freePort()), '--data', data]
  const program = new URL('../src/planning-server/main.js', import.meta.url)
  server = await startProgram(program, { args, env: { DATABASE_URL: '', REDIS_URL: '' } })
  url = (JSON.parse(server.line) as { url: string }).url
  chromium = await browser()
  chromium.context.setDefaultTimeout(30_000)
})
test.after(async () => {
  await chromium?.close()
  await server?.end('SIGTERM')
  await rm(data, { recursive: true, force: true })
})

test('someone sees what there is, chooses a project and exports it; who may nothing sees nothing', async () => {
  const page = await chromium.context.newPage()
  await page.goto(url)
  await page.getByRole('link', { name: 'Import of Tasmania' }).waitFor()
  await page.getByRole('link', { name: 'Tasmania', exact: true }).click()
  await page.getByRole('link', { name: 'Export', exact: true }).click()
  await page.getByRole('button', { name: 'Start the export' }).click()
  await page.getByText('The export is ready.').first().waitFor()
  await page.goto(url)
  await page.getByLabel('You are').selectOption('sam')
  await page.getByText('There is nothing here yet').waitFor()
  await page.close()
})

test('a folder of Marxan with a fault is checked, mended by one file, and becomes a project', async () => {
  const folder = join(data, 'mine')
  const sample = join(data, 'sample')
  await cp(sample, folder, { recursive: true })
  const pu = await readFile(join(folder, 'input', 'pu.dat'), 'utf8')
  await appendFile(join(folder, 'input', 'pu.dat'), '7,abc,9\n')
  const page = await chromium.context.newPage()
  await page.goto(`${url}/#piecework/import`)
  await page.getByLabel('A Marxan project').check()
  await page.getByLabel('Name of the new project').fill('My reefs')
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByLabel('Choose a folder').setInputFiles(folder)
  await page.getByText('The files have errors.').first().waitFor()
  await page.locator('article.cause.error', { hasText: 'pu.dat' }).first().waitFor()
  await writeFile(join(data, 'pu.dat'), pu)
  await page.getByLabel('Replace input/pu.dat').setInputFiles(join(data, 'pu.dat'))
  await page.getByText('The files are checked: the import can start.').first().waitFor()
  await page.getByRole('button', { name: 'Start the import' }).click()
  await page.getByText('The import worked: My reefs is there.').first().waitFor()
  await page.close()
})

test.run()
