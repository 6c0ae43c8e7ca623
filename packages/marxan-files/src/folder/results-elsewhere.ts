import { join } from 'node:path'
import type { NewFinding } from '@piecework/core/piece'
import { maxSimilarFiles } from '../defaults.js'
import { pluralize } from '../pluralize.js'
import { isLitter, resultName } from '../results/file-name.js'
import { outputRole } from '../roles.js'
import { foldersBelow } from './folders-below.js'
import { type Listing, listing } from './listing.js'
import type { SearchedFolder } from './missing-files.js'
import { zipHolds } from './zip-holds.js'

/** Where files named like results lie. */
interface Place {
  /** Below the folder; '.' is the folder itself. */
  readonly path: string
  readonly shown: string
  readonly isZip: boolean
}

/**
 * A warning about files that are named like results, in folders or zips, if there are none where OUTPUTDIR leads: they are not read, as they
 * may be of another project.
 */
export async function resultsElsewhere(
  dir: string,
  { files, named, input, output }: SearchedFolder,
): Promise<readonly NewFinding[]> {
  if (output !== undefined && files.in(output).some((name) => resultName(name))) return []
  const all = await listing(dir, await foldersBelow(dir).catch(() => []))
  const places = [...inFolders(all), ...(await inZips(dir, all))]
  const [first] = places
  if (first === undefined) return []
  const line = named.lines.get('OUTPUTDIR')
  const { OUTPUTDIR } = named.output
  const leads =
    line === undefined
      ? `${input} does not have OUTPUTDIR, which would lead there`
      : `OUTPUTDIR ${OUTPUTDIR === '' ? 'is empty' : `names ${OUTPUTDIR}`}, where there are none`
  const more = places.length > maxSimilarFiles ? ' and more' : ''
  const where = places.slice(0, maxSimilarFiles).map(({ shown }) => shown)
  return [
    {
      severity: 'warning',
      code: 'legacy/results-elsewhere',
      file: input,
      ...(line !== undefined && { line }),
      column: 'OUTPUTDIR',
      message: `Files named like results of Marxan are in ${where.join(', ')}${more}, and ${leads}: no results are read`,
      hint: first.isZip
        ? `If they are this project's, unpack ${first.path} into ${OUTPUTDIR === '' ? `a folder, and set OUTPUTDIR in ${input} to its name` : 'the folder that OUTPUTDIR names'}.`
        : `If they are this project's, set OUTPUTDIR in ${input} to ${first.path}.`,
      fix: { role: outputRole, file: first.path },
    },
  ]
}

function inFolders(files: Listing): readonly Place[] {
  return ['', ...files.folders].flatMap((folder): Place[] => {
    const count = files.in(folder).filter((name) => resultName(name)).length
    if (count === 0) return []
    const shown = `${folder || 'the folder itself'} (${pluralize(count, 'file', 'files')})`
    return [{ path: folder || '.', shown, isZip: false }]
  })
}

async function inZips(dir: string, files: Listing): Promise<readonly Place[]> {
  const places: Place[] = []
  for (const { path } of files.all().filter(({ name }) => /\.zip$/i.test(name)))
    if (await zipHolds(join(dir, path), (inside) => !isLitter(inside) && resultName(inside) !== undefined))
      places.push({ path, shown: path, isZip: true })
  return places
}
