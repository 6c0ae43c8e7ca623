import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import type { Answer, Variables } from './walk-step.js'

/** curl that says the status in a last line of its own. */
const prelude = `curl() { command curl --silent --show-error --max-time 600 --write-out '\\n%{http_code}' "$@"; }`

/** Runs a line as someone at a shell would, and reads what it prints. */
export async function runLine(
  line: string,
  folder: string,
  variables: Variables,
  signal: AbortSignal,
): Promise<Answer> {
  const child = spawn('sh', ['-c', `${prelude}\n${line}`], {
    cwd: folder,
    env: { ...process.env, ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
  })
  // A signal is told by what is printed, which ends.
  child.on('error', () => undefined)
  const [printed, errors] = await Promise.all([text(child.stdout), text(child.stderr)])
  signal.throwIfAborted()
  const [, body = '', status] = /^([\s\S]*?)\n?(\d{3})$/.exec(printed) ?? []
  if (status === undefined || status === '000') throw new Error(`curl says: ${errors.trim() || printed}`)
  return { status: Number(status), text: body, json: jsonOf(body) }
}

function jsonOf(body: string): unknown {
  const events = body.match(/^data: .*$/gm)
  const last = events?.at(-1)?.slice('data: '.length) ?? body
  try {
    return JSON.parse(last)
  } catch {
    return undefined
  }
}
