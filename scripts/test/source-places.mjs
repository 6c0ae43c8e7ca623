import { existsSync, readFileSync } from 'node:fs'
import { SourceMap } from 'node:module'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const places = /(file:\/\/\/[^\s():]+\.js|\/[^\s():]+\.js):(\d+):(\d+)/g

/**
 * Names places in the sources instead of those in compiled files. Only what failed is mapped: a test process that maps by
 * itself reads the maps of all its modules, which takes a sixth of its time.
 */
export function sourcePlaces(output) {
  const maps = new Map()
  return output.replace(places, (place, url, line, column) => {
    const path = url.startsWith('file:') ? fileURLToPath(url) : url
    if (!maps.has(path)) maps.set(path, mapOf(path))
    const found = maps.get(path)?.findEntry(Number(line) - 1, Number(column) - 1)
    if (found?.originalSource === undefined) return place
    const source = resolve(dirname(path), found.originalSource)
    return `${source}:${found.originalLine + 1}:${found.originalColumn + 1}`
  })
}

function mapOf(path) {
  const file = `${path}.map`
  return existsSync(file) ? new SourceMap(JSON.parse(readFileSync(file, 'utf8'))) : undefined
}
