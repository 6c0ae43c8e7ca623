import { command } from './command.js'

/** The executable of a version of Node from the registry; npm keeps it in its cache. */
export async function nodePath(version: string, cwd: string): Promise<string> {
  const args = ['--yes', '--prefer-offline', '-p', `node@${version}`, 'node', '-p', 'process.execPath']
  const { code, output } = await command('npx', args, cwd)
  const path = output.trim().split('\n').at(-1)
  if (code !== 0 || path === undefined) throw new Error(output)
  return path
}
