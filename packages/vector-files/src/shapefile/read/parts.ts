import type { ZippedFile } from '@piecework/core/archive'
import type { ShapefileLimits } from '../../defaults.js'
import type { LayerLabels } from '../../layer-labels.js'

const required = ['shp', 'shx', 'dbf', 'prj'] as const

/** The files of one shapefile. */
export interface ShapefileParts {
  /** File name without extension. */
  readonly name: string
  readonly shp: ZippedFile
  readonly shx: ZippedFile
  readonly dbf: ZippedFile
  readonly prj: ZippedFile
  readonly cpg?: ZippedFile
}

type FilesByExtension = ReadonlyMap<string, readonly ZippedFile[]>

/**
 * The parts of the only shapefile among the files of a zip, by extension in any case, in the root or in one
 * folder. Other files are ignored. Throws a problem if there are several shapefiles, a part is missing or is
 * beyond the limits.
 */
export function findParts(
  files: readonly ZippedFile[],
  limits: ShapefileLimits,
  labels: LayerLabels,
): ShapefileParts {
  const groups = grouped(files)
  const layers = [...groups].filter(([, parts]) => parts.has('shp'))
  if (layers.length > 1)
    throw refusal(
      labels,
      'two-layers',
      `${labels.subject} holds ${layers.length} layers: ${layers.map(([stem]) => `${stem}.shp`).join(', ')}`,
      'Leave the one that is meant in the zip, and take the others out.',
    )
  const [stem, parts] = layers[0] ?? [...groups][0] ?? ['', new Map<string, readonly ZippedFile[]>()]
  const [[first] = []] = parts.values()
  const name = first?.name.replace(/^.*\//s, '').replace(/\.[^.]*$/, '') ?? ''
  assertComplete(name, parts, labels)
  if (stem.split('/').length > 2)
    throw refusal(
      labels,
      'folder',
      `${labels.subject}'s shapefile is in the folder ${stem.slice(0, stem.lastIndexOf('/'))}`,
      'Put it into the root of the zip or into one folder.',
    )
  for (const [extension, same] of parts)
    if (same.length > 1)
      throw labels.problem(
        'duplicate-part',
        `${labels.subject} holds ${same.length} .${extension} files of ${name}`,
      )
  for (const [file] of parts.values()) if (file) assertSize(file, limits, labels)
  const part = (extension: string) => parts.get(extension)?.[0] as ZippedFile
  return {
    name,
    shp: part('shp'),
    shx: part('shx'),
    dbf: part('dbf'),
    prj: part('prj'),
    ...(parts.has('cpg') && { cpg: part('cpg') }),
  }
}

/** Parts by path without extension, in lower case. */
function grouped(files: readonly ZippedFile[]): ReadonlyMap<string, FilesByExtension> {
  const groups = new Map<string, Map<string, ZippedFile[]>>()
  for (const file of files) {
    const [, path, extension] = /^(.+)\.(shp|shx|dbf|prj|cpg)$/i.exec(file.name.toLowerCase()) ?? []
    if (path === undefined || extension === undefined || isSidecar(file.name)) continue
    const group = groups.get(path) ?? new Map<string, ZippedFile[]>()
    group.set(extension, [...(group.get(extension) ?? []), file])
    groups.set(path, group)
  }
  return groups
}

/** Files of macOS beside the real ones. */
const isSidecar = (name: string): boolean =>
  name.startsWith('__MACOSX/') || name.split('/').some((segment) => segment.startsWith('._'))

function assertComplete(name: string, parts: FilesByExtension, labels: LayerLabels): void {
  const missing = required.filter((extension) => !parts.has(extension))
  if (missing.length === 0) return
  throw labels.error(
    missing.map((extension) =>
      labels.finding(
        'error',
        'missing-part',
        `${labels.subject} lacks ${name === '' ? 'a' : `${name}'s`} .${extension} file`,
        {
          hint:
            extension === 'prj'
              ? 'Copy the .prj file that came with it. If there is none, assign the coordinate system in which the layer was made in a GIS, no other one, and export it again.'
              : 'Copy all parts of the shapefile: .shp, .shx, .dbf and .prj.',
        },
      ),
    ),
  )
}

function assertSize(file: ZippedFile, limits: ShapefileLimits, labels: LayerLabels): void {
  const limit = /\.(prj|cpg)$/i.test(file.name) ? limits.textBytes : limits.partBytes
  if (file.size > limit)
    throw labels.problem(
      'too-large',
      `${file.name} in ${labels.what}'s zip inflates to ${file.size} bytes; at most ${limit} are allowed`,
    )
}

const refusal = (labels: LayerLabels, problem: string, message: string, hint: string) =>
  labels.error([labels.finding('error', problem, message, { hint })])
