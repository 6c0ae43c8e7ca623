import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  createPiecework,
  folderTarget,
  memoryArtifacts,
  memoryStore,
  type Piecework,
  type PieceworkOptions,
} from '@piecework/core'
import { isPieceworkError } from '@piecework/core/piece'
import {
  type ImageryExport,
  type ImageryExports,
  type ImageryExportsOptions,
  type ImageryOptions,
  imagery,
  imageryExports,
  imageryPolicy,
  removeScene,
} from '@piecework/pieces-imagery'
import { imageryRoutes } from '@piecework/pieces-imagery/http'
import { inProcess } from '@piecework/runtime-inprocess'
import { pieceworkHttp } from '@piecework/server'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { assertPicture } from '#internal/picture/picture.js'
import { acme } from './readme/window-files.js'
import { ana, chunks, type ImageryDatabase, imageryDatabase, sampleProject } from './support/imagery-host.js'
import { lookAt } from './support/look-at.js'
import { withFolder } from './support/rendered.js'
import { aoi, gdal, needsScenes } from './support/scenes.js'

const test = needsScenes(needsServer(suite('imagery: exports of stored scenes')))
const files = memoryArtifacts()
const forbidden = new Set<string>()
const policy = {
  allows: async (_: unknown, __: unknown, resource?: { readonly id: string }) =>
    !forbidden.has(resource?.id ?? ''),
}
let world: ImageryDatabase
let lake: Awaited<ReturnType<typeof sampleProject>>
let nothing: Awaited<ReturnType<typeof sampleProject>>
test.before(async () => {
  world = await imageryDatabase()
  const bands = ['red', 'green', 'blue', 'nir'] as const
  lake = await sampleProject(
    world.db,
    files,
    ['landsat-rgbn-256'],
    bands.map((name) => ({ name, role: name })),
  )
  nothing = await sampleProject(world.db, files, ['all-nodata'])
})
test.after(() => world.close())

interface Host {
  readonly piecework: Piecework
  readonly exports: ImageryExports
  readonly options: ImageryExportsOptions
}

async function withHost<T>(
  use: (host: Host) => Promise<T>,
  concurrency = 2,
  folder?: string,
  pack: Partial<ImageryOptions> = {},
  parts: Partial<PieceworkOptions> = {},
): Promise<T> {
  const { db: database } = world
  const options = { files, access: policy, gdal: await gdal(), windowPixels: 2048 }
  const piecework = createPiecework({
    packs: [imagery({ ...options, ...pack }), acme],
    runtime: inProcess({ concurrency }),
    backoffMs: 10,
    store: memoryStore({ database }),
    access: imageryPolicy({ policy, database }),
    ...(folder !== undefined && { targets: [folderTarget({ name: 'folder', root: folder })] }),
    ...parts,
  })
  await piecework.start()
  try {
    const given = { ...options, piecework, database }
    return await use({ piecework, exports: imageryExports(given), options: given })
  } finally {
    await piecework.stop()
  }
}

async function ended({ piecework, exports }: Host, { id, job }: ImageryExport): Promise<ImageryExport> {
  for await (const _ of piecework.watch(job ?? '', { principal: ana })) void _
  return exports.get(id, { principal: ana })
}

const bytesOf = async ({ piecework }: Host, { job }: ImageryExport, output: string) =>
  buffer((await piecework.download(job ?? '', { output, principal: ana })).bytes)

async function refusal(run: Promise<unknown>): Promise<string> {
  const error: unknown = await run.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (isPieceworkError(error)) return `${error.code}: ${error.message}`
  throw error ?? new Error('It was not refused')
}

/** Four windows. */
const fine = () => ({
  name: 'Lake',
  source: {
    tool: {
      version: 1,
      nodes: {
        lake: { type: 'project', id: lake.id },
        ndvi: { type: 'ndvi', input: 'lake' },
      },
      output: { node: 'ndvi' },
    },
  },
  projection: 32654,
  resolution: 3.7,
})

/** Opens once. */
function gate() {
  let open = (): void => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open: () => open() }
}

async function seen(host: Host, { id }: ImageryExport, is: (one: ImageryExport) => boolean) {
  for (;;) {
    const one = await host.exports.get(id, { principal: ana })
    if (is(one)) return one
    await sleep(10)
  }
}

test('windows are nodes, and are put together with all overviews; how far it is, and how long it will take', () => {
  const [thirdWindow, secondTile] = [gate(), gate()]
  let questions = 0
  const access = {
    allows: async () => {
      // Two of the plan and of each window: for the project, and for its scene.
      if (++questions > 6) await thirdWindow.opened
      return true
    },
  }
  const stored = memoryArtifacts()
  const artifacts = {
    ...stored,
    put: (key: string, bytes: AsyncIterable<Uint8Array>) =>
      stored.put(key, key.includes('imagery/cog') ? held(bytes) : bytes),
  }
  async function* held(bytes: AsyncIterable<Uint8Array>) {
    let chunks = 0
    for await (const chunk of bytes) {
      if (++chunks === 3) await secondTile.opened
      yield chunk
    }
  }
  const isEstimated = ({ remainingMs }: ImageryExport) => Number.isInteger(remainingMs)
  return withFolder((folder) =>
    withHost(
      async (host) => {
        const outputs = ['imagery/cog', 'imagery/quick-look', 'acme/windows']
        const made = await host.exports.create({ ...fine(), outputs }, { principal: ana })
        assert.ok(['PENDING', 'SUBMITTED', 'RENDERING'].includes(made.status), made.status)
        assert.equal([made.estimate.windows, made.estimate.pixels], [4, 2077 * 2077])
        const half = await seen(host, made, ({ windows }) => windows.done === 2)
        assert.equal([half.windows.total, isEstimated(half)], [4, true])
        assert.equal(
          half.assembly,
          outputs.map((output) => ({ output, done: 0 })),
        )
        thirdWindow.open()
        const joined = await seen(host, made, ({ assembly }) => assembly[0]?.total !== undefined)
        const { done: bytes = 0, total = 0 } = joined.assembly[0] ?? {}
        assert.ok(0 < bytes && bytes < total, `${bytes} of ${total}`)
        assert.equal([joined.windows.done, isEstimated(joined)], [4, true])
        secondTile.open()
        const done = await ended(host, made)
        assert.is(done.status, 'SUCCESS', JSON.stringify(done.error))
        assert.equal([done.windows, done.remainingMs], [{ done: 4, total: 4 }, undefined])
        assert.equal(
          done.assembly,
          outputs.map((output) => {
            const size = done.result?.outputs.find(({ name }) => name === output)?.size
            return { output, done: size, total: size }
          }),
        )
        assert.is(done.assembly[0]?.total, total)
        assert.equal(done.warnings.map(({ code }) => code).toSorted(), [
          'imagery/coverage',
          'imagery/finer-than-scenes',
        ])
        const { coverage = 0, gdalVersion } = done.result ?? {}
        assert.ok(coverage > 0.998 && coverage < 1, `${coverage}`)
        assert.is(gdalVersion, (await gdal()).version)
        const cog = done.result?.outputs.find(({ name }) => name === 'imagery/cog')
        assert.is(cog?.fileName, 'Lake.tif')
        const file = join(folder, 'lake.tif')
        writeFileSync(file, await bytesOf(host, done, 'imagery/cog'))
        const zip = join(folder, 'windows.zip')
        writeFileSync(zip, await bytesOf(host, done, 'acme/windows'))
        const parts = ['0-0', '2048-0', '0-2048', '2048-2048'].map((place) => `/vsizip/${zip}/${place}.tif`)
        const [whole, ...windows] = lookAt(file, ...parts)
        assert.equal(whole?.errors, [])
        assert.equal(
          whole?.levels.map(({ size }) => size[0]),
          [2077, 1039, 520, 260, 130],
        )
        assert.equal(
          windows.map(({ levels }) => levels[0]?.size),
          [
            [2048, 2048],
            [29, 2048],
            [2048, 29],
            [29, 29],
          ],
        )
        const look = await bytesOf(host, done, 'imagery/quick-look')
        assert.is(look.toString('latin1', 1, 4), 'PNG')
        assert.equal([look.readUInt32BE(16), look.readUInt32BE(20)], [512, 512])
      },
      2,
      undefined,
      { access },
      { artifacts, heartbeatMs: 20 },
    ),
  )
})

test('two exports of one project at once, as pictures with world files', () =>
  withHost(async (host) => {
    const request = {
      source: { project: lake.id },
      bands: ['red', 'green', 'blue'],
      colorCorrection: { clip: { min: 7000, max: 20_000 } },
    }
    const [one, other] = await Promise.all([
      host.exports.create({ ...request, name: 'One', outputs: ['imagery/png'] }, { principal: ana }),
      host.exports.create({ ...request, name: 'Other', outputs: ['imagery/jpeg'] }, { principal: ana }),
    ])
    const [png, jpeg] = [await ended(host, one), await ended(host, other)]
    assert.equal([png.status, jpeg.status], ['SUCCESS', 'SUCCESS'], JSON.stringify([png.error, jpeg.error]))
    const zip = (await bytesOf(host, png, 'imagery/png')).toString('latin1')
    for (const name of ['image.png', 'image.pgw', 'image.prj']) assert.ok(zip.includes(name), name)
    assert.equal(
      jpeg.warnings.map(({ code }) => code),
      ['imagery/lossy'],
    )
    assert.match(
      await refusal(
        host.exports.create(
          { name: 'Raw', source: { project: lake.id }, outputs: ['imagery/png'] },
          { principal: ana },
        ),
      ),
      'imagery/picture-unsupported: The export cannot be a PNG: its pixels are uint16',
    )
    const large = { ...request, name: 'Large', projection: 32654, resolution: 0.46 }
    for (const format of ['png', 'jpeg'] as const) {
      const outputs = [`imagery/${format}`]
      assert.match(
        await refusal(host.exports.create({ ...large, outputs }, { principal: ana })),
        new RegExp(
          `cannot be a ${format.toUpperCase()}: it has 16\\d{3} × 16\\d{3} pixels; the limit of a side is 16383`,
        ),
      )
      for (const [width, height] of [
        [16_383, 1],
        [1, 16_383],
      ] as const) {
        const output = {
          bands: [{ name: 'red', type: 'uint8' }],
          dataType: 'uint8',
          nodata: 0,
          blockSize: 256,
        } as const
        const grid = { crs: '', originX: 0, originY: 0, pixelWidth: 1, pixelHeight: 1, width, height }
        assertPicture({ grid, output }, format)
        for (const side of ['width', 'height'] as const)
          assert.throws(
            () => assertPicture({ grid: { ...grid, [side]: 16_384 }, output }, format),
            /limit of a side/,
          )
      }
    }
  }))

test('30: without a valid pixel an export fails, and nothing is made', () =>
  withHost(async (host) => {
    const made = await host.exports.create(
      { name: 'Nothing', source: { project: nothing.id } },
      { principal: ana },
    )
    const { status, error, result } = await ended(host, made)
    assert.equal([status, error?.code, result], ['ERROR', 'imagery/nothing-there', undefined])
    assert.match(
      await refusal(
        host.exports.create({ ...fine(), mask: aoi('b'), projection: 32654 }, { principal: ana }),
      ),
      'imagery/nothing-there',
    )
  }))

test('what is unknown and what is forbidden give the same answer', () =>
  withHost(async (host) => {
    const ask = (project: string) =>
      refusal(host.exports.create({ name: 'x', source: { project } }, { principal: ana }))
    const other = '00000000-0000-4000-8000-000000000000'
    const unknown = (await ask(other)).replace(other, '')
    forbidden.add(lake.id)
    try {
      assert.is((await ask(lake.id)).replace(lake.id, ''), unknown)
      assert.match(unknown, 'imagery/source-unknown')
    } finally {
      forbidden.clear()
    }
    forbidden.add(lake.scenes[0] ?? '')
    try {
      assert.is((await ask(lake.id)).replace(lake.id, ''), unknown)
    } finally {
      forbidden.clear()
    }
    assert.match(await refusal(host.exports.get(other, { principal: ana })), 'imagery/export-not-found')
    assert.match(await refusal(host.exports.get('1', { principal: ana })), 'imagery/export-not-found')
  }))

test('what may not be read any more is not delivered', () =>
  withFolder((folder) =>
    withHost(
      async (host) => {
        mkdirSync(join(folder, 'out'))
        const request = { name: 'Lake', source: { project: lake.id }, outputs: ['imagery/cog'] as const }
        const done = await ended(host, await host.exports.create(request, { principal: ana }))
        assert.is(done.status, 'SUCCESS', JSON.stringify(done.error))
        forbidden.add(lake.scenes[0] ?? '')
        const download = host.piecework.download(done.job ?? '', { output: 'imagery/cog', principal: ana })
        assert.match(await refusal(download), 'forbidden')
        const deliver = [{ target: 'folder', output: 'imagery/cog', destination: { folder: 'out' } }]
        const again = () => host.piecework.redeliver(done.job ?? '', { deliver, principal: ana })
        assert.match(await refusal(again()), 'forbidden')
        assert.equal(readdirSync(join(folder, 'out')), [])
        forbidden.clear()
        await (await again()).ended()
        assert.equal(readdirSync(join(folder, 'out')), ['Lake.tif'])
      },
      2,
      folder,
    ),
  ))

test('a record whose process died before it had a job becomes an error, and one whose process died after that goes on', () =>
  withHost(async ({ piecework, exports, options }) => {
    const never = () => new Promise<never>(() => {})
    const { db } = world
    const dying = [
      { piecework: { ...piecework, export: never } },
      {
        database: {
          query: (sql: string, values?: readonly unknown[]) =>
            /SET job/.test(sql) ? never() : db.query(sql, values),
          transaction: db.transaction.bind(db),
        } as typeof db,
      },
    ]
    const left: string[] = []
    for (const [at, parts] of dying.entries()) {
      const request = { name: `Dies ${at}`, source: { project: lake.id }, outputs: ['imagery/quick-look'] }
      void imageryExports({ ...options, ...parts }).create(request, { principal: ana })
      for (let id: string | undefined; id === undefined; await sleep(20)) {
        const { rows } = await db.query<{ id: string }>('SELECT id FROM imagery.exports WHERE name = $1', [
          request.name,
        ])
        id = rows[0]?.id
        if (id !== undefined) left.push(id)
      }
    }
    const [before = '', after = ''] = left
    const seen = (id: string) => exports.get(id, { principal: ana })
    assert.is((await seen(before)).status, 'PENDING')
    await db.query(
      `UPDATE imagery.exports SET created_at = now() - interval '11 minutes' WHERE id = ANY ($1)`,
      [left],
    )
    const { status, error } = await seen(before)
    assert.equal([status, error?.code], ['ERROR', 'imagery/not-begun'])
    assert.match(await refusal(exports.get(before, { principal: { id: 'ben' } })), 'imagery/export-not-found')
    while (
      (await piecework.jobs({ resource: { kind: 'imagery-export', id: after }, principal: ana })).length === 0
    )
      await sleep(20)
    assert.is((await ended({ piecework, exports, options }, await seen(after))).status, 'SUCCESS')
  }))

for (const [where, before] of [
  ['plan', 0],
  // One question for the project, one for its scene.
  ['window', 2],
] as const) {
  const refused = async (pack: Partial<ImageryOptions>) =>
    withHost(
      async (host) => {
        const request = { name: 'Refused', source: { project: lake.id }, outputs: ['imagery/cog'] }
        const { status, error, result } = await ended(
          host,
          await host.exports.create(request, { principal: ana }),
        )
        return [status, error?.code, result]
      },
      1,
      undefined,
      pack,
    )

  test(`another version of GDAL refuses to make the ${where} of an export`, async () => {
    const { folder, version } = await gdal()
    let questions = 0
    const pack = {
      access: { allows: async () => ++questions > 0 },
      gdal: {
        folder,
        get version() {
          return questions > before ? '9.9.9' : version
        },
      },
    }
    assert.equal(await refused(pack), ['ERROR', 'imagery/gdal-differs', undefined])
  })

  test(`what may not be read any more when the ${where} of an export is made fails it`, async () => {
    let questions = 0
    const pack = { access: { allows: async () => ++questions <= before } }
    assert.equal(await refused(pack), ['ERROR', 'imagery/source-unknown', undefined])
  })
}

test('a scene whose file is altered or gone after it was added fails an export, and nothing is made', () =>
  withHost(async (host) => {
    const { id, scenes } = await sampleProject(world.db, files, ['rgb-byte-tenth'])
    const { rows } = await world.db.query<{ artifact: string }>(
      'SELECT artifact FROM imagery.scenes WHERE id = $1',
      [scenes[0]],
    )
    const { artifact = '' } = rows[0] ?? {}
    const request = { name: 'Spoilt', source: { project: id } }
    const failed = async () => {
      const { status, error, result } = await ended(
        host,
        await host.exports.create(request, { principal: ana }),
      )
      assert.equal([status, result], ['ERROR', undefined])
      return error?.code
    }
    const bytes = await buffer(files.open(artifact))
    await files.delete(artifact)
    await files.put(artifact, chunks(bytes.subarray(0, bytes.length / 2)))
    assert.match((await failed()) ?? '', /^gdal\//)
    await files.delete(artifact)
    assert.is(await failed().catch((error) => error.code), 'imagery/scene-missing')
  }))

interface Answer {
  readonly code: number
  readonly seen: {
    readonly id: string
    readonly status: string
    readonly job: string
    readonly estimate?: { readonly windows: number }
    readonly result?: { readonly gdalVersion: string }
    readonly items?: readonly { readonly id: string }[]
  }
}

/** docs/http.md has each route of imagery, and no other. */
async function assertListed(answer: Response | undefined): Promise<void> {
  if (!answer) throw new Error('There is no description.')
  const { paths } = (await answer.json()) as { readonly paths: Readonly<Record<string, object>> }
  const page = await readFile(new URL('../../../../docs/http.md', import.meta.url), 'utf8')
  const listed = [...page.matchAll(/^\| ([A-Z]+) \| `(imagery\/[^`]+)`/gm)].map(([, method, path = '']) =>
    [method, path.replace(/:\w+/g, ':')].join(' '),
  )
  const made = Object.entries(paths).flatMap(([path, methods]) =>
    path.startsWith('/imagery/')
      ? Object.keys(methods).map(
          (method) => `${method.toUpperCase()} ${path.slice(1).replace(/\{\w+\}/g, ':')}`,
        )
      : [],
  )
  assert.equal(made.sort(), listed.sort())
}

test('over HTTP, and a scene is deleted when no export renders it', () =>
  withHost(async ({ piecework, exports }) => {
    const http = pieceworkHttp({
      piecework,
      paths: { 'imagery-project': 'projects', 'imagery-export': 'imagery-exports' },
      publicUrl: 'https://maps.example.org',
      principal: async () => ana,
      extensions: [imageryRoutes({ exports })],
    })
    const ask = async (method: string, path: string, body?: object): Promise<Answer> => {
      const answer = await http.fetch(
        new Request(`https://maps.example.org/${path}`, {
          method,
          headers: { 'content-type': 'application/json', origin: 'https://maps.example.org' },
          ...(body && { body: JSON.stringify(body) }),
        }),
      )
      return { code: answer?.status ?? 0, seen: (await answer?.json()) as Answer['seen'] }
    }
    await assertListed(await http.fetch(new Request('https://maps.example.org/openapi.json')))
    const one = await sampleProject(world.db, files, ['RGBA.uint16'])
    const made = await ask('POST', 'imagery/exports', { name: 'Small', source: { project: one.id } })
    const { id, estimate, job } = made.seen
    assert.equal([made.code, estimate?.windows], [202, 1], JSON.stringify(made.seen))
    const remove = () => removeScene({ database: world.db, files, piecework }, one.scenes[0] ?? '')
    if (!['SUCCESS', 'ERROR'].includes((await ask('GET', `imagery/exports/${id}`)).seen.status))
      await remove().catch((error) => assert.is(error.code, 'imagery/scene-busy'))
    for await (const _ of piecework.watch(job.split('/').at(-1) ?? '', { principal: ana })) void _
    const { seen } = await ask('GET', `imagery/exports/${id}`)
    assert.is(seen.status, 'SUCCESS', JSON.stringify(seen))
    assert.is(seen.result?.gdalVersion, (await gdal()).version)
    assert.is((await ask('GET', 'imagery/exports')).seen.items?.[0]?.id, id)
    assert.is((await ask('GET', `imagery/exports/${one.id}`)).code, 404)
    assert.is((await ask('POST', 'imagery/exports', { name: 'x' })).code, 400)
    assert.is((await ask('POST', 'imagery/exports', { name: 'x', source: { project: 'x' } })).code, 404)
    await remove()
    assert.match(
      await refusal(exports.create({ name: 'x', source: { project: one.id } }, { principal: ana })),
      'has no scenes',
    )
  }))

test('a request is refused by its place', () =>
  withHost(async (host) => {
    const ask = (more: object) =>
      refusal(
        host.exports.create({ name: 'x', source: { project: lake.id }, ...more } as never, {
          principal: ana,
        }),
      )
    assert.match(await ask({ epsg: 3857 }), 'options-invalid')
    assert.match(await ask({ resolution: 30 }), '"resolution" and "resampling" need a "projection"')
    assert.match(await ask({ crop: true }), '"crop" needs a "mask"')
    assert.match(await ask({ bands: ['swir16'] }), 'imagery/band-missing')
    assert.match(await ask({ projection: 4978 }), 'imagery/crs-unsupported')
    assert.match(await ask({ projection: 32654, resolution: 0.001 }), 'imagery/too-large')
  }))

test.run()
