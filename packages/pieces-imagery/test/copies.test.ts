import { buffer } from 'node:stream/consumers'
import { createPiecework, fileArtifacts, type JobReport, memoryArtifacts, memoryStore } from '@piecework/core'
import { isPieceworkError, type Piece } from '@piecework/core/piece'
import type { ArtifactStore } from '@piecework/core/store'
import { addScene, imagery } from '@piecework/pieces-imagery'
import { inProcess } from '@piecework/runtime-inprocess'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { rangeServer } from '#internal/files/range-server.js'
import { ana, chunks, type ImageryDatabase, imageryDatabase, sampleProject } from './support/imagery-host.js'
import { withFolder } from './support/rendered.js'
import { gdal, needsScenes } from './support/scenes.js'

const test = needsScenes(needsServer(suite('imagery: copies of projects')))
let world: ImageryDatabase
test.before(async () => {
  world = await imageryDatabase()
})
test.after(() => world.close())

const forbidden = new Set<string>()
const access = {
  allows: async (_: unknown, __: unknown, { id }: { readonly id: string }) => !forbidden.has(id),
}

async function copied(
  files: ArtifactStore,
  scenes: 'carried' | 'referenced',
  id: string,
  altered = (piece: Piece): Piece => piece,
): Promise<JobReport> {
  const pack = imagery({ files, access, scenes, gdal: await gdal() })
  const piecework = createPiecework({
    packs: [{ ...pack, pieces: (pack.pieces ?? []).map(altered) }],
    runtime: inProcess({ concurrency: 1 }),
    store: memoryStore({ database: world.db }),
  })
  await piecework.start()
  try {
    const job = await piecework.export({ resource: { kind: 'imagery-project', id }, principal: ana })
    const { archive } = await job.result()
    assert.ok(archive)
    return await (await piecework.import({ archive, principal: { id: 'ben' } })).ended()
  } finally {
    await piecework.stop()
  }
}

const scenesOf = async (project: string) =>
  (
    await world.db.query<{ name: string; artifact: string; owner: string; bands: unknown }>(
      `SELECT s.name, s.artifact, s.owner, s.bands FROM imagery.project_scenes p
       JOIN imagery.scenes s ON s.id = p.scene_id WHERE p.project_id = $1 ORDER BY p.position`,
      [project],
    )
  ).rows

test('scenes travel with their files, in their order; files on a disk are read from there', () =>
  withFolder(async (folder) => {
    const files = fileArtifacts(folder)
    const { id } = await sampleProject(world.db, files, ['RGBA.uint16', 'rgb-byte-tenth'])
    await world.db.query(
      `UPDATE imagery.scenes SET bands = (SELECT jsonb_agg(b || jsonb_build_object('role', b->'name')) FROM jsonb_array_elements(bands) b)
       WHERE name = 'rgb-byte-tenth' AND id IN (SELECT scene_id FROM imagery.project_scenes WHERE project_id = $1)`,
      [id],
    )
    const { job } = await copied(files, 'carried', id)
    assert.is(job.outcome, 'succeeded', JSON.stringify(job.error))
    const [before, after] = [await scenesOf(id), await scenesOf(job.result.resource?.id ?? '')]
    assert.equal(
      after.map(({ name, owner, bands }) => ({ name, owner, bands })),
      before.map(({ name, bands }) => ({ name, owner: 'ben', bands })),
    )
    for (const [at, { artifact }] of after.entries()) {
      assert.ok(artifact.startsWith(`imagery/projects/${job.result.resource?.id}/`), artifact)
      assert.equal(await buffer(files.open(artifact)), await buffer(files.open(before[at]?.artifact ?? '')))
    }
  }))

test('a file that stays is only taken from a scene that the importer may read', async () => {
  const files = memoryArtifacts()
  const { id, scenes } = await sampleProject(world.db, files, ['RGBA.uint16'])
  const { job } = await copied(files, 'referenced', id)
  assert.is(job.outcome, 'succeeded', JSON.stringify(job.error))
  const [before, after] = [await scenesOf(id), await scenesOf(job.result.resource?.id ?? '')]
  assert.is(after[0]?.artifact, before[0]?.artifact)
  const { rows } = await world.db.query<{ id: string }>(
    'SELECT id::text AS id FROM imagery.scenes WHERE artifact = $1',
    [before[0]?.artifact],
  )
  for (const one of rows) forbidden.add(one.id)
  try {
    const { job: refused } = await copied(files, 'referenced', id)
    assert.equal([refused.outcome, refused.error?.code], ['failed', 'imagery/scene-missing'])
    assert.is(scenes.length, 1)
  } finally {
    forbidden.clear()
  }
})

test('a scene that is not there any more is not left out of an archive', async () => {
  const files = memoryArtifacts()
  const { id } = await sampleProject(world.db, files, ['RGBA.uint16'])
  await files.delete((await scenesOf(id))[0]?.artifact ?? '')
  const failed = await copied(files, 'carried', id).then(
    () => undefined,
    (error) => error.code,
  )
  assert.is(failed, 'imagery/scene-missing')
})

const vrt = `<VRTDataset rasterXSize="1" rasterYSize="1"><SRS>EPSG:32654</SRS><VRTRasterBand dataType="Byte" band="1"><SimpleSource><SourceFilename>/etc/passwd</SourceFilename></SimpleSource></VRTRasterBand></VRTDataset>`
const wms =
  '<GDAL_WMS><Service name="WMS"><ServerUrl>http://169.254.169.254/</ServerUrl></Service></GDAL_WMS>'

for (const [name, spoil] of [
  ['a VRT', () => Buffer.from(vrt)],
  ['a description of a WMS', () => Buffer.from(wms)],
  ['cut off', (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
  ['a TIFF that ends at once', (bytes: Buffer) => bytes.subarray(0, 8)],
] as const)
  test(`a scene of an archive that is ${name} is refused by name, and nothing of the import stays`, async () => {
    const files = memoryArtifacts()
    const { id, scenes } = await sampleProject(world.db, files, ['rgb-byte-tenth'])
    const artifact = (await scenesOf(id))[0]?.artifact ?? ''
    const bytes = spoil(await buffer(files.open(artifact)))
    await files.delete(artifact)
    await files.put(artifact, chunks(bytes))
    await world.db.query('UPDATE imagery.scenes SET bytes = $2 WHERE id = $1', [scenes[0], bytes.length])
    const { job } = await copied(files, 'carried', id)
    assert.equal([job.outcome, job.error?.code], ['failed', 'imagery/scene-format'])
    assert.match(job.error?.message ?? '', 'The scene "rgb-byte-tenth" is refused: The file of a scene')
    await assertNothing(files, job.target?.id)
  })

test('what lies beside a scene in an archive is refused by name, and nothing of the import stays', async () => {
  const files = memoryArtifacts()
  const { id } = await sampleProject(world.db, files, ['rgb-byte-tenth'])
  const beside = (piece: Piece): Piece => {
    const { name, exporter } = piece
    if (name !== 'imagery/scenes' || !exporter) return piece
    return {
      ...piece,
      exporter: {
        ...exporter,
        export: async (context) => {
          await context.write('files/1.tif.aux.xml', Buffer.from('<PAMDataset></PAMDataset>'))
          return exporter.export(context)
        },
      },
    }
  }
  const { job, findings } = await copied(files, 'carried', id, beside)
  assert.is(job.outcome, 'failed')
  assert.match(findings[0]?.message ?? '', '"files/1.tif.aux.xml" is the file of no scene.')
  await assertNothing(files, job.target?.id)
})

async function assertNothing(files: ArtifactStore, project = ''): Promise<void> {
  const left: string[] = []
  for await (const key of files.list('imagery/projects')) left.push(key)
  assert.equal(left, [])
  const { rows } = await world.db.query(
    `SELECT FROM imagery.projects WHERE id = $1
    UNION ALL SELECT FROM imagery.project_scenes WHERE project_id = $1
    UNION ALL SELECT FROM imagery.scenes WHERE owner = 'ben' AND artifact LIKE 'imagery/projects/' || $1 || '/%'`,
    [project],
  )
  assert.is(rows.length, 0)
}

test('what is no GeoTIFF, and what is too large, becomes no scene', async () => {
  const files = memoryArtifacts()
  const add = async (text: string, more: object = {}) => {
    const host = { database: world.db, files, gdal: await gdal() }
    const scene = { name: 'scene.tif', owner: 'ana', bytes: chunks(Buffer.from(text, 'latin1')), ...more }
    return addScene(host, scene).then(
      () => 'added',
      (error: unknown) => (isPieceworkError(error) ? error.code : String(error)),
    )
  }
  assert.is(await add('<VRTDataset rasterXSize="1" rasterYSize="1"></VRTDataset>'), 'imagery/scene-format')
  assert.is(await add(''), 'imagery/scene-format')
  assert.is(await add(`II*\0${'\xff'.repeat(100)}`), 'imagery/scene-format')
  assert.is(await add(`II*\0${'x'.repeat(100)}`, { maxBytes: 50 }), 'imagery/scene-too-large')
  const left: string[] = []
  for await (const key of files.list('imagery')) left.push(key)
  assert.equal(left, [])
})

test('the server of ranges knows its addresses alone, and is gone when it is closed', async () => {
  const files = memoryArtifacts()
  await files.put('a/scene', chunks(Buffer.from('0123456789')))
  const server = await rangeServer(files)
  const address = server.addressOf('a/scene', 10)
  const get = (url: string, range?: string) => fetch(url, range ? { headers: { range } } : {})
  assert.is(await (await get(address)).text(), '0123456789')
  const part = await get(address, 'bytes=2-4')
  assert.equal([part.status, await part.text()], [206, '234'])
  assert.is((await get(address, 'bytes=20-30')).status, 416)
  assert.is((await get(new URL('/a/scene', address).href)).status, 404)
  assert.ok(address.startsWith('http://127.0.0.1:'))
  await server.close()
  assert.is(await get(address).then(String, () => 'refused'), 'refused')
})

test.run()
