import { openZip, type ZippedFile } from '@piecework/core/archive'
import type { Entries } from '@piecework/core/piece'
import { mostRatio, mostUploadFiles, ratioFreeBytes } from '../defaults.js'
import { fileProblem, zipLabels } from './file-problem.js'
import { resourceLists } from './resources/uploaded-resources.js'
import { baseName, folderOf } from './zip-paths.js'

/** Files have no id of their project. */
export const uploadProject = { kind: 'tenure-project', id: 'upload' } as const

/** Of all formats. */
export const uploadRole = 'export'

/** The files of an upload, without those that macOS puts beside them. */
export async function filesOf(entries: Entries): Promise<readonly ZippedFile[]> {
  const files = await openZip(entries, uploadRole, mostUploadFiles, zipLabels)
  const total = files.reduce((sum, { size }) => sum + size, 0)
  const bytes = Math.max(1, entries.facts(uploadRole)?.size ?? total)
  if (!entries.looseFiles?.(uploadRole) && total > ratioFreeBytes && total / bytes > mostRatio)
    throw fileProblem(
      {
        code: 'tenure/zip-limit',
        message: `The zip's ${bytes} bytes would be ${total} when inflated; at most ${mostRatio} times as many are allowed.`,
        hint: 'Zip it again without compression if its content is meant to be so.',
      },
      {},
    )
  return files.filter(({ name }) => !/(^|\/)(__MACOSX\/|\._|\.DS_Store$)/.test(name))
}

/**
 * The files of the folder in which the named ones are, by their names in lower case there: a zip may have been made of a
 * folder, and an organization's has one for each project. Throws a `FileProblem` for none and for several.
 */
export function projectFiles(
  files: readonly ZippedFile[],
  isWanted: (name: string) => boolean,
  what: string,
): ReadonlyMap<string, ZippedFile> {
  const ofResources = new Set(resourceLists(files).map(({ name }) => folderOf(name)))
  const folders = new Set(
    files
      .filter(({ name }) => isWanted(baseName(name).toLowerCase()) && !ofResources.has(folderOf(name)))
      .map(({ name }) => folderOf(name)),
  )
  const [folder, ...others] = folders
  if (folder === undefined) {
    const some = files.slice(0, 5).map(({ name }) => JSON.stringify(name.slice(0, 100)))
    const has = some.length === 0 ? 'it is empty' : `it has ${some.join(', ')}${files.length > 5 ? ' …' : ''}`
    throw fileProblem(
      { code: 'tenure/table-missing', message: `There is no ${what} in the zip: ${has}.` },
      {},
    )
  }
  if (others.length > 0)
    throw fileProblem(
      {
        code: 'tenure/projects-several',
        message: `The zip has ${folders.size} projects: ${[...folders]
          .slice(0, 5)
          .map((one) => JSON.stringify(one))
          .join(', ')}.`,
        hint: 'Zip the folder of one project, and import them one by one.',
      },
      {},
    )
  const found = new Map<string, ZippedFile>()
  for (const file of files) {
    if (!file.name.startsWith(folder) || ofResources.has(folderOf(file.name))) continue
    const name = file.name.slice(folder.length).toLowerCase()
    if (found.has(name))
      throw fileProblem(
        { code: 'tenure/zip-invalid', message: 'The zip has two files of this name.' },
        { file: file.name },
      )
    found.set(name, file)
  }
  return found
}
