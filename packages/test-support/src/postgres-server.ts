import { execFile, execFileSync } from 'node:child_process'
import { chown, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { check, checkOptions, required } from '@piecework/core/store'
import { freePort } from './free-port.js'
import { removeFolder, whenGone } from './when-gone.js'

/** A PostgreSQL of a test's own, to be ended. */
export interface PostgresServer {
  readonly url: string
  /** A folder that the server may write into, and that goes with it. */
  readonly folder: string
  /** As whom it runs, if this process is root: PostgreSQL refuses to be. */
  readonly owner: { readonly uid: number; readonly gid: number } | undefined
  /**
   * Resolves when it takes connections again. `fast` ends sessions in good order; `immediate` is a crash, and the server
   * recovers by its log.
   */
  restart(mode: 'fast' | 'immediate'): Promise<void>
  remove(): Promise<void>
}

const run = promisify(execFile)

/**
 * Starts a server of the programs in this folder (`initdb`, `pg_ctl`) on a free port. It survives its own crashes, not
 * those of the machine.
 */
export async function postgresServer(given: { readonly programs: string }): Promise<PostgresServer> {
  const { programs } = checkOptions('postgresServer()', given, { programs: required(check.text) })
  const owner = process.getuid?.() === 0 ? idsOf('postgres') : undefined
  const folder = await mkdtemp(join(tmpdir(), 'piecework-postgres-'))
  const data = join(folder, 'data')
  const as = { ...owner, cwd: folder }
  const control = (...args: readonly string[]) =>
    run(join(programs, 'pg_ctl'), ['-D', data, '-w', ...args], as)
  const end = whenGone(
    `test -f "$2/postmaster.pid" && kill -QUIT "$(head -n 1 "$2/postmaster.pid")"; for _ in $(seq 100); do test -f "$2/postmaster.pid" || break; sleep 0.1; done; ${removeFolder}`,
    folder,
    data,
  )
  try {
    if (owner) await chown(folder, owner.uid, owner.gid)
    await run(
      join(programs, 'initdb'),
      ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
      as,
    )
    const port = await freePort()
    const settings = {
      port,
      listen_addresses: '127.0.0.1',
      unix_socket_directories: folder,
      max_connections: 200,
      // What only the end of the machine would lose.
      fsync: 'off',
      full_page_writes: 'off',
    }
    const options = Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`)
    const start = ['-o', options.join(' '), '-l', join(folder, 'log')]
    await control(...start, 'start')
    return {
      url: `postgres://postgres@127.0.0.1:${port}/postgres`,
      folder,
      owner,
      restart: async (mode) => void (await control(...start, '-m', mode, 'restart')),
      remove: end.now,
    }
  } catch (error) {
    await end.now()
    throw error
  }
}

function idsOf(user: string): { readonly uid: number; readonly gid: number } {
  const id = (flag: string) => Number(execFileSync('id', [flag, user], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}
