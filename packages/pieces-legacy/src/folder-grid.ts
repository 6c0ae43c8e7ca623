import { join } from 'node:path'
import { openPromise, type ZipFile } from 'yauzl'
import type { Findings } from './dat/findings.js'
import type { Listing } from './folder-listing.js'

/** A planning grid on disk: its parts (put them into one zip to upload them), or a zip. */
export type FolderGrid =
  | { readonly kind: 'parts'; readonly paths: readonly string[] }
  | { readonly kind: 'zip'; readonly path: string }

const PART = /\.(?:shp|shx|dbf|prj|cpg|qpj|sbn|sbx|qix|qmd|shp\.xml)$/i

/**
 * Looks for a .shp, then for a zip that holds one, in the folder before those below it; in the folder of results, where programs leave
 * layers of their own, only when there is none elsewhere. Of several the first is taken, with a warning.
 */
export async function folderGrid(
  dir: string,
  files: Listing,
  output: string | undefined,
  findings: Findings,
): Promise<FolderGrid | undefined> {
  const inputs = ['', ...files.folders.filter((folder) => folder !== output)]
  return (
    (await gridIn(inputs, dir, files, findings)) ??
    (output === undefined ? undefined : await gridIn([output], dir, files, findings))
  )
}

async function gridIn(
  folders: readonly string[],
  dir: string,
  files: Listing,
  findings: Findings,
): Promise<FolderGrid | undefined> {
  const all = folders.flatMap((folder) => files.in(folder).map((name) => join(folder, name)))
  const layers = all.filter((path) => /\.shp$/i.test(path))
  const [layer] = layers
  if (layer !== undefined) {
    tellChoice(layers, findings)
    return { kind: 'parts', paths: shapefileParts(layer, all).map((path) => join(dir, path)) }
  }
  const zips: string[] = []
  for (const path of all.filter((path) => /\.zip$/i.test(path)))
    if (await holdsLayer(join(dir, path))) zips.push(path)
  tellChoice(zips, findings)
  return zips[0] === undefined ? undefined : { kind: 'zip', path: join(dir, zips[0]) }
}

/** Of these paths the ones that belong to a .shp. */
export function shapefileParts(layer: string, paths: readonly string[]): readonly string[] {
  const stem = layer.slice(0, -'shp'.length).toLowerCase()
  return paths.filter((path) => PART.test(path) && path.toLowerCase().startsWith(stem))
}

function tellChoice([first, ...others]: readonly string[], findings: Findings): void {
  if (first === undefined || others.length === 0) return
  findings.warning('legacy/grid-choice', { file: first }, () => ({
    message: `${first} was taken as the planning grid; there are also ${others.join(', ')}`,
  }))
}

/** False also for what is no zip. */
async function holdsLayer(path: string): Promise<boolean> {
  let zip: ZipFile | undefined
  try {
    zip = await openPromise(path, { autoClose: false, lazyEntries: true })
    for await (const { fileName } of zip.eachEntry())
      if (/^(?!__MACOSX\/).*\.shp$/i.test(String(fileName))) return true
    return false
  } catch {
    return false
  } finally {
    zip?.close()
  }
}
