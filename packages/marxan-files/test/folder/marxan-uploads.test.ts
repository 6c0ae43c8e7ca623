import assert from 'node:assert/strict'
import type { UploadSource } from '@piecework/core'
import { entriesOf, FindingCollector, isPieceworkError } from '@piecework/core/piece'
import { findMarxanFiles, marxanUploads, openOutput } from '@piecework/marxan-files'
import { type Folders, folders, inputDat } from '@piecework/test-support/fixtures/marxan-folders.js'
import { suite } from 'uvu'

const test = suite('uploads of a folder')
let made: Folders

test.before(async () => {
  made = await folders()
})
test.after(() => made.remove())

async function bytesOf(source: UploadSource | undefined): Promise<Buffer> {
  assert.ok(source && 'stream' in source)
  const chunks: Uint8Array[] = []
  for await (const chunk of source.stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}

const results = {
  'input.dat': `${inputDat}OUTPUTDIR output\nSCENNAME mine\n`,
  'output/mine_sum.csv': '"Run_Number","Score"\n1,10\n',
  'output/mine_r00001.csv': 'PUID,SOLUTION\n1,1\n2,0\n3,0\n',
  'output/map.png': 'pixels',
}

test('results are one zip, and can be left out', async () => {
  const files = await findMarxanFiles(await made.make(results))
  assert.equal('output' in (await marxanUploads(files, { output: false })), false)
  const zip = await bytesOf((await marxanUploads(files)).output)
  const entries = entriesOf([
    {
      path: 'output',
      facts: { size: zip.length },
      async *open({ start, end } = { start: 0, end: zip.length }) {
        yield zip.subarray(start, end)
      },
    },
  ])
  const folder = await openOutput(entries, { findings: new FindingCollector() })
  assert.deepEqual(folder.all.map(({ name }) => name).sort(), ['mine_r00001.csv', 'mine_sum.csv'])
})

test('a folder without results has none to add', async () => {
  for (const files of [
    {},
    { ...results, 'output/mine_sum.csv': undefined, 'output/mine_r00001.csv': undefined },
  ])
    assert.equal('output' in (await marxanUploads(await findMarxanFiles(await made.make(files)))), false)
})

test('metadata of a role that does not exist is refused, and the roles are named', async () => {
  const files = await findMarxanFiles(await made.make())
  for (const role of ['grid', 'constructor'])
    await assert.rejects(marxanUploads(files, { metadata: { [role]: {} } }), (error) => {
      assert.ok(isPieceworkError(error, 'options-invalid'))
      assert.match(
        error.message,
        new RegExp(`"metadata\\.${role}".*planning-grid, input\\.dat, .*protected-areas\\.$`),
      )
      return true
    })
  const metadata = { 'planning-grid': { idAttribute: 'FID' } }
  const uploads = await marxanUploads(files, { metadata })
  assert.deepEqual(uploads['planning-grid']?.metadata, { idAttribute: 'FID' })
})

test.run()
