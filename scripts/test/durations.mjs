import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { heavyFiles } from './heavy-files.mjs'

const cache = 'node_modules/.cache/piecework/test-seconds.json'

/**
 * What a test file is assumed to take which has not run here and is not among the heavy ones: a second for so many bytes of source,
 * and at least this outside of the packages, where tests install, compile and start hosts.
 */
const bytesPerSecond = 2500
const leastOfHosts = 30

/** The files with `expected`, in seconds: what each took when it last passed here, else what it took elsewhere, else a guess by its size. Longest first. */
export async function longestFirst(files) {
  const known = await knownSeconds()
  const timed = await Promise.all(
    files.map(async (file) => ({
      ...file,
      expected: known[file.source] ?? heavyFiles[file.source] ?? (await guess(file.source)),
    })),
  )
  return timed.sort((a, b) => b.expected - a.expected)
}

async function guess(source) {
  // One that took longer would be among the heavy ones.
  const seconds = Math.min(10, (await stat(source)).size / bytesPerSecond)
  return source.startsWith('packages/') ? seconds : Math.max(leastOfHosts, seconds)
}

/** Remembers how long files took that passed. */
export async function rememberSeconds(results) {
  const passed = results.filter(({ failed }) => failed === 0)
  if (passed.length === 0) return
  const seconds = passed.map((result) => [result.source, Math.round(result.seconds * 10) / 10])
  const all = { ...(await knownSeconds()), ...Object.fromEntries(seconds) }
  await mkdir(dirname(cache), { recursive: true })
  await writeFile(cache, `${JSON.stringify(all, null, 2)}\n`)
}

async function knownSeconds() {
  try {
    return JSON.parse(await readFile(cache, 'utf8'))
  } catch {
    // Nothing has run here, or another run is writing.
    return {}
  }
}
