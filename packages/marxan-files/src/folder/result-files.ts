import { readdir } from 'node:fs/promises'
import { resultName } from '../results/file-name.js'

/** Names of the files in an output folder that hold results, sorted. */
export async function resultFiles(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  return entries.flatMap((entry) => (entry.isFile() && resultName(entry.name) ? [entry.name] : [])).sort()
}
