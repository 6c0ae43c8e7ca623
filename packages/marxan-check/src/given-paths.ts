import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'

interface Given {
  readonly input?: string
  /** By role. */
  readonly given: Readonly<Record<string, string>>
}

/** Paths of options: from the working directory, else from the project's folder. An input that is at neither stays a name to look for. */
export async function givenPaths(folder: string, { input, given }: Given): Promise<Given> {
  const found: Record<string, string> = {}
  for (const [role, path] of Object.entries(given)) found[role] = (await existing(folder, path)) ?? path
  if (input === undefined || found['input.dat'] !== undefined) return { given: found }
  const path = await existing(folder, input)
  return path === undefined ? { input, given: found } : { given: { ...found, 'input.dat': path } }
}

async function existing(folder: string, path: string): Promise<string | undefined> {
  for (const one of [path, resolve(folder, path)]) if (await stat(one).catch(() => undefined)) return one
  return undefined
}
