import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Path of the program, or undefined. */
export function findChromium() {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin']
  return folders.map((folder) => join(folder, 'chromium')).find((path) => existsSync(path))
}
