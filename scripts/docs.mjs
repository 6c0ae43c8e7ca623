// `npm run docs [-- --out <folder>]`: the API reference of all public packages as HTML, by default into docs/api/build.
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'

const { values } = parseArgs({ options: { out: { type: 'string', default: 'docs/api/build' } } })
const resolve = createRequire(join(process.cwd(), 'docs/api/package.json')).resolve
const { Application } = await import(pathToFileURL(resolve('typedoc')).href)

const entryPoints = readdirSync('packages').flatMap((name) => {
  const { private: hidden, exports = {} } = JSON.parse(
    readFileSync(join('packages', name, 'package.json'), 'utf8'),
  )
  const types = hidden ? [] : Object.values(exports).flatMap((entry) => entry.types ?? [])
  return types.map((path) => join('packages', name, path.replace('dist', 'src').replace('.d.ts', '.ts')))
})

const app = await Application.bootstrap({
  name: 'Piecework',
  entryPoints,
  tsconfig: 'docs/api/tsconfig.json',
  readme: 'README.md',
  projectDocuments: ['architecture', 'laws', 'glossary', 'writing-a-piece'].map((page) => `docs/${page}.md`),
  disableGit: true,
  sourceLinkTemplate: 'https://github.com/piecework/piecework/blob/main/{path}#L{line}',
  excludeInternal: true,
  validation: { notExported: false },
  highlightLanguages: ['typescript', 'javascript', 'bash', 'sh', 'json', 'sql', 'mermaid'],
  logLevel: 'Warn',
})
const project = await app.convert()
if (!project) throw new Error('The sources could not be read.')
await app.generateDocs(project, values.out)
if (app.logger.hasErrors()) process.exitCode = 1
else console.log(`Open ${join(values.out, 'index.html')}`)
