import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/**
 * Compiles the numbered .sql files of each `migrations` folder into one module beside them, so that a package
 * reads no files at run time. Returns the modules that had to be written or, with `check`, that are out of
 * date.
 */
export function compileMigrations({ check = false } = {}) {
  return [...sources()].flatMap(([folder, files]) => {
    const module = join(folder, 'sql.generated.ts')
    const text = moduleOf(folder, files.sort())
    if (existsSync(module) && readFileSync(module, 'utf8') === text) return []
    if (!check) writeFileSync(module, text)
    return [relative(root, module)]
  })
}

/** Names of .sql files by their folder. */
function sources() {
  const found = new Map()
  for (const name of readdirSync(join(root, 'packages'))) {
    const src = join(root, 'packages', name, 'src')
    if (!existsSync(src)) continue
    for (const file of readdirSync(src, { recursive: true })) {
      const folder = join(src, dirname(file))
      if (!/^\d{4}-[a-z0-9-]+\.sql$/.test(basename(file)) || basename(folder) !== 'migrations') continue
      found.set(folder, [...(found.get(folder) ?? []), basename(file)])
    }
  }
  return found
}

function moduleOf(folder, files) {
  const entries = files.map((file) => {
    // The same text, and by that the same checksum, from a checkout with other line ends.
    const sql = readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n')
    return `  {\n    name: '${basename(file, '.sql')}',\n    sql: \`${sql.replace(/[\\`]|\$\{/g, '\\$&')}\`,\n  },\n`
  })
  return `// Compiled from the .sql files of this folder by \`npm run build\`.\nexport const sqlSources = [\n${entries.join('')}]\n`
}
