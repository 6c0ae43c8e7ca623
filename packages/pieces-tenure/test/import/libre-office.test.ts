import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { needsServer, skipUnless } from '@piecework/test-support'
import { suite } from 'uvu'
import { exportedFiles } from '../support/exported-files.js'
import { imported } from '../support/imported-files.js'
import { projectContent } from '../support/project-content.js'
import { sampleProject } from '../support/sample-project.js'
import { type TenureHost, tenureHost } from '../support/tenure-host.js'

const program = '/usr/bin/soffice'
const test = needsServer(
  skipUnless(existsSync(program), 'LibreOffice is missing', suite('a workbook that LibreOffice has saved')),
)
let host: TenureHost
test.before(async () => {
  host = await tenureHost()
})
test.after(() => host.close())

/** It keeps no cell that is empty: a text without characters is missing afterwards. */
const withoutEmptyTexts = (content: unknown): unknown =>
  JSON.parse(JSON.stringify(content).replaceAll(/\\"(note|quality)\\":\\"\\",?/g, ''))

test('has all that it had, but for texts without characters', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'piecework-tenure-'))
  try {
    const { id } = await sampleProject(host.db, host.files)
    const { files } = await exportedFiles(host, { kind: 'tenure-project', id }, 'tenure/xlsx')
    await writeFile(join(folder, 'tenure.xlsx'), files.get('tenure.xlsx') ?? '')
    const profile = `-env:UserInstallation=${pathToFileURL(join(folder, 'profile'))}`
    const convert = ['--convert-to', 'xlsx:Calc MS Excel 2007 XML', '--outdir', join(folder, 'saved')]
    const args = ['--headless', '--norestore', profile, ...convert, join(folder, 'tenure.xlsx')]
    await promisify(execFile)(program, args)
    const copy = await imported(host, 'tenure-xlsx', await readFile(join(folder, 'saved/tenure.xlsx')))
    assert.equal(copy.job.outcome, 'succeeded', JSON.stringify([copy.job.error, copy.findings], null, 1))
    const wanted = withoutEmptyTexts(await projectContent(host.db, id))
    assert.deepEqual(await projectContent(host.db, copy.id), wanted)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

test.run()
