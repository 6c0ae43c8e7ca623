import assert from 'node:assert/strict'
import { createReadStream } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { Readable } from 'node:stream'
import { type ImportDraft, memoryArtifacts } from '@piecework/core'
import { isPieceworkError, zipFiles } from '@piecework/core/piece'
import { findMarxanFiles } from '@piecework/marxan-files'
import { needsServer } from '@piecework/test-support'
import { type Folders, folders } from '@piecework/test-support/fixtures/marxan-folders.js'
import { suite } from 'uvu'
import { type Host, type HostDatabase, hostDatabase, hostOn } from '../end-to-end/support/host.js'

const test = needsServer(suite('a Marxan folder as it is'))

let on: HostDatabase
let host: Host
let made: Folders
test.before(async () => {
  on = await hostDatabase()
  host = await hostOn(on, { artifacts: memoryArtifacts() })
  made = await folders()
})
test.after(async () => {
  await host.stop()
  await on.drop()
  await made.remove()
})

const principal = { id: 'ann' }

/** Below the folder, with slashes. */
async function pathsIn(dir: string): Promise<readonly string[]> {
  const all = await readdir(dir, { recursive: true, withFileTypes: true })
  return all.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name).slice(dir.length + 1))
}

const draftOf = (name: string): Promise<ImportDraft> =>
  host.piecework.createDraft({ format: 'legacy-marxan', principal, name })

async function uploadLoose(draft: ImportDraft, dir: string, paths: readonly string[]): Promise<void> {
  for (const path of paths)
    await draft.upload('unsorted', {
      stream: createReadStream(join(dir, path)),
      fileName: `${basename(dir)}/${path}`,
    })
}

const rolesOf = async (draft: ImportDraft) => (await draft.status()).uploads.map(({ role }) => role).sort()

test('its files, one by one or in a zip, are sorted as the check of a folder finds them, and imported', async () => {
  const dir = await made.make()
  const paths = await pathsIn(dir)
  const { pu, bound } = await findMarxanFiles(dir)
  const roles = [
    'input.dat',
    'planning-grid',
    'pu.dat',
    'puvspr.dat',
    'spec.dat',
    ...(bound ? ['bound.dat'] : []),
  ]
  const loose = await draftOf('Loose')
  await uploadLoose(loose, dir, paths)
  const { files, missing } = await loose.sort()
  assert.deepEqual(missing, [])
  assert.equal(files.find(({ role }) => role === 'pu.dat')?.path, pu.slice(dir.length + 1))
  const found = await rolesOf(loose)
  assert.deepEqual(
    found.filter((role) => role !== 'output' && role !== 'unsorted'),
    roles.sort(),
  )
  const zip = await draftOf('Zipped')
  const zipped = paths.map((path) => ({
    name: `${basename(dir)}/${path}`,
    open: () => createReadStream(join(dir, path)),
  }))
  await zip.upload('unsorted', { stream: zipFiles(zipped, {}), fileName: 'project.zip' })
  for (const draft of [loose, zip]) {
    await (await draft.run()).result()
    assert.deepEqual((await draft.status()).status, 'succeeded')
  }
  const { rows } = await host.database.query<{ n: string }>(
    'SELECT count(*)::text AS n FROM planning.projects',
  )
  assert.equal(rows[0]?.n, '2')
})

test('what is missing is named with where to look, may come with its role, and what is there is checked before', async () => {
  const dir = await made.make()
  const { spec } = await findMarxanFiles(dir)
  const text = await readFile(spec, 'utf8')
  await writeFile(spec, `${text}many,many\n`)
  const draft = await draftOf('Incomplete')
  const { puvspr } = await findMarxanFiles(dir)
  const without = (await pathsIn(dir)).filter((path) => join(dir, path) !== puvspr)
  await uploadLoose(draft, dir, without)
  const { missing, findings } = await draft.sort()
  assert.deepEqual(missing, ['puvspr.dat'])
  assert.ok(findings.some(({ severity, message }) => severity === 'error' && /puvspr/.test(message)))
  await assert.rejects(
    draft.validate(),
    (error) => isPieceworkError(error, 'input-incomplete') && error.findings.length > 0,
  )
  const first = await draft.validate({ partial: true })
  assert.equal((await first.ended()).job.status, 'failed')
  const { status, files: found, missing: absent } = await draft.validationResults()
  const errors = found.flatMap(({ file, findings }) =>
    findings.filter(({ severity }) => severity === 'error').map(({ code }) => `${file} ${code}`),
  )
  assert.deepEqual([status, absent], ['failed', ['puvspr.dat']])
  assert.deepEqual(errors.sort(), ['input.dat legacy/file-missing', 'spec.dat legacy/field-count'])
  await writeFile(spec, text)
  const path = spec.slice(dir.length + 1)
  await uploadLoose(draft, dir, [path])
  await draft.upload('puvspr.dat', { file: puvspr })
  assert.equal((await (await draft.validate()).ended()).job.status, 'succeeded')
  assert.ok((await rolesOf(draft)).includes('spec.dat'))
  await draft.delete()
})

test('a table that is corrected after a validation is the one that is imported', async () => {
  const dir = await made.make()
  const { pu } = await findMarxanFiles(dir)
  const path = pu.slice(dir.length + 1)
  const draft = await draftOf('Corrected')
  const paths = await pathsIn(dir)
  await uploadLoose(
    draft,
    dir,
    paths.filter((one) => one !== path),
  )
  const upload = (text: string) =>
    draft.upload('unsorted', {
      stream: Readable.from([Buffer.from(text)]),
      fileName: `${basename(dir)}/${path}`,
    })
  const text = await readFile(pu, 'utf8')
  await upload(`${text}no number${text.split('\n')[1]?.slice(1)}\n`)
  assert.equal((await (await draft.validate()).ended()).job.status, 'failed')
  await upload(text)
  assert.equal((await draft.validationResults()).outdated, true)
  assert.equal((await (await draft.validate()).ended()).job.status, 'succeeded')
  await (await draft.run()).result()
})

test('a folder without input.dat is described without where it lies', async () => {
  const dir = await made.make()
  const draft = await draftOf('No input')
  await uploadLoose(
    draft,
    dir,
    (await pathsIn(dir)).filter((one) => !one.endsWith('input.dat')),
  )
  await assert.rejects(draft.run(), (error) => {
    assert.ok(isPieceworkError(error, 'input-incomplete'))
    assert.match(error.message, /^The folder does not have input\.dat/)
    assert.doesNotMatch(JSON.stringify([error.message, error.facts, error.findings]), /piecework-sort/)
    return true
  })
  await draft.delete()
})

test('the folder of another program is refused by name', async () => {
  const dir = await made.make({
    'zones.dat': 'zoneid,zonename\n1,a\n',
    'costs.dat': 'costid,costname\n1,a\n',
  })
  const draft = await draftOf('Zones')
  await uploadLoose(draft, dir, await pathsIn(dir))
  await assert.rejects(draft.sort(), (error) => isPieceworkError(error, 'legacy/marzone'))
  await draft.delete()
})

test.run()
