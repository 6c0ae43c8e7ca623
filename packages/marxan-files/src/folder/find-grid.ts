import { join } from 'node:path'
import type { NewFinding } from '@piecework/core/piece'
import { hasIdAttribute } from '../grid/has-id-attribute.js'
import { idsFit, unitIds } from '../grid/ids-fit.js'
import { gridRole } from '../roles.js'
import { alsoThere } from './also-there.js'
import type { Listing } from './listing.js'
import { zipHolds } from './zip-holds.js'

/** A planning grid on disk: its parts (put them into one zip to upload them), or a zip. */
export type FolderGrid =
  | { readonly kind: 'parts'; readonly paths: readonly string[] }
  | { readonly kind: 'zip'; readonly path: string }

export interface GridSearch {
  readonly dir: string
  readonly files: Listing
  /** Folder of results. */
  readonly output: string | undefined
  /** Attribute with the planning units' ids, unless it has its usual name. */
  readonly idAttribute: string | undefined
  /** Path of pu.dat. */
  readonly pu: string | undefined
  report(finding: NewFinding): void
}

const isLayer = (path: string) => /^(?!__MACOSX\/).*\.shp$/i.test(path)
const isPart = /\.(?:shp|shx|dbf|prj|cpg|qpj|sbn|sbx|qix|qmd|shp\.xml)$/i
/** Paths of layers of planning units. */
const namesUnits = /(?:^|[^a-z])pu(?:s|layer)?(?:[^a-z]|$)|grid|planning|hex/i

/**
 * Looks for a .shp, then for a zip that holds one; in the folder of results, where programs leave layers of their own, only when there is none
 * elsewhere. Of several, with a warning, the one that has the attribute with the ids; else the one whose ids fit those of pu.dat best;
 * else one whose name, or folder, suggests planning units; else the first.
 */
export async function findGrid(search: GridSearch): Promise<FolderGrid | undefined> {
  const { files, output } = search
  const inputs = ['', ...files.folders.filter((folder) => folder !== output)]
  return (await gridIn(inputs, search)) ?? (output === undefined ? undefined : await gridIn([output], search))
}

async function gridIn(folders: readonly string[], search: GridSearch): Promise<FolderGrid | undefined> {
  const { dir, files } = search
  const all = folders.flatMap((folder) => files.in(folder).map((name) => join(folder, name)))
  const layers = all.filter((path) => /\.shp$/i.test(path))
  const partsOf = (layer: string) => shapefileParts(layer, all)
  const layer = await chosen(layers, search, (path) => partsOf(path).find((part) => /\.dbf$/i.test(part)))
  if (layer !== undefined) return { kind: 'parts', paths: partsOf(layer).map((path) => join(dir, path)) }
  const zips: string[] = []
  for (const path of all.filter((path) => /\.zip$/i.test(path)))
    if (await zipHolds(join(dir, path), isLayer)) zips.push(path)
  const zip = await chosen(zips, search, (path) => path)
  return zip === undefined ? undefined : { kind: 'zip', path: join(dir, zip) }
}

/** Of these paths the ones that belong to a .shp. */
export function shapefileParts(layer: string, paths: readonly string[]): readonly string[] {
  const stem = layer.slice(0, -'shp'.length).toLowerCase()
  return paths.filter((path) => isPart.test(path) && path.toLowerCase().startsWith(stem))
}

/** `attributes` gives the file that has those of a layer. */
async function chosen(
  layers: readonly string[],
  { dir, idAttribute, pu, report }: GridSearch,
  attributes: (layer: string) => string | undefined,
): Promise<string | undefined> {
  if (layers.length < 2) return layers[0]
  const ids = await unitIds(pu)
  const ranked: { path: string; hasId: boolean; fit: number; named: boolean }[] = []
  for (const path of layers) {
    const table = attributes(path)
    const hasId = table !== undefined && (await hasIdAttribute(join(dir, table), idAttribute))
    const named = namesUnits.test(path)
    const fit = table === undefined ? 0 : await idsFit(join(dir, table), ids, hasId ? idAttribute : undefined)
    ranked.push({ path, hasId, fit, named })
  }
  const [first, ...others] = ranked.sort(
    (a, b) => Number(b.hasId) - Number(a.hasId) || b.fit - a.fit || Number(b.named) - Number(a.named),
  )
  const [second] = others
  if (!first || !second) return first?.path
  const why =
    first.hasId && !second.hasId
      ? `for it has the attribute ${idAttribute ?? 'puid'}`
      : first.fit > second.fit
        ? 'for its ids fit those of pu.dat best'
        : first.named && !second.named
          ? 'for its name'
          : 'the first by name'
  report({
    severity: 'warning',
    code: 'legacy/grid-choice',
    file: first.path,
    message: `${first.path} was taken as the planning grid, ${why}${alsoThere(others.map(({ path }) => path))}`,
    fix: { role: gridRole, file: second.path },
  })
  return first.path
}
