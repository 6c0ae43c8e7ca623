import { spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Writable } from 'node:stream'
import { PieceworkError } from '@piecework/core/piece'
import { gdalDefaults } from './defaults.js'
import type { Gdal } from './gdal.js'
import { gdalError } from './gdal-error.js'

export type GdalProgram =
  | 'gdaladdo'
  | 'gdalinfo'
  | 'gdalsrsinfo'
  | 'gdal_translate'
  | 'gdaltransform'
  | 'gdalwarp'
  | 'ogr2ogr'

export interface GdalRun {
  readonly input?: string
  /** Kills it. */
  readonly signal?: AbortSignal
  /** Where it keeps temporary files. Default: the temporary folder. */
  readonly folder?: string
  readonly timeoutMs?: number
  /** Of its address space. */
  readonly memoryBytes?: number
  /** It reads nothing but files of ours, and may look at what lies beside them. */
  readonly readsOwnFiles?: true
  /** Errors on stderr are also in what it says: only its exit counts. */
  readonly errorsAreSaid?: true
}

/** With a folder for files of its own, which the caller removes. */
export type FolderRun = GdalRun & { readonly folder: string }

/**
 * A program within limits of memory and CPU time, in place of the shell. Beside it one waits for a line on descriptor 3: its
 * end without one is that of the host's process, however that has ended, and ends the program.
 */
const limited = `set -e
ulimit -v "$1"
ulimit -t "$2"
shift 2
{ read -r line <&3 || kill -KILL $$; } >/dev/null 2>&1 &
exec "$@" 3<&-`

/**
 * What a program says on stdout. It sees none of the host's environment, no file beside those that it is given, and no
 * network. Throws `gdal/…` for an exit other than 0 and for every error on stderr: the programs exit with 0 after some.
 */
export async function runGdal(
  gdal: Gdal,
  program: GdalProgram,
  args: readonly string[],
  run: GdalRun = {},
): Promise<string> {
  const { signal, timeoutMs = gdalDefaults.timeoutMs, memoryBytes = gdalDefaults.memoryBytes } = run
  signal?.throwIfAborted()
  const limits = [Math.ceil(memoryBytes / 1024), Math.ceil(timeoutMs / 1000)].map(String)
  const child = spawn('/bin/sh', ['-c', limited, 'sh', ...limits, join(gdal.folder, program), ...args], {
    env: environment(run),
    cwd: run.folder ?? tmpdir(),
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  })
  const watched = child.stdio[3] as Writable
  watched.on('error', () => undefined)
  child.on('exit', () => watched.end('ended\n'))
  const kill = (): void => void child.kill('SIGKILL')
  signal?.addEventListener('abort', kill)
  const said: Buffer[] = []
  let size = 0
  let isTooLong = false
  child.stdout.on('data', (chunk: Buffer) => {
    size += chunk.length
    isTooLong = size > gdalDefaults.outputBytes
    if (isTooLong) kill()
    else said.push(chunk)
  })
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => {
    if (errors.length < gdalDefaults.errorBytes) errors += chunk.toString('utf8')
  })
  // A program that ends early does not read all.
  child.stdin.on('error', () => undefined)
  child.stdin.end(run.input ?? '')
  const exit = await new Promise<{ code: number | null; ended: NodeJS.Signals | null }>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, ended) => resolve({ code, ended }))
  }).finally(() => signal?.removeEventListener('abort', kill))
  signal?.throwIfAborted()
  if (isTooLong)
    throw new PieceworkError('gdal/failed', `${program} says more than it may`, {
      facts: { program, limit: gdalDefaults.outputBytes },
    })
  const error = gdalError({
    program,
    ...exit,
    errors: run.errorsAreSaid && exit.code === 0 ? '' : errors,
    timeoutMs,
    memoryBytes,
  })
  if (error) throw error
  return Buffer.concat(said).toString('utf8')
}

/** Whole: nothing of the host's, whose secrets stand in it. */
function environment({ folder: temporary = tmpdir(), readsOwnFiles }: GdalRun): Record<string, string> {
  return {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    LC_ALL: 'C',
    TMPDIR: temporary,
    CPL_TMPDIR: temporary,
    // Neither sidecars of a source, nor lists of what lies beside it.
    ...(!readsOwnFiles && { GDAL_DISABLE_READDIR_ON_OPEN: 'EMPTY_DIR' }),
    GDAL_PAM_ENABLED: 'NO',
    GDAL_VRT_ENABLE_PYTHON: 'NO',
    GDAL_NUM_THREADS: '1',
    GDAL_CACHEMAX: `${gdalDefaults.cacheBytes}`,
    // A source that is cut off is an error, not black pixels.
    GDAL_IGNORE_INCOMPLETE_TIFF: 'NO',
    PROJ_NETWORK: 'OFF',
    GDAL_HTTP_MAX_RETRY: '0',
  }
}
