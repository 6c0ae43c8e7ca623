import { numberedName, safePath } from './safe-name.js'

/** Names of the files of one zip: safe on every disk, and no two the same on any. */
export class FileNames {
  /** Compared as disks do that do not tell cases or spellings of accents apart. */
  readonly #files = new Set<string>()
  readonly #folders = new Set<string>()

  /** The name that the file gets; the same one twice is numbered. */
  take(name: string): string {
    const path = [...safePath(name)]
    const file = path.pop() ?? 'file'
    const folder: string[] = []
    for (const part of path) {
      folder.push(free(folder, part, (path) => this.#files.has(path)))
      this.#folders.add(compared(folder))
    }
    const isTaken = (path: string) => this.#files.has(path) || this.#folders.has(path)
    const whole = [...folder, free(folder, file, isTaken)]
    this.#files.add(compared(whole))
    return whole.join('/')
  }
}

function free(folder: readonly string[], name: string, isTaken: (path: string) => boolean): string {
  for (let number = 1; ; number++) {
    const wanted = number === 1 ? name : numberedName(name, number)
    if (!isTaken(compared([...folder, wanted]))) return wanted
  }
}

const compared = (path: readonly string[]): string =>
  path.join('/').normalize('NFC').toUpperCase().toLowerCase()
