import type { ZippedFile } from '@piecework/core/archive'
import { fileProblem } from '../file-problem.js'
import type { UploadedResources } from '../raw-table.js'
import { baseName, folderOf } from '../zip-paths.js'

/** Lists that stand beside files of resources, whatever these are called. */
export const resourceLists = (files: readonly ZippedFile[]): readonly ZippedFile[] =>
  files.filter(({ name }) => /(^|\/)resources\/([^/]+\/)?resources\.csv$/i.test(name))

/** Undefined if the zip has none. Throws a `FileProblem` for those of several projects. */
export function uploadedResources(all: readonly ZippedFile[]): UploadedResources | undefined {
  const [list, ...others] = resourceLists(all)
  if (!list) return undefined
  const several = (what: string, file: string) =>
    fileProblem(
      {
        code: 'tenure/projects-several',
        message: `The zip has ${what}.`,
        hint: 'Leave the resources of one project in the zip.',
      },
      { file },
    )
  if (others.length > 0) throw several(`${others.length + 1} lists of resources`, list.name)
  const files = new Map<string, ZippedFile>()
  for (const file of all) {
    if (file === list || folderOf(file.name) !== folderOf(list.name)) continue
    const name = baseName(file.name)
    if (files.has(name)) throw several('two files of this name', file.name)
    files.set(name, file)
  }
  return { list, files }
}
