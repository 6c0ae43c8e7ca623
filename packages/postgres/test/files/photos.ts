import { createHash } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { folderFiles } from '@piecework/core'
import type { FileStore, Queryable } from '@piecework/core/piece'
import type { FileColumn, TableSpec } from '@piecework/postgres'

/** Photos name two files each; a thumbnail may be shared, or missing. */
export const photoTables = `
  CREATE TABLE photos (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    album_id uuid NOT NULL REFERENCES albums ON DELETE CASCADE,
    n int NOT NULL,
    file varchar(120) NOT NULL UNIQUE,
    thumb text
  )`

export const photos = (file: FileColumn, thumb: FileColumn = { ...file, missing: 'null' }): TableSpec => ({
  table: 'photos',
  owner: 'album_id',
  order: ['n'],
  files: { file, thumb },
})

export const { signal: noSignal } = new AbortController()

export async function* bytesOf(text: string, chunk = 7): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += chunk) yield bytes.subarray(at, at + chunk)
}

/** A folder of the host's files. */
export interface Folder {
  readonly root: string
  readonly store: Required<FileStore>
  put(key: string, text: string): Promise<void>
  text(key: string): Promise<string | undefined>
  /** Sorted; unfinished ones, too. */
  keys(): Promise<readonly string[]>
  remove(): Promise<void>
}

export async function folder(): Promise<Folder> {
  const root = await mkdtemp(join(tmpdir(), 'piecework-files-'))
  const store = folderFiles(root)
  return {
    root,
    store,
    put: async (key, text) => void (await store.put(key, bytesOf(text), noSignal)),
    text: (key) => textIn(store, key),
    keys: async () => {
      const found = await readdir(root, { recursive: true, withFileTypes: true })
      return found
        .filter((one) => one.isFile())
        .map((one) => join(one.parentPath, one.name).slice(root.length + 1))
        .sort()
    },
    remove: () => rm(root, { recursive: true }),
  }
}

export async function textIn(store: FileStore, key: string): Promise<string | undefined> {
  const chunks = await store.open(key, noSignal)
  if (!chunks) return undefined
  const all: Uint8Array[] = []
  for await (const chunk of chunks) all.push(chunk)
  return Buffer.concat(all).toString()
}

/** What the photos of an album show, in order: digests of their files. */
export async function contentOf(db: Queryable, { text }: Pick<Folder, 'text'>, album: string) {
  const { rows } = await db.query<{ n: number; file: string; thumb: string | null }>(
    'SELECT n, file, thumb FROM photos WHERE album_id = $1 ORDER BY n',
    [album],
  )
  const digest = async (key: string | null): Promise<string | null> => {
    if (!key) return key
    const found = await text(key)
    return found === undefined ? 'missing' : createHash('sha256').update(found).digest('hex')
  }
  return Promise.all(
    rows.map(async ({ n, file, thumb }) => ({ n, file: await digest(file), thumb: await digest(thumb) })),
  )
}

/** An album with photos: large, empty, with the thumbnail of another one, without any, with an odd name. */
export async function samplePhotos(db: Queryable, files: Folder, album: string): Promise<void> {
  const photo = async (n: number, name: string, text: string, thumb: string | null) => {
    const key = `${album}/${name}`
    await files.put(key, text)
    await db.query('INSERT INTO photos (album_id, n, file, thumb) VALUES ($1, $2, $3, $4)', [
      album,
      n,
      key,
      thumb,
    ])
  }
  await files.put(`${album}/small`, 'small')
  await photo(1, 'large.jpg', 'x'.repeat(70_000), `${album}/small`)
  await photo(2, 'empty.png', '', `${album}/small`)
  await photo(3, 'ünïcode "🐟", `', 'odd', null)
  await photo(4, 'none', 'plain', '')
}
