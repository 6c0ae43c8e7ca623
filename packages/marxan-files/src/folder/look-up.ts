import type { InputDat } from '../input-dat/read.js'
import type { Listing } from './listing.js'

/**
 * The file that a key of input.dat names, without regard to case: at its path below INPUTDIR, else by the last part of its path in INPUTDIR,
 * the folder of INPUTDIR's last part, the folder itself and those below it. A path below the folder.
 */
export function lookUp(files: Listing, { INPUTDIR }: InputDat['files'], wanted: string): string | undefined {
  const name = lastPart(wanted)
  return (
    files.find(folderPart(INPUTDIR, wanted), name) ??
    files.find(INPUTDIR, name) ??
    files.find(lastPart(INPUTDIR), name) ??
    files.find('', name) ??
    files.anywhere(name)
  )
}

/** Of a path of any machine. */
export function lastPart(path: string): string {
  return path.split(/[\\/]/).filter(Boolean).at(-1) ?? ''
}

/** The folder of a file that is named below INPUTDIR. */
export const folderPart = (inputDir: string, wanted: string): string =>
  [inputDir, ...wanted.split(/[\\/]/).slice(0, -1)].join('/')
