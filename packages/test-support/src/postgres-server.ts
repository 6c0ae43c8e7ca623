import { execFile, execFileSync } from 'node:child_process'
import { chown, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { check, checkOptions, type OptionChecks } from '@piecework/core/store'
import { freePort } from './free-port.js'
import { postgresPrograms } from './postgres-programs.js'
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
  /** Ends it, and keeps its folder. */
  end(mode: 'fast' | 'immediate'): Promise<void>
  /** Starts another server that follows this one, and takes no writes. */
  standby(): Promise<StandbyServer>
  remove(): Promise<void>
}

export interface StandbyServer extends PostgresServer {
  /** Resolves when it follows no other any more, and takes writes. */
  promote(): Promise<void>
}

const run = promisify(execFile)

export interface PostgresServerOptions {
  /** Folder of `initdb` and `pg_ctl`, and of `pg_basebackup` for a standby. Default: the newest version's of the machine. */
  readonly programs?: string
  /** Asked at each connection. Absent: none is. */
  readonly password?: string
}

const serverChecks: OptionChecks<PostgresServerOptions> = { programs: check.text, password: check.text }

/** Starts a server of its own on a free port. It survives its own crashes, not those of the machine. */
export async function postgresServer(given?: PostgresServerOptions): Promise<PostgresServer> {
  const { programs = postgresPrograms(), password } = checkOptions('postgresServer()', given, serverChecks)
  if (programs === undefined) throw new Error('postgresServer() needs the programs of a PostgreSQL server.')
  const make = ['-U', 'postgres', '-E', 'UTF8', '--locale=C', '--no-sync']
  return started(programs, password, async (data, as) => {
    const initdb = (...how: readonly string[]) =>
      run(join(programs, 'initdb'), ['-D', data, ...make, ...how], as)
    if (password === undefined) return initdb('-A', 'trust')
    const file = join(as.cwd, 'password')
    await writeFile(file, password)
    return initdb('-A', 'scram-sha-256', `--pwfile=${file}`)
  })
}

interface As {
  readonly cwd: string
  readonly uid?: number
  readonly gid?: number
}

/** `fill` makes the folder of the server's data. */
async function started(
  programs: string,
  password: string | undefined,
  fill: (data: string, as: As) => Promise<unknown>,
): Promise<StandbyServer> {
  const owner = process.getuid?.() === 0 ? idsOf('postgres') : undefined
  const folder = await mkdtemp(join(tmpdir(), 'piecework-postgres-'))
  const data = join(folder, 'data')
  const as = { ...owner, cwd: folder }
  const control = async (...args: readonly string[]) =>
    void (await run(join(programs, 'pg_ctl'), ['-D', data, '-w', ...args], as))
  const end = whenGone(
    `test -f "$2/postmaster.pid" && kill -QUIT "$(head -n 1 "$2/postmaster.pid")"; for _ in $(seq 100); do test -f "$2/postmaster.pid" || break; sleep 0.1; done; ${removeFolder}`,
    folder,
    data,
  )
  try {
    if (owner) await chown(folder, owner.uid, owner.gid)
    await fill(data, as)
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
    const copy = ['-h', '127.0.0.1', '-p', `${port}`, '-U', 'postgres', '-R', '-c', 'fast', '--no-sync']
    return {
      url: `postgres://postgres${password === undefined ? '' : `:${encodeURIComponent(password)}`}@127.0.0.1:${port}/postgres`,
      folder,
      owner,
      restart: (mode) => control(...start, '-m', mode, 'restart'),
      end: (mode) => control('-m', mode, 'stop'),
      standby: () =>
        started(programs, password, (data, as) =>
          run(join(programs, 'pg_basebackup'), [...copy, '-D', data], as),
        ),
      promote: () => control('promote'),
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
