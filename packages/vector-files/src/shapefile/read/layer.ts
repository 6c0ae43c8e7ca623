import type { ZippedFile } from '@piecework/core/archive'
import type { ShapefileLimits } from './limits.js'
import { type ShapefileLabels, subjectOf } from './shapefile-labels.js'

const required = ['shp', 'shx', 'dbf', 'prj'] as const

/** The parts of the one layer in a zipped shapefile. */
export interface Layer {
  /** File name without extension. */
  readonly name: string
  readonly shp: ZippedFile
  readonly shx: ZippedFile
  readonly dbf: ZippedFile
  readonly prj: ZippedFile
  readonly cpg?: ZippedFile
}

/** Picks the parts by extension, in any case, in the root or in one folder; what is not a part is passed over. */
export function layerOf(
  files: readonly ZippedFile[],
  limits: ShapefileLimits,
  words: ShapefileLabels,
): Layer {
  const groups = new Map<string, Map<string, ZippedFile[]>>()
  for (const file of files.filter(({ name }) => !isLitter(name))) {
    const part = /^(.*)\.(shp|shx|dbf|prj|cpg)$/i.exec(file.name)
    if (!part?.[1] || !part[2]) continue
    const group = groups.get(part[1].toLowerCase()) ?? new Map<string, ZippedFile[]>()
    const extension = part[2].toLowerCase()
    group.set(extension, [...(group.get(extension) ?? []), file])
    groups.set(part[1].toLowerCase(), group)
  }
  const layers = [...groups].filter(([, parts]) => parts.has('shp'))
  if (layers.length > 1)
    throw refusal(
      words,
      'two-layers',
      `${subjectOf(words)} holds ${layers.length} layers: ${layers.map(([stem]) => `${stem}.shp`).join(', ')}`,
      'Give one shapefile.',
    )
  const [stem, parts] = layers[0] ?? [...groups][0] ?? ['', new Map<string, ZippedFile[]>()]
  const [[first] = []] = parts.values()
  const name = first?.name.replace(/^.*\//s, '').replace(/\.[^.]*$/, '') ?? ''
  const missing = required.filter((extension) => !parts.has(extension))
  if (missing.length > 0)
    throw words.error(
      missing.map((extension) =>
        words.finding(
          'error',
          'missing-part',
          `${subjectOf(words)} lacks ${name === '' ? 'a' : `${name}'s`} .${extension} file`,
          {
            hint:
              extension === 'prj'
                ? "Assign the layer's coordinate system in QGIS and export it again."
                : 'Copy all parts of the shapefile: .shp, .shx, .dbf and .prj.',
          },
        ),
      ),
    )
  if (stem.split('/').length > 2)
    throw refusal(
      words,
      'folder',
      `${subjectOf(words)}'s shapefile is in the folder ${stem.slice(0, stem.lastIndexOf('/'))}`,
      'Put it into the root of the zip or into one folder.',
    )
  for (const [extension, same] of parts)
    if (same.length > 1)
      throw words.problem(
        'duplicate-part',
        `${subjectOf(words)} holds ${same.length} .${extension} files of ${name}`,
      )
  const part = (extension: string) =>
    within(parts.get(extension)?.[0] as ZippedFile, extension, limits, words)
  const cpg = parts.get('cpg')?.[0]
  return {
    name,
    shp: part('shp'),
    shx: part('shx'),
    dbf: part('dbf'),
    prj: part('prj'),
    ...(cpg ? { cpg: within(cpg, 'cpg', limits, words) } : {}),
  }
}

function within(
  file: ZippedFile,
  extension: string,
  limits: ShapefileLimits,
  words: ShapefileLabels,
): ZippedFile {
  const limit = extension === 'prj' || extension === 'cpg' ? limits.textBytes : limits.partBytes
  if (file.size > limit)
    throw words.problem(
      'too-large',
      `${file.name} in ${words.what}'s zip inflates to ${file.size} bytes; at most ${limit} are allowed`,
    )
  return file
}

const isLitter = (name: string): boolean =>
  name.startsWith('__MACOSX/') || name.split('/').some((segment) => segment.startsWith('._'))

const refusal = (words: ShapefileLabels, problem: string, message: string, hint: string) =>
  words.error([words.finding('error', problem, message, { hint })])
