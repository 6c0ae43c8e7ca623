import { writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { command } from './command.js'
import type { Consumer } from './consumer.js'
import { writeJson } from './install.js'

/** Compiles what a host runs into `out/`, with `skipLibCheck`; returns every diagnostic. */
export function compile(home: string, consumer: Consumer): Promise<readonly string[]> {
  const options = { skipLibCheck: true, rootDir: '.', outDir: 'out' }
  return diagnostics(home, consumer, 'tsconfig.json', options, consumer.files)
}

/**
 * Checks every entry point and every declaration of ours without `skipLibCheck`, and with no other library but those that they
 * name. Returns the diagnostics that lie in them; where there are errors of syntax elsewhere, TypeScript stops before it has looked, so
 * they are returned too.
 */
export async function checkDeclarations(
  home: string,
  consumer: Consumer,
  entries: readonly string[],
  declarations: readonly string[],
): Promise<readonly string[]> {
  const imports = entries.map((entry, at) => `import * as entry${at} from '${entry}'\n`)
  const names = entries.map((_, at) => `entry${at}`)
  await writeFile(join(home, 'entries.ts'), `${imports.join('')}export const all = [${names.join(', ')}]\n`)
  const files = ['entries.ts', 'host.ts', ...declarations.map((path) => relative(home, path))]
  const options = { skipLibCheck: false, noEmit: true }
  const found = await diagnostics(home, consumer, 'tsconfig.declarations.json', options, files)
  return found.filter((one) => isOurs(one) || /\berror TS1\d{3}:/.test(one))
}

async function diagnostics(
  home: string,
  { compilerOptions }: Consumer,
  config: string,
  options: Readonly<Record<string, unknown>>,
  files: readonly string[],
): Promise<readonly string[]> {
  const shared = { strict: true, esModuleInterop: true, experimentalDecorators: true, types: ['node'] }
  await writeJson(join(home, config), {
    compilerOptions: { ...shared, ...compilerOptions, ...options },
    files,
  })
  const typescript = createRequire(join(home, 'package.json')).resolve('typescript/package.json')
  const tsc = join(dirname(typescript), 'bin/tsc')
  const { code, output } = await command(process.execPath, [tsc, '-p', config, '--pretty', 'false'], home)
  const found = output.split('\n').filter((line) => /\berror TS\d+/.test(line))
  if (code !== 0 && found.length === 0) throw new Error(output)
  return found
}

/** Whether a diagnostic lies in the host or in a file of ours, not in another library. */
function isOurs(diagnostic: string): boolean {
  return !/^[^(]*\bnode_modules\/(?!@piecework\/)/.test(diagnostic)
}
