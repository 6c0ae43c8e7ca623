import {
  csvLine,
  FileNames,
  JoinedFiles,
  type Output,
  type OutputContext,
  type ZipMember,
} from '@piecework/core/piece'
import { joinedList } from '../attributes/joined-list.js'
import { cellText } from '../cell-text.js'
import { ownText } from '../own-text.js'
import { fileEntries, fileSize } from '../pieces/file-entries.js'
import { type ProjectEntries, projectsOf, rowsIn } from './project-entries.js'

const listName = 'resources.csv'

/** The files of resources under their names, in a zip, and what they are about as CSV. */
export const resourceFiles: Output = {
  name: 'tenure/resources',
  mediaType: 'application/zip',
  pieces: ['tenure/project', 'tenure/resources', 'tenure/files'],
  fileName: ({ name, resource }) => `${name ?? resource.id}-resources.zip`,
  assemble: (context) => context.zip(allResourceFiles(context)),
}

export async function* allResourceFiles(context: OutputContext): AsyncGenerator<ZipMember> {
  for await (const project of projectsOf(context)) yield* projectFiles(project, context)
}

async function* projectFiles(project: ProjectEntries, context: OutputContext): AsyncGenerator<ZipMember> {
  const { signal } = context
  const entries = project.of('tenure/files')
  const stored = new Map<string, string>()
  for await (const { resource_id } of rowsIn(entries, fileEntries.list, signal))
    stored.set(ownText(resource_id ?? ''), '')
  // Read to its end before the files are, whose names it finds.
  yield { name: project.folder + listName, open: () => listed(project, stored, signal) }
  const joined = new JoinedFiles(entries.open(fileEntries.bytes))
  try {
    let done = 0
    for await (const { resource_id, bytes } of rowsIn(entries, fileEntries.list, signal)) {
      const name = stored.get(resource_id ?? '') || (resource_id ?? '')
      yield { name: project.folder + name, open: () => joined.take(fileSize(bytes) ?? 0) }
      context.progress(++done, stored.size)
    }
    await joined.end()
  } finally {
    await joined.close()
  }
}

/** `resources.csv`. Gives each of the resources that have a file the name of it in the zip, as they are read. */
async function* listed(
  project: ProjectEntries,
  stored: Map<string, string>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const entries = project.of('tenure/resources')
  const links = new Map<string, string[]>()
  for await (const { resource_id, kind, target_id } of rowsIn(entries, 'resource_links.csv', signal)) {
    const all = links.get(resource_id ?? '') ?? []
    all.push(ownText(`${kind}:${target_id}`))
    links.set(ownText(resource_id ?? ''), all)
  }
  const names = new FileNames()
  names.take(listName)
  yield Buffer.from(csvLine(['id', 'name', 'description', 'original_file', 'stored_file', 'links']))
  for await (const batch of entries.rows('resources.csv')) {
    signal.throwIfAborted()
    const lines = batch.map(({ id, name, description, original_file }) => {
      const key = id ?? ''
      const file = stored.has(key) ? names.take(baseName(original_file || name || '')) : null
      if (file !== null) stored.set(key, ownText(file))
      const cells = [id, name, description, original_file, file, joinedList(links.get(key) ?? [])]
      links.delete(key)
      return csvLine(cells.map((cell) => (cell == null ? null : cellText(cell))))
    })
    yield Buffer.from(lines.join(''))
  }
}

/** Without folders, either way of slashes. */
const baseName = (name: string): string => name.split(/[/\\]/).findLast((part) => part !== '') ?? ''
