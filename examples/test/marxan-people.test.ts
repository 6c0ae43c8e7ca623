import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  browser,
  dropFiles,
  needsBrowser,
  needsServer,
  skipUnless,
  type TestBrowser,
} from '@piecework/test-support'
import { haveSamples, sampleFolder, samplesMissing } from '@piecework/test-support/fixtures/samples.js'
import { zipOf } from '@piecework/test-support/fixtures/zip-of.js'
import { suite } from 'uvu'
import { type MarxanHost, marxanHost } from './support/marxan-host.js'

const test = skipUnless(haveSamples, samplesMissing, needsBrowser(needsServer(suite('marxan people'))))
type Page = Awaited<ReturnType<TestBrowser['context']['newPage']>>

const sample = join(sampleFolder, 'cloud-sample-12k')
const command = fileURLToPath(import.meta.resolve('@piecework/marxan-check/package.json')).replace(
  'package.json',
  'bin/marxan-check.js',
)

let data: string
let host: MarxanHost
let chromium: TestBrowser
test.before(async () => {
  data = await mkdtemp(join(tmpdir(), 'piecework-marxan-people-'))
  host = await marxanHost(join(data, 'files'))
  chromium = await browser()
  chromium.context.setDefaultTimeout(60_000)
})
test.after(async () => {
  await chromium?.close()
  await host?.close()
  await rm(data, { recursive: true, force: true })
})

/** An import that waits for its files. */
async function newImport(name: string): Promise<Page> {
  const page = await chromium.context.newPage()
  await page.goto(`${host.page}#piecework/import`)
  await page.getByLabel('A Marxan project').check()
  await page.getByLabel('Name of the new project').fill(name)
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByText('or drop the folder').waitFor()
  return page
}

async function runChecked(page: Page, name: string): Promise<void> {
  await page.getByText('The files are checked: the import can start.').first().waitFor()
  await page.getByRole('button', { name: 'Start the import' }).click()
  await page.getByText(`The import worked: ${name} is there.`).first().waitFor()
}

/** Cuts a file's lines at a place. */
async function edited(path: string, edit: (lines: string[]) => void): Promise<void> {
  const lines = (await readFile(path, 'utf8')).split('\n')
  edit(lines)
  await writeFile(path, lines.join('\n'))
}

interface Report {
  readonly findings: readonly {
    readonly severity: string
    readonly code: string
    readonly message: string
    readonly hint?: string
  }[]
}

/** What the command says of a folder. */
function reportOf(folder: string): Promise<Report> {
  const args = [command, folder, '--json', '--database', host.databaseUrl]
  return new Promise((resolve) => {
    execFile(process.execPath, args, { maxBuffer: 2 ** 26 }, (_error, stdout) => resolve(JSON.parse(stdout)))
  })
}

test('a folder with three faults, dropped: what marxan-check says, on the map; one file after the other is replaced, and it is a project', async () => {
  const folder = join(data, 'broken')
  await cp(sample, folder, { recursive: true, filter: (path) => !path.endsWith('SOURCE.md') })
  const input = join(folder, 'input')
  let gone = ''
  await edited(join(input, 'pu.dat'), (lines) => {
    // A unit without a row, and a status that there is not.
    gone = /^\d+/.exec(lines.splice(50, 1)[0] ?? '')?.[0] ?? ''
    lines[60] = (lines[60] ?? '').replace(/^(\d+\s\S+\s)\d+/, (_, before: string) => `${before}9`)
  })
  await edited(join(input, 'spec.dat'), (lines) => {
    // A word where a number should be.
    lines[2] = (lines[2] ?? '').replace(/^(\d+\s)\S+/, (_, before: string) => `${before}half`)
  })
  const page = await newImport('Mended')
  await dropFiles(page, '.drop', [folder])
  await page.getByText('The files have errors.').first().waitFor()

  // The same words.
  const { findings } = await reportOf(folder)
  const errors = findings.filter(({ severity }) => severity === 'error')
  // The boundaries of the unit without a row are told by themselves.
  const codes = ['number-invalid', 'out-of-range', 'unit-unknown', 'unit-without-row']
  assert.deepEqual(
    errors.map(({ code }) => code).sort(),
    codes.map((code) => `legacy/${code}`),
  )
  const shown = String(await page.locator('piecework-jobs article').first().textContent())
  for (const { message, hint } of findings) {
    assert.ok(shown.includes(message), message)
    if (hint !== undefined) assert.ok(shown.includes(hint), hint)
  }

  await page
    .getByRole('button', { name: `Show on the map: planning unit ${gone}` })
    .first()
    .click()
  await page.getByRole('heading', { name: `Planning unit ${gone}` }).waitFor()
  assert.match(String(await page.locator('.map-table').textContent()), /of 12,178/)

  // Files that are right stay where they are.
  const sent: string[] = []
  page.on('request', (request) => {
    if (request.method() === 'POST' && request.url().includes('/data-file')) sent.push(request.url())
  })
  for (const name of ['pu.dat', 'spec.dat'])
    await page.getByLabel(`Replace input/${name}`).setInputFiles(join(sample, 'input', name))
  await page.getByText('they are kept until').first().waitFor()
  await runChecked(page, 'Mended')
  assert.equal(sent.length, 2)
  await page.getByRole('button', { name: 'Show the map' }).click()
  await page.getByRole('list', { name: 'Legend' }).waitFor()
  await page.close()
})

test('a zip of the folder, dropped, is a project', async () => {
  const names = (await readdir(sample, { recursive: true, withFileTypes: true })).flatMap((entry) =>
    entry.isFile() ? [join(entry.parentPath, entry.name)] : [],
  )
  const entries = await Promise.all(
    names.map(async (path) => ({
      name: `mine/${path.slice(sample.length + 1)}`,
      bytes: await readFile(path),
    })),
  )
  const zip = join(data, 'mine.zip')
  await writeFile(zip, zipOf(entries))
  const page = await newImport('Zipped')
  await dropFiles(page, '.drop', [zip])
  await runChecked(page, 'Zipped')
  await page.close()
})

test.run()
