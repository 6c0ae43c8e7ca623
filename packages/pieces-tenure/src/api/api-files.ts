import { createHash } from 'node:crypto'
import { csvLine, type ExportContext } from '@piecework/core/piece'
import { fileEntries } from '../pieces/file-entries.js'
import { tellMissing } from '../pieces/files.js'
import type { ApiClient } from './api-client.js'
import { changedMeanwhile } from './api-error.js'
import { apiRows } from './api-list.js'
import { apiResources } from './api-rows.js'
import { ListDigest, type ListedResources, listDigestEntry } from './listed-resources.js'

interface Listed {
  readonly id: string
  readonly url: URL
}

/** The bytes of resources, one after the other, each read when those before it are stored. */
export async function exportApiFiles(
  context: ExportContext,
  client: ApiClient,
  archived: 'left' | 'carried',
  known: ListedResources,
): Promise<{ readonly rows: number }> {
  const { write, progress, finding } = context
  const digest = new ListDigest()
  // All addresses are looked at before the first file is read.
  const listed: { readonly id: string; readonly file: string }[] = []
  for await (const page of apiRows(client, apiResources))
    for (const row of page) {
      const { id, file, archived: isArchived } = row
      if (isArchived && archived === 'left') continue
      digest.add(apiResources.cells(row))
      if (!file) continue
      urlOf(client, { id, file })
      listed.push({ id, file })
    }
  known.assertSame(context, 'files', digest.text())
  const lines = [csvLine(['resource_id', 'bytes'])]
  const missing: string[] = []
  await write(fileEntries.bytes, bytesOfAll())
  const rows = lines.length - 1
  await write(fileEntries.list, Buffer.from(lines.join('')), () => rows)
  await write(listDigestEntry, Buffer.from(digest.text()))
  known.wrote(context, 'files', digest.text())
  tellMissing(missing, finding)
  return { rows }

  async function* bytesOfAll(): AsyncGenerator<Uint8Array> {
    for (const [at, { id, file }] of listed.entries()) {
      const size = yield* fileBytes(client, { id, url: urlOf(client, { id, file }) })
      if (size === undefined) missing.push(id)
      else lines.push(csvLine([id, String(size)]))
      progress(at + 1, listed.length)
    }
  }
}

function urlOf({ scope }: ApiClient, { id, file }: { readonly id: string; readonly file: string }): URL {
  const where = `${apiResources.path}: the address of the file of ${JSON.stringify(id)}`
  return scope.within(file, scope.below(apiResources.path), where)
}

/**
 * Returns the size; undefined if there is no such file. An answer that breaks off is asked for again: what has been handed on
 * by then must be the same.
 */
async function* fileBytes(
  client: ApiClient,
  { id, url }: Listed,
): AsyncGenerator<Uint8Array, number | undefined> {
  const where = `the file of ${JSON.stringify(id)}`
  const given = createHash('sha256')
  let size = 0
  for (let attempt = 1; ; attempt++) {
    try {
      const bytes = await client.file(url, where)
      if (!bytes && size === 0) return undefined
      if (!bytes) throw changedMeanwhile(where, 'it is gone')
      for await (const chunk of after(bytes, size, given.copy().digest('hex'), where)) {
        given.update(chunk)
        size += chunk.length
        yield chunk
      }
      return size
    } catch (error) {
      await client.again(error, attempt)
    }
  }
}

/** What comes behind the first `size` bytes, which must have this digest. */
async function* after(
  bytes: AsyncIterable<Uint8Array>,
  size: number,
  digest: string,
  where: string,
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256')
  let left = size
  let isSame = size === 0
  for await (const chunk of bytes) {
    const known = chunk.subarray(0, left)
    left -= known.length
    if (!isSame) {
      hash.update(known)
      if (left > 0) continue
      isSame = hash.digest('hex') === digest
      if (!isSame) throw changedMeanwhile(where, 'it has other bytes than before')
    }
    if (known.length < chunk.length) yield chunk.subarray(known.length)
  }
  if (!isSame) throw changedMeanwhile(where, 'it has fewer bytes than before')
}
