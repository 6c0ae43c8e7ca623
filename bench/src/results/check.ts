import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Usage } from './usage-at-exit.js'

const command = fileURLToPath(
  new URL('../../../../packages/marxan-check/bin/marxan-check.js', import.meta.url),
)
const hook = new URL('./usage-at-exit.js', import.meta.url).href

/** What `marxan-check` uses for a folder without errors. */
export async function checkUsage(folder: string): Promise<Usage> {
  const file = `${folder}.json`
  const child = spawn(process.execPath, [`--import=${hook}`, command, folder, '--json'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, USAGE_AT_EXIT: file },
  })
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`marxan-check ended with ${code} for ${folder}.`)
  const usage = JSON.parse(await readFile(file, 'utf8')) as Usage
  await rm(file)
  return usage
}
