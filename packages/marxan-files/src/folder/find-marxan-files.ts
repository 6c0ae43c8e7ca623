import { check, checkArgument, checkOptions, type NewFinding, PieceworkError } from '@piecework/core/piece'
import type { FolderGrid } from './find-grid.js'
import { searchFolder } from './search-folder.js'

/** Where the files of a Marxan project are on disk. Paths are absolute if the folder's path is. */
export interface MarxanFiles {
  readonly input: string
  readonly pu: string
  readonly spec: string
  readonly puvspr: string
  readonly bound?: string
  /** Folder of results, if there is one; the project's folder if they are beside input.dat. */
  readonly output?: string
  readonly grid: FolderGrid
  /** Warnings about the folder: choices that were made, a bound.dat that is not there, results that lie elsewhere. */
  readonly findings: readonly NewFinding[]
}

export interface FindMarxanFilesOptions {
  /** Name of the input.dat in the folder. */
  readonly input?: string
  /** The attribute with the planning units' ids, unless it is `puid`: of several shapefiles the one that has it is the grid. */
  readonly idAttribute?: string
}

/**
 * Finds a Marxan project's files in a folder: input.dat is the first `*.dat` by name (or `input`) that names other files; these are looked
 * up by name, without regard to case, in INPUTDIR, its last part, the folder and those below it. Throws `input-incomplete` naming everything
 * that is missing and the lines that ask for it, `legacy/marzone` and `legacy/cluz` for the projects of other programs.
 */
export async function findMarxanFiles(dir: string, given?: FindMarxanFilesOptions): Promise<MarxanFiles> {
  checkArgument('findMarxanFiles()', 'dir', dir, check.text)
  const options = checkOptions('findMarxanFiles()', given, { input: check.text, idAttribute: check.text })
  const { missing, ...found } = await searchFolder(dir, options)
  const { pu, spec, puvspr, grid } = found
  if (pu && spec && puvspr && grid) return { ...found, pu, spec, puvspr, grid }
  throw new PieceworkError(
    'input-incomplete',
    `${dir} does not have ${missing.map(({ name }) => name).join(', ')}`,
    {
      facts: { missing: missing.map(({ role }) => role) },
      findings: missing.map(({ finding }) => ({ ...finding, piece: 'legacy-marxan' })),
    },
  )
}
