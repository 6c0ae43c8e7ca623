import type { NewFinding } from '@piecework/core/piece'
import { maxSimilarFiles } from '../defaults.js'
import type { InputDat } from '../input-dat/read.js'
import { gridRole } from '../roles.js'
import { namedCharacters, oddCharacters } from '../text/unusual-characters.js'
import { fileKeys, type TableRole } from './file-keys.js'
import type { Listing } from './listing.js'
import { lastPart, lookUp } from './look-up.js'
import { similarFiles } from './similar-files.js'
import type { TablesByRole } from './tables-by-columns.js'

/** A file that a project must have and its folder does not. */
export interface MissingFile {
  readonly role: string
  /** As input.dat names it, with the line that does: "planning.dat (PUNAME, line 30 of input.dat)". */
  readonly name: string
  /** An error. */
  readonly finding: NewFinding
}

export interface SearchedFolder {
  readonly files: Listing
  readonly named: InputDat
  /** Path of input.dat for messages. */
  readonly input: string
  /** Folder of results; `''` is the folder itself. */
  readonly output: string | undefined
}

/** `tables`: those of the folder by their columns. */
export function missingFile(
  role: TableRole,
  { files, named, input, output }: SearchedFolder,
  tables: TablesByRole,
): MissingFile {
  const key = fileKeys[role]
  const line = named.lines.get(key)
  const name = named.files[key]
  const taken = Object.values(fileKeys).map((other) => lookUp(files, named.files, named.files[other]))
  const others = [input, output || undefined, ...taken]
  const ofOtherRoles = Object.entries(tables).flatMap(([other, paths]) => (other === role ? [] : paths))
  const byName = similarFiles(files, lastPart(name), role, [...others, ...ofOtherRoles])
  const byColumns = tables[role].filter((path) => !others.includes(path))
  const similar = [...new Set([...byColumns, ...byName])].slice(0, maxSimilarFiles)
  const [first] = similar
  return {
    role,
    name: `${name} (${key}, ${line === undefined ? `which ${input} does not have` : `line ${line} of ${input}`})`,
    finding: {
      severity: 'error',
      code: 'legacy/file-missing',
      file: input,
      ...(line !== undefined && { line }),
      column: key,
      message: `${absence(input, key, name, line)}${similar.length > 0 ? `; there is ${similar.join(', ')}` : ''}`,
      fix: { role, ...(first !== undefined && { file: first }) },
    },
  }
}

function absence(input: string, key: string, name: string, line: number | undefined): string {
  if (name === '') return `${key} is empty where the name of a file is needed`
  const odd = oddCharacters(name)
  const shown = odd.length === 0 ? name : `${name} (with ${namedCharacters(odd)})`
  const wanted =
    line === undefined ? `${input} does not have ${key}, and ${name}` : `${key} names ${shown}, which`
  return `${wanted} is neither in the folder nor in one directly below it`
}

const otherLayers = /\.(?:geojson|gpkg|kml|kmz|zip)$/i

/** With the files that may hold it in another form. */
export function missingGrid(files: Listing): MissingFile {
  const others = files
    .in('')
    .filter((name) => otherLayers.test(name))
    .slice(0, maxSimilarFiles)
  if (others.length === 0) return noGrid
  const { fix: _, ...finding } = noGrid.finding
  return {
    ...noGrid,
    finding: {
      ...finding,
      message: `${finding.message}; there is ${others.join(', ')}`,
      hint: 'If it holds the planning units: export them as an ESRI Shapefile, or take the shapefile out of the zip, into this folder.',
    },
  }
}

const noGrid: MissingFile = {
  role: gridRole,
  name: 'the planning grid (.shp or .zip)',
  finding: {
    severity: 'error',
    code: 'legacy/file-missing',
    file: gridRole,
    message: 'The folder has no planning grid, neither a .shp nor a zip with one',
    fix: { role: gridRole },
  },
}

/** A project need not have a bound.dat, but this one is named. */
export function missingBound(folder: SearchedFolder, tables: TablesByRole): NewFinding {
  const { finding } = missingFile('bound.dat', folder, tables)
  const message = `${finding.message}: the project is without boundary lengths`
  return { ...finding, severity: 'warning', message }
}

/** A warning if there are block definitions. Programs name the file even if there is none. */
export function blocksNotCarried({ files, named, input }: SearchedFolder): readonly NewFinding[] {
  const name = named.files.BLOCKDEFNAME
  const path = name === '' ? undefined : lookUp(files, named.files, name)
  const line = named.lines.get('BLOCKDEFNAME')
  if (path === undefined || line === undefined) return []
  return [
    {
      severity: 'warning',
      code: 'legacy/blocks-not-carried',
      file: input,
      line,
      column: 'BLOCKDEFNAME',
      message: `${path} is not imported: features have the targets that spec.dat gives them, not those of their type`,
    },
  ]
}
