import { createHash, randomUUID } from 'node:crypto'
import { readdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  createPiecework,
  type Database,
  folderFiles,
  isPieceworkError,
  memoryArtifacts,
} from '@piecework/core'
import type { Piece } from '@piecework/core/piece'
import { checkTables, type FileColumn, postgresStore } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Albums, albumKind, albumPiece, albums } from '../table-piece/albums.js'
import { imported } from '../table-piece/support.js'
import {
  bytesOf,
  contentOf,
  type Folder,
  folder,
  noSignal,
  photos,
  photoTables,
  samplePhotos,
} from './photos.js'

const test = needsServer(suite('files beside rows'))
let files: Folder
let host: Albums
let breaks = false

/** Comes last, and fails when it is told to. */
const last: Piece = {
  contract: 1,
  name: 'album/last',
  of: 'album',
  version: 1,
  after: ['album/rows'],
  exporter: { export: async () => ({ rows: 0 }) },
  importer: {
    import: async () => {
      if (breaks) throw new Error('the last piece breaks')
      return { rows: 0 }
    },
  },
}
const keyOf: FileColumn['key'] = ({ id, extension, resource }) => `albums/${resource.id}/${id}${extension}`

test.before(async () => {
  files = await folder()
  const { store } = files
  host = await albums('server', photoTables, [albumPiece([photos({ store, key: keyOf })]), last], {
    maxAttempts: 1,
  })
})
test.after(async () => {
  await host.close()
  await files.remove()
})

async function sample(): Promise<string> {
  const id = await host.add()
  await samplePhotos(host.db, files, id)
  return id
}

const keysOf = (album: string) =>
  host.sql<{ file: string; thumb: string | null }>(
    'SELECT file, thumb FROM photos WHERE album_id = $1 ORDER BY n',
    [album],
  )

test('new ids: imports and clones have files of their own, one for rows that share it, and the same bytes', async () => {
  const id = await sample()
  const content = await contentOf(host.db, files, id)
  const { archive } = await host.export(id)
  const before = await files.keys()
  for (const copy of [await host.import(archive), await host.clone(id)]) {
    assert.is(copy.told, '')
    assert.equal(await contentOf(host.db, files, copy.id), content)
    const rows = await keysOf(copy.id)
    assert.is(rows[0]?.thumb, rows[1]?.thumb)
    for (const { file } of rows)
      assert.match(file, new RegExp(`^albums/${copy.id}/[0-9a-f-]{36}(\\.jpg|\\.png)?$`))
    assert.equal([rows[2]?.thumb, rows[3]?.thumb], [null, ''])
    assert.is((await host.diff(archive, copy.id)).equal, true)
    await files.put(rows[0]?.file ?? '', 'changed')
    const { resources } = await host.diff(archive, copy.id)
    const changed = resources
      .flatMap(({ pieces }) => pieces)
      .flatMap(({ entries }) => entries)
      .find(({ path }) => path === 'photos.csv')
    assert.equal(changed?.rows?.columns, { file: 1 })
  }
  assert.is((await files.keys()).length, before.length + 10)
  assert.equal(await contentOf(host.db, files, id), content)
  assert.equal(await host.sql('SELECT FROM piecework.put_files'), [])
})

test('honest counts: more files than are put at once are all put, whatever the order of their keys', async () => {
  const id = await host.add()
  const count = 230
  for (let n = 1; n <= count; n++) {
    await files.put(`${id}/${n}`, `photo ${n}`)
    await host.sql('INSERT INTO photos (album_id, n, file) VALUES ($1, $2, $3)', [id, n, `${id}/${n}`])
  }
  const content = await contentOf(host.db, files, id)
  const { archive } = await host.export(id)
  const before = (await files.keys()).length
  for (const copy of [await host.import(archive), await host.clone(id)]) {
    assert.is(copy.told, '')
    assert.equal(await contentOf(host.db, files, copy.id), content)
  }
  assert.is((await files.keys()).length, before + 2 * count)
})

test('nothing half-made: a job that fails takes the files that it has put, and no other', async () => {
  const id = await sample()
  const { archive } = await host.export(id)
  const before = await readdir(files.root, { recursive: true })
  breaks = true
  try {
    for (const failed of [await host.import(archive), await host.clone(id)])
      assert.match(failed.told, /album\/last/)
  } finally {
    breaks = false
  }
  // No folder, either.
  assert.equal((await readdir(files.root, { recursive: true })).sort(), before.sort())
})

test('a folder keeps no file open that was only asked for, and takes puts and deletions at the same time', async () => {
  const { root, store, remove } = await folder()
  await store.put('a/b', bytesOf('x'), noSignal)
  const open = () => readdir('/proc/self/fd').then(({ length }) => length)
  const before = await open()
  for (let n = 0; n < 20; n++) assert.ok(await store.open('a/b', noSignal))
  assert.ok((await open()) <= before + 1)
  await Promise.all(
    Array.from({ length: 30 }, async (_, n) => {
      await store.put(`c/d/${n}`, bytesOf('y'), noSignal)
      await store.delete(`c/d/${n}`, noSignal)
    }),
  )
  assert.equal((await readdir(root, { recursive: true })).sort(), ['a', 'a/b'])
  await remove()
})

test('an embedded database that keeps the jobs refuses files at the start', () => {
  const none = async () => ({ rows: [], rowCount: 0 })
  const database = { embedded: true, query: none, transaction: none } as unknown as Database
  const start = (pieces: readonly Piece[]) =>
    createPiecework({
      packs: [{ name: 'albums', kinds: [albumKind], pieces }],
      store: postgresStore({ database }),
      artifacts: memoryArtifacts(),
      runtime: inProcess(),
    })
  const { store } = files
  try {
    start([albumPiece([photos({ store })])])
    assert.unreachable()
  } catch (error) {
    assert.ok(isPieceworkError(error, 'registry-invalid'), String(error))
    assert.match(error.message, /"album\/rows" has files beside rows\. They need .* more than one connection/)
  }
  start([{ ...last, after: [] }])
})

test('honest counts: a file that is missing refuses the export, or is left out and told by all that follow', async () => {
  const id = await sample()
  await files.store.delete(`${id}/small`, noSignal)
  const exported = await host.export(id)
  const lost = `Column "thumb" of "photos.csv": 1 file that rows name is not in the host's store ("${id}/small"); copies have none there.`
  assert.is(exported.told, `table/file-missing: ${lost}`)
  const told =
    /table\/file-missing: Column "thumb" of "photos.csv": 2 rows name files that are not .*; copies have none there\.$/
  assert.match((await host.validate(exported.archive)).told, told)
  for (const copy of [await host.import(exported.archive), await host.clone(id)]) {
    assert.ok(copy.ok)
    assert.match(copy.told, told)
    assert.equal(
      (await keysOf(copy.id)).map(({ thumb }) => thumb),
      [null, null, null, ''],
    )
  }
  await files.store.delete(`${id}/large.jpg`, noSignal)
  const before = await files.keys()
  for (const refused of [await host.export(id), await host.clone(id)]) {
    assert.not(refused.ok)
    assert.match(refused.told, /^table\/file-missing: Column "file" of "photos\.csv": 1 .*\/large\.jpg/)
  }
  assert.equal(await files.keys(), before)
})

const listed = (key: string, body: string, digest = body): string =>
  `"${key}",${body.length},${createHash('sha256').update(digest).digest('hex')}\n`

/** As an archive from elsewhere might have it. */
async function importedFrom(rows: string, list: string, bytes: string) {
  const id = await host.add()
  return imported(
    host.db,
    albumPiece([photos({ store: files.store })]),
    {
      'photos.csv': { csv: `id,n,file,thumb\n${rows}`, rows: rows.split('\n').length - 1 },
      'photos.file.files.csv': `key,bytes,sha256\n${list}`,
      'photos.file.files.bin': bytes,
      'photos.thumb.files.csv': 'key,bytes,sha256\n',
      'photos.thumb.files.bin': '',
    },
    { resource: { kind: 'album', id }, source: { kind: 'album', id: randomUUID() }, jobId: randomUUID() },
  ).then(
    ({ findings }) => ({ id, told: findings.map(({ code }) => code).join() }),
    (error: unknown) => ({
      id,
      told: isPieceworkError(error) ? `${error.code}: ${error.message}` : String(error),
    }),
  )
}

test('hostile names and lists neither reach other files nor come in', async () => {
  const row = (file: string, thumb = '') => `${randomUUID()},1,"${file}",${thumb}\n`
  const hostile = '../../../tmp/evil.sh'
  const good = await importedFrom(row(hostile), listed(hostile, 'abc'), 'abc')
  assert.is(good.told, '')
  assert.match((await keysOf(good.id))[0]?.file ?? '', /^[0-9a-f-]{36}\.sh$/)
  const before = await files.keys()
  const other = before[0] ?? ''
  const thief = await importedFrom(row('a', other), listed('a', 'abc'), 'abc')
  assert.is(thief.told, 'table/file-missing')
  assert.is((await keysOf(thief.id))[0]?.thumb, null)
  const left = await importedFrom(row('a'), listed('a', 'abc') + listed('b', 'd'), 'abcd')
  assert.is(left.told, 'table/file-without-row')
  const told = async (list: string, bytes: string) => (await importedFrom(row('a'), list, bytes)).told
  assert.match(await told(listed('a', 'abc', 'abd'), 'abc'), /^archive-checksum: The file "a" of "photos/)
  assert.match(await told(listed('a', 'abc'), 'ab'), /^archive-invalid: The joined files are shorter/)
  assert.match(await told(listed('a', 'abc'), 'abcd'), /^archive-invalid: The joined files are longer/)
  assert.match(
    await told(listed('a', 'abc') + listed('a', 'd'), 'abcd'),
    /^archive-invalid: .* lists a file twice/,
  )
  assert.match(await told('"a",-1,\n', ''), /^archive-invalid: .* has a line without key, bytes and sha256/)
  assert.match(await told('', ''), /^table\/file-missing: /)
})

test('a folder gives out nothing beside itself: neither by its keys nor by links', async () => {
  const { root, store } = await folder()
  await writeFile(`${root}-secret`, 'secret')
  await symlink(`${root}-secret`, join(root, 'link'))
  await symlink(files.root, join(root, 'away'))
  for (const key of [
    '../x',
    '/etc/passwd',
    'a/../../x',
    'a//b',
    '',
    '.',
    'a\0b',
    '.piecework-unfinished/x',
  ]) {
    for (const call of [
      store.open(key, noSignal),
      store.put(key, bytesOf('x'), noSignal),
      store.delete(key, noSignal),
    ])
      await call.then(
        () => assert.unreachable(key),
        (error) => assert.ok(isPieceworkError(error, 'files/key-invalid'), String(error)),
      )
  }
  assert.is(await store.open('link', noSignal), undefined)
  const [name = ''] = await files.keys()
  assert.is(await store.open(`away/${name}`, noSignal), undefined)
  await assertRejects(() => store.put('away/x', bytesOf('x'), noSignal), 'forbidden')
  assert.is(await store.copy('link', 'b', noSignal), false)
  assert.not(await folderFiles(`${root}-none`).open('a', noSignal))
})

async function assertRejects(work: () => Promise<unknown>, code: 'forbidden'): Promise<void> {
  const error = await work().then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  assert.ok(isPieceworkError(error, code), String(error))
}

test('nothing half-made: what a put has not ended goes with its key, and no such put can end', async () => {
  const { store, keys, remove } = await folder()
  const putting = (key: string) => {
    let end = (): void => {}
    let begun = (): void => {}
    const there = new Promise<void>((told) => {
      begun = told
    })
    const bytes = async function* () {
      yield Buffer.alloc(100_000)
      begun()
      await new Promise<void>((told) => {
        end = told
      })
      yield Buffer.from('end')
    }
    const put = store.put(key, bytes(), noSignal).then(
      () => 'put',
      () => 'not put',
    )
    return { there, put, end: () => end() }
  }
  const [gone, other] = [putting('a/b'), putting('a/b2')]
  await Promise.all([gone.there, other.there])
  assert.is((await keys()).length, 2)
  await store.delete('a/b', noSignal)
  assert.is((await keys()).length, 1)
  for (const { end } of [gone, other]) end()
  assert.equal([await gone.put, await other.put], ['not put', 'put'])
  assert.equal(await keys(), ['a/b2'])
  await remove()
})

test('what cannot be carried is refused by name when the host starts', async () => {
  const { store } = files
  const problems = async (spec: Parameters<typeof albumPiece>[0][number]): Promise<string> => {
    try {
      await checkTables(host.db, [albumPiece([spec])])
      return ''
    } catch (error) {
      return (error as Error).message
    }
  }
  const base = photos({ store })
  assert.is(await problems(base), '')
  assert.match(
    await problems(photos({ store, missing: 'null' })),
    /"file" of table "photos" is NOT NULL, so "missing"/,
  )
  assert.match(
    await problems({ ...base, files: { id: { store } } }),
    /"id" of table "photos" is uuid and no text/,
  )
  assert.match(await problems({ ...base, files: { gone: { store } } }), /no column "gone" \(files\)/)
  assert.match(
    await problems({ ...base, order: ['file'] }),
    /names files, whose keys change, so it orders no rows/,
  )
  assert.match(
    await problems({ ...base, unique: { file: 'suffix' } }),
    /names files, so it can be nothing else/,
  )
  assert.match(await problems({ ...base, files: { file: { stor: store } as never } }), /stor/)
})

test.run()
