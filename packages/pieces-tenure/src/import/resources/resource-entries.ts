import { csvLine, type Entries, entriesOf } from '@piecework/core/piece'
import { fileEntries } from '../../pieces/file-entries.js'
import type { UploadedResources } from '../raw-table.js'
import { uploadProject } from '../uploaded-export.js'
import { type ResourceRow, resourceRows } from './resource-rows.js'

/** What the piece of resources would have written. `size`: about as many bytes. */
export const resourceEntries = (upload: UploadedResources | undefined, size: number): Entries =>
  entriesOf([
    entry('resources.csv', size, () =>
      lines(
        upload,
        ['id', 'name', 'description', 'original_file', 'archived'],
        ({ id, name, description, originalFile }) => [[id, name, description, originalFile, 'f']],
      ),
    ),
    entry('resource_links.csv', size, () =>
      lines(upload, ['resource_id', 'kind', 'target_id'], ({ id: resource, links }) =>
        links.map(({ kind = null, id }) => [resource, kind, kind === 'project' ? uploadProject.id : id]),
      ),
    ),
  ])

/** What the piece of their files would have written. */
export const storedFileEntries = (upload: UploadedResources | undefined, size: number): Entries =>
  entriesOf([
    entry(fileEntries.list, size, () =>
      lines(upload, ['resource_id', 'bytes'], ({ id, storedFile }) => {
        const file = storedFile === null ? undefined : upload?.files.get(storedFile)
        return file ? [[id, String(file.size)]] : []
      }),
    ),
    entry(fileEntries.bytes, size, () => bytesOfAll(upload)),
  ])

const entry = (path: string, size: number, open: () => AsyncIterable<Uint8Array>) => ({
  path,
  facts: { size },
  open,
})

async function* lines(
  upload: UploadedResources | undefined,
  header: readonly string[],
  recordsOf: (row: ResourceRow) => readonly (readonly (string | null)[])[],
): AsyncGenerator<Uint8Array> {
  yield Buffer.from(csvLine(header))
  if (!upload) return
  for await (const batch of (await resourceRows(upload)).rows())
    yield Buffer.from(
      batch
        .flatMap(recordsOf)
        .map((record) => csvLine(record))
        .join(''),
    )
}

async function* bytesOfAll(upload: UploadedResources | undefined): AsyncGenerator<Uint8Array> {
  if (!upload) return
  for await (const batch of (await resourceRows(upload)).rows())
    for (const { storedFile } of batch) {
      const file = storedFile === null ? undefined : upload.files.get(storedFile)
      if (file) yield* file.open()
    }
}
