import { createHash, randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { createPiecework, memoryArtifacts, memoryStore } from '@piecework/core'
import {
  credentialVault,
  downloadLinks,
  dropboxCredential,
  dropboxTarget,
  linkTarget,
  s3Credential,
  s3Target,
} from '@piecework/delivery'
import { deliveryRoutes } from '@piecework/delivery/http'
import { imagery, imageryExports, imageryPolicy } from '@piecework/pieces-imagery'
import { imageryRoutes } from '@piecework/pieces-imagery/http'
import { inProcess } from '@piecework/runtime-inprocess'
import { pieceworkHttp } from '@piecework/server'
import { needsServer } from '@piecework/test-support'
import { appKey, DropboxStandIn } from '@piecework/test-support/fixtures/dropbox-stand-in.js'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Bucket, bucket } from './support/bucket.js'
import {
  ana,
  everybody,
  type ImageryDatabase,
  imageryDatabase,
  sampleProject,
} from './support/imagery-host.js'
import { gdal, needsScenes } from './support/scenes.js'

const test = needsScenes(needsServer(suite('imagery: delivery of exports')))
const files = memoryArtifacts()
let world: ImageryDatabase
let project: string
let s3: Bucket
let dropbox: DropboxStandIn
test.before(async () => {
  world = await imageryDatabase()
  project = (await sampleProject(world.db, files, ['RGBA.uint16'])).id
  s3 = await bucket()
  dropbox = await DropboxStandIn.open()
})
test.after(async () => {
  await dropbox?.close()
  await s3?.peer.close()
  await world?.close()
})

const secret = 'geheim-geheim'

interface Seen {
  readonly id: string
  readonly status: string
  readonly job: string
  readonly code?: string
  readonly detail?: string
  readonly url: string
  readonly error?: { readonly code: string }
  readonly result?: {
    readonly outputs: readonly { readonly name: string; readonly sha256: string }[]
    readonly deliveries: readonly { readonly target: string; readonly location?: string }[]
  }
}

/** A host, asked over HTTP alone; `said` is all that it has answered. */
async function withHost(
  use: (host: {
    ask(method: string, path: string, body?: object): Promise<Seen>
    ended(job: string): Promise<void>
    bytes(url: string): Promise<Buffer>
    readonly said: readonly string[]
  }) => Promise<void>,
): Promise<void> {
  const { db: database } = world
  const store = memoryStore({ database })
  const keys = [{ id: 'k', secret: randomBytes(32) }]
  const forms = { s3: s3Credential, dropbox: dropboxCredential }
  const vault = credentialVault({ store, keys, forms })
  const options = { files, access: everybody, gdal: await gdal() }
  const piecework = createPiecework({
    packs: [imagery(options)],
    runtime: inProcess({ concurrency: 2 }),
    store,
    access: imageryPolicy({ policy: everybody, database }),
    targets: [
      linkTarget({ store }),
      s3Target({ credentials: vault, ...s3.peer.settings }),
      dropboxTarget({ credentials: vault, appKey, api: dropbox.api }),
    ],
  })
  const http = pieceworkHttp({
    piecework,
    paths: { 'imagery-project': 'projects', 'imagery-export': 'imagery-exports' },
    publicUrl: 'https://maps.example.org',
    principal: async () => ana,
    extensions: [
      imageryRoutes({ exports: imageryExports({ ...options, piecework, database }) }),
      deliveryRoutes({ vault, links: downloadLinks({ piecework, store, keys }) }),
    ],
  })
  const said: string[] = []
  const fetched = async (method: string, url: string, body?: object) => {
    const answer = await http.fetch(
      new Request(new URL(url, 'https://maps.example.org/'), {
        method,
        headers: { 'content-type': 'application/json', origin: 'https://maps.example.org' },
        ...(body && { body: JSON.stringify(body) }),
      }),
    )
    return Buffer.from((await answer?.arrayBuffer()) ?? new ArrayBuffer(0))
  }
  await piecework.start()
  try {
    await use({
      said,
      ask: async (method, path, body) => {
        const text = String(await fetched(method, path, body))
        said.push(text)
        return JSON.parse(text)
      },
      bytes: (url) => fetched('GET', url),
      ended: async (job) => {
        for await (const _ of piecework.watch(job.split('/').at(-1) ?? '', { principal: ana })) void _
      },
    })
  } finally {
    http.stop()
    await piecework.stop()
  }
}

const sum = (bytes: Uint8Array | undefined) =>
  createHash('sha256')
    .update(bytes ?? '')
    .digest('hex')

test('by link, into a bucket and into Dropbox; what has not arrived is delivered again, and nothing else', () =>
  withHost(async ({ ask, ended, bytes, said }) => {
    const credential = async (target: string, held: object) =>
      (await ask('POST', 'credentials', { target, name: 'Mine', secret: held })).id
    const [ofS3, ofDropbox] = [
      await credential('s3', { accessKeyId: 'AKIAUSER', secretAccessKey: secret }),
      await credential('dropbox', { refreshToken: dropbox.connected() }),
    ]
    const box = { bucket: 'box', prefix: 'maps', endpoint: s3.peer.url, credential: ofS3 }
    const arrives = s3.hold()
    const made = await ask('POST', 'imagery/exports', {
      name: 'Lake',
      source: { project },
      outputs: ['imagery/cog'],
      deliver: [
        { target: 'link' },
        { target: 's3', destination: box },
        { target: 'dropbox', destination: { credential: ofDropbox, folder: '/Maps' } },
      ],
    })
    const self = `imagery/exports/${made.id}`
    const first = await arrives
    assert.is((await ask('GET', self)).status, 'DELIVERING')
    first.answer('denied')
    await ended(made.job)
    const failed = await ask('GET', self)
    assert.equal([failed.status, failed.error?.code], ['ERROR', 'delivery-denied'])
    const targets = ({ result }: Seen) => result?.deliveries.map(({ target }) => target).toSorted()
    assert.equal(targets(failed), ['dropbox', 'link'])

    const comes = s3.hold()
    const uploads = dropbox.calls.filter((route) => route === 'files/upload').length
    assert.is((await ask('POST', `${self}/deliveries/retry`)).status, 'DELIVERING')
    const second = await comes
    assert.is((await ask('POST', `${self}/deliveries/retry`)).code, 'unsupported')
    second.answer('stored')
    let done = await ask('GET', self)
    while (done.status === 'DELIVERING') {
      await sleep(20)
      done = await ask('GET', self)
    }
    assert.equal([done.status, done.error], ['SUCCESS', undefined])
    assert.equal(targets(done), ['dropbox', 'link', 's3'])
    assert.is(dropbox.calls.filter((route) => route === 'files/upload').length, uploads)

    const { outputs = [], deliveries = [] } = done.result ?? {}
    const link = deliveries.find(({ target }) => target === 'link')?.location
    const { url } = await ask('POST', `links/${link}/address`, {})
    assert.equal(
      [
        sum(await bytes(url)),
        sum(s3.objects.get('/box/maps/Lake.tif')?.bytes),
        sum(dropbox.files.get('/maps/lake.tif')?.bytes),
      ],
      Array(3).fill(outputs[0]?.sha256),
    )
    const { rows } = await world.db.query<{ row: string }>('SELECT e::text AS row FROM imagery.exports e')
    const all = [...said, ...rows.map(({ row }) => row)].join()
    assert.not.match(all, new RegExp(`${secret}|AKIAUSER|refresh-`))
  }))

test('a destination that cannot be is refused before there is a record', () =>
  withHost(async ({ ask }) => {
    const count = async () =>
      (await world.db.query<{ n: number }>('SELECT count(*)::int AS n FROM imagery.exports')).rows[0]?.n
    const before = await count()
    const refreshToken = dropbox.connected()
    const { id: credential } = await ask('POST', 'credentials', {
      target: 'dropbox',
      name: 'Full',
      secret: { refreshToken },
    })
    dropbox.allocation = { '.tag': 'individual', allocated: dropbox.used + 1000 }
    for (const [deliver, code, detail = ''] of [
      [
        { target: 'dropbox', destination: { credential } },
        'delivery-full',
        'has 1.0 kB free, and up to 2.8 MB may be needed',
      ],
      [{ target: 'dropbox', destination: { credential: 'none' } }, 'delivery-auth'],
      [{ target: 's3', destination: { bucket: 'box' } }, 'options-invalid'],
      [{ target: 'ftp' }, 'options-invalid'],
      [{ target: 'link', output: 'imagery/png' }, 'options-invalid'],
    ] as const) {
      const outputs = ['imagery/cog']
      const asked = { name: 'x', source: { project }, outputs, deliver: [deliver] }
      const refused = await ask('POST', 'imagery/exports', asked)
      assert.is(refused.code, code)
      assert.ok(refused.detail?.includes(detail), refused.detail)
    }
    assert.is(await count(), before)
  }))

test.run()
