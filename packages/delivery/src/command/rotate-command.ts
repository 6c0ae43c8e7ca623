import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import type { CredentialVault } from '../credentials/credential-vault.js'

const usage = `Usage: piecework-rotate <module>

Seals with the first key of a vault what its other keys have sealed. May be stopped, and run again.

<module>  a JavaScript file whose default export is the vault, or a function that makes it:

  import { credentialVault } from '@piecework/delivery'
  export default credentialVault({ store, keys: [newKey, oldKey], forms })

Options:
  --help  this text

Exit codes: 0 all have the first key; 1 some have a key that the ring lacks; 2 the module is no such one, or it failed.`

export interface CommandOutput {
  print(line: string): void
  complain(line: string): void
  readonly signal: AbortSignal
}

/** Resolves to the exit code. */
export async function rotateCommand(args: readonly string[], output: CommandOutput): Promise<number> {
  const { print, complain, signal } = output
  const given = argumentsOf(args)
  if (typeof given === 'string') {
    complain(`${given}\n\n${usage}`)
    return 2
  }
  if (given.isHelp) {
    print(usage)
    return 0
  }
  try {
    const vault = await vaultOf(given.module)
    const { resealed, lost } = await vault.rotate({
      signal,
      progress: (so) => print(`${so.resealed} sealed anew`),
    })
    print(`Done: ${resealed} sealed anew.`)
    if (lost.length === 0) return 0
    complain(`${lost.length} cannot be opened with any key of the ring: ${lost.slice(0, 20).join(', ')}`)
    return 1
  } catch (error) {
    complain(signal.aborted ? 'Stopped. Run it again to go on.' : errorText(error))
    return 2
  }
}

function argumentsOf(
  args: readonly string[],
): { readonly module: string; readonly isHelp: boolean } | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
    })
    const [module, ...more] = positionals
    if (values.help) return { module: '', isHelp: true }
    if (module === undefined) return 'The module of the vault is missing.'
    return more.length > 0 ? `There is one module, not ${positionals.length}.` : { module, isHelp: false }
  } catch (error) {
    return errorText(error)
  }
}

async function vaultOf(path: string): Promise<CredentialVault> {
  const module = (await import(pathToFileURL(resolve(path)).href)) as { readonly default?: unknown }
  const made: unknown = typeof module.default === 'function' ? await module.default() : module.default
  if (typeof made === 'object' && made !== null && 'rotate' in made && typeof made.rotate === 'function')
    return made as CredentialVault
  throw new Error(`The default export of ${path} is no vault of credentials.`)
}

const errorText = (error: unknown): string => (error instanceof Error ? error.message : String(error))
