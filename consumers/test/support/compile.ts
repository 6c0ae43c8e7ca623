import { writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { command } from './command.js'
import type { Consumer } from './consumer.js'
import { writeJson } from './install.js'

/**
 * Compiles what a host runs into `out/`, and checks every entry point and `declarations` of ours, all without `skipLibCheck`.
 * Returns the diagnostics that lie in them; where there are errors of syntax elsewhere, TypeScript stops before it has looked, so
 * they are returned too.
 */
export async function compile(
  home: string,
  { compilerOptions, files }: Consumer,
  entries: readonly string[],
  declarations: readonly string[],
): Promise<readonly string[]> {
  const imports = entries.map((entry, at) => `import * as entry${at} from '${entry}'\n`)
  const names = entries.map((_, at) => `entry${at}`)
  await writeFile(join(home, 'entries.ts'), `${imports.join('')}export const all = [${names.join(', ')}]\n`)
  const shared = { strict: true, esModuleInterop: true, experimentalDecorators: true, types: ['node'] }
  const output = { skipLibCheck: false, rootDir: '.', outDir: 'out' }
  await writeJson(join(home, 'tsconfig.json'), {
    compilerOptions: { ...shared, ...compilerOptions, ...output },
    files: [...files, 'entries.ts', ...declarations.map((path) => relative(home, path))],
  })
  const found = await diagnostics(home)
  return found.filter((one) => isOurs(one) || /\berror TS1\d{3}:/.test(one))
}

async function diagnostics(home: string): Promise<readonly string[]> {
  const typescript = createRequire(join(home, 'package.json')).resolve('typescript/package.json')
  const tsc = join(dirname(typescript), 'bin/tsc')
  const { code, output } = await command(process.execPath, [tsc, '-p', '.', '--pretty', 'false'], home)
  const found = output.split('\n').filter((line) => /\berror TS\d+/.test(line))
  if (code !== 0 && found.length === 0) throw new Error(output)
  return found
}

/** Whether a diagnostic lies in the host or in a file of ours, not in another library. */
function isOurs(diagnostic: string): boolean {
  return !/^[^(]*\bnode_modules\/(?!@piecework\/)/.test(diagnostic)
}
