import { numberedName, safePath } from './safe-name.js'

/** Names of the files of one zip: safe on every disk, and no two the same on any. */
export class FileNames {
  /** Compared as disks do that do not tell cases or spellings of accents apart. */
  readonly #files = new Set<string>()
  readonly #folders = new Set<string>()
  /** Of a name that was taken, the number to try next: names that are all the same are many. */
  readonly #next = new Map<string, number>()

  /** The name that the file gets; the same one twice is numbered. */
  take(name: string): string {
    const path = [...safePath(name)]
    const file = path.pop() ?? 'file'
    let folder = ''
    for (const part of path) {
      folder = `${folder}${this.#free(folder, part, (path) => this.#files.has(path))}/`
      this.#folders.add(compared(folder.slice(0, -1)))
    }
    const isTaken = (path: string) => this.#files.has(path) || this.#folders.has(path)
    const whole = `${folder}${this.#free(folder, file, isTaken)}`
    this.#files.add(compared(whole))
    return whole
  }

  /** `folder`: ends with a slash, or empty. */
  #free(folder: string, name: string, isTaken: (path: string) => boolean): string {
    if (!isTaken(compared(folder + name))) return name
    const first = compared(folder + name)
    for (let number = this.#next.get(first) ?? 2; ; number++) {
      const wanted = numberedName(name, number)
      if (isTaken(compared(folder + wanted))) continue
      this.#next.set(first, number)
      return wanted
    }
  }
}

const compared = (path: string): string => path.normalize('NFC').toUpperCase().toLowerCase()
