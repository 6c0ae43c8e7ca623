/** A file with its path in the folder that was chosen. */
export interface Chosen {
  readonly file: File
  readonly path: string
  /** What the format takes it as. Absent: it is sorted. */
  readonly role?: string
}

/** All that is below what was dropped. */
export async function filesOfDrop({ items, files }: DataTransfer): Promise<readonly Chosen[]> {
  // Entries are gone after the first wait.
  const entries = [...items].flatMap((item) => item.webkitGetAsEntry() ?? [])
  if (entries.length === 0) return [...files].map((file) => ({ file, path: file.name }))
  return (await Promise.all(entries.map(filesBelow))).flat()
}

async function filesBelow(entry: FileSystemEntry): Promise<readonly Chosen[]> {
  const path = entry.fullPath.replace(/^\//, '')
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    )
    return [{ file, path }]
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader()
  const found: Chosen[] = []
  for (;;) {
    // A reader gives some at a time.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    )
    if (some.length === 0) return found
    found.push(...(await Promise.all(some.map(filesBelow))).flat())
  }
}

/** What systems leave in folders and users do not mean to send. */
const unwanted = /(^|\/)(\.[^/]*|__MACOSX|Thumbs\.db|desktop\.ini)(\/|$)/i

/** Without the folder that all are in, and without what systems leave behind. */
export function wanted(chosen: readonly Chosen[]): readonly Chosen[] {
  const kept = chosen.filter(({ path }) => !unwanted.test(path))
  const tops = new Set(
    kept.map(({ path }) => (path.includes('/') ? path.slice(0, path.indexOf('/') + 1) : '')),
  )
  const [top] = tops
  if (tops.size !== 1 || !top) return kept
  return kept.map(({ file, path }) => ({ file, path: path.slice(top.length) }))
}
