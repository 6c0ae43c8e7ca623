import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { createPiecework, memoryArtifacts, type Piecework, type PieceworkOptions } from '@piecework/core'
import { artifactSource, openArchive } from '@piecework/core/archive'
import type { Piece } from '@piecework/core/piece'
import type { Runtime, Task, TaskHandler } from '@piecework/core/store'
import { fromPg, type PostgresStore, postgresStore } from '@piecework/postgres'
import pg from 'pg'

export const principal = { id: 'ann' }

export interface MomentHostOptions {
  /** Connections of the pool of each worker. Default 6. */
  readonly max?: number
  /** Names of workers, which are told apart by their connections. Default: one, `a`. */
  readonly workers?: readonly string[]
  /** Which of them runs the task. Default: by turns. */
  route?(task: Task): string
  /** Tasks that each runs at once. Default 1. */
  readonly concurrency?: number
  readonly snapshotAgeMs?: number
  readonly leaseMs?: number
  readonly options?: Partial<PieceworkOptions>
}

/** What happens while one node reads, named `<piece>` or `<piece>#<part>`. */
interface Reading {
  before?(node: string): Promise<void>
  /** In its transaction, after its first statement. */
  within?(node: string): Promise<void>
}

export interface MomentHost {
  readonly sql: pg.Pool
  readonly workers: Readonly<Record<string, Piecework>>
  readonly piecework: Piecework
  readonly store: PostgresStore
  readonly artifacts: ReturnType<typeof memoryArtifacts>
  /** What each node was begun by, in order: `<worker> <node>`. */
  readonly begun: string[]
  reading: Reading
  add(): Promise<string>
  /** One write to all that the pieces read. */
  write(id: string): Promise<void>
  /** The numbers that all entries of an archive hold; of one moment, it is one. */
  numbersIn(artifact: string): Promise<readonly number[]>
  /** Ends the backends of a worker that hold a snapshot, or all that it has. Resolves to how many there were. */
  terminate(worker: string, which: 'holders' | 'all'): Promise<number>
  holders(): Promise<number>
  close(): Promise<void>
}

/** Each piece reads the same counter, from a table of its own; the last one is read in three parts. */
export const tables = ['one', 'two', 'three', 'parted'] as const

export async function makeTables(url: string): Promise<void> {
  const pool = new pg.Pool({ connectionString: url, max: 1 })
  await postgresStore({ database: fromPg(pool) }).migrate()
  for (const table of ['books', ...tables])
    await pool.query(`CREATE TABLE ${table} (id uuid PRIMARY KEY, n int)`)
  await pool.end()
}

/** A host whose every write changes all tables at once, and workers that each have a pool. */
export async function momentHost(
  url: string,
  {
    max = 6,
    workers: names = ['a'],
    route,
    concurrency = 1,
    snapshotAgeMs,
    leaseMs = 2000,
    options,
  }: MomentHostOptions = {},
): Promise<MomentHost> {
  const poolOf = (name: string, most: number): pg.Pool =>
    new pg.Pool({ connectionString: url, max: most, application_name: name }).on('error', () => {})
  const sql = poolOf('host', 4)
  const artifacts = memoryArtifacts()
  const begun: string[] = []
  const pools: pg.Pool[] = [sql]
  const reading: { now: Reading } = { now: {} }
  const queue = taskQueue(names, concurrency, route)
  const made = names.map((name) => {
    const [pool, control] = [poolOf(name, max), poolOf(`${name} control`, 3)]
    pools.push(pool, control)
    const store = postgresStore({
      database: fromPg(pool),
      control: fromPg(control),
      leaseMs,
      ...(snapshotAgeMs !== undefined && { snapshotAgeMs }),
    })
    const piecework = createPiecework({
      packs: [
        {
          name: 'books',
          kinds: [
            {
              kind: 'book',
              table: 'books',
              describe: async ({ id }, db) =>
                (await db.query('SELECT FROM books WHERE id = $1', [id])).rowCount === 1
                  ? { name: id }
                  : undefined,
            },
          ],
          pieces: tables.map((table) => pieceOf(table, (node) => begun.push(`${name} ${node}`), reading)),
        },
      ],
      store,
      artifacts,
      runtime: queue.runtime(name),
      sweepMs: 100,
      heartbeatMs: 100,
      backoffMs: 10,
      ...options,
    })
    piecework.events.on('error', () => {})
    return { name, store, piecework }
  })
  const workers = Object.fromEntries(made.map(({ name, piecework }) => [name, piecework]))
  const [first] = made
  if (!first) throw new Error('a host has a worker')
  for (const { piecework } of made) await piecework.start()
  return {
    sql,
    workers,
    piecework: first.piecework,
    store: first.store,
    artifacts,
    begun,
    get reading() {
      return reading.now
    },
    set reading(now) {
      reading.now = now
    },
    add: async () => {
      const id = randomUUID()
      for (const table of ['books', ...tables]) await sql.query(`INSERT INTO ${table} VALUES ($1, 0)`, [id])
      return id
    },
    write: async (id) => {
      const changes = ['books', ...tables].map(
        (table, at) => `w${at} AS (UPDATE ${table} SET n = n + 1 WHERE id = $1)`,
      )
      await sql.query(`WITH ${changes.join(', ')} SELECT`, [id])
    },
    numbersIn: async (artifact) => {
      const archive = await openArchive(await artifactSource(artifacts, artifact))
      const numbers = new Set<number>()
      for (const { resource, name } of archive.manifest.pieces) {
        const entries = archive.entries({ resource, name })
        for await (const rows of entries.rows('n.csv')) for (const { n } of rows) numbers.add(Number(n))
      }
      return [...numbers]
    },
    terminate: async (worker, which) => {
      const { rows } = await sql.query<{ pid: number }>(
        `SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE application_name = $1 AND datname = current_database()
           AND ($2 OR pid IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory'))`,
        [worker, which === 'all'],
      )
      const pids = rows.map(({ pid }) => pid)
      // Until it is gone, what it has exported can be joined.
      const left = 'SELECT FROM pg_stat_activity WHERE pid = ANY ($1)'
      while (((await sql.query(left, [pids])).rowCount ?? 0) > 0) await sleep(5)
      return pids.length
    },
    holders: async () => {
      const { rows } = await sql.query<{ n: number }>('SELECT count(*)::int AS n FROM piecework.snapshots')
      return rows[0]?.n ?? 0
    },
    close: async () => {
      for (const { piecework } of made) await piecework.stop()
      await Promise.all(pools.map((pool) => pool.end()))
    },
  }
}

function pieceOf(table: string, note: (node: string) => void, reading: { readonly now: Reading }): Piece {
  return {
    contract: 1,
    name: `book/${table}`,
    of: 'book',
    version: 1,
    exportOnly: true,
    exporter: {
      export: async ({ resource, tx, write, part }) => {
        const node = part ? `${table}#${part.number}` : table
        note(node)
        await reading.now.before?.(node)
        const { rows } = await tx.query<{ n: number }>(`SELECT n FROM ${table} WHERE id = $1`, [resource.id])
        await reading.now.within?.(node)
        const again = await tx.query<{ n: number }>(`SELECT n FROM ${table} WHERE id = $1`, [resource.id])
        await write('n.csv', Buffer.from(`n\n${rows[0]?.n}\n${again.rows[0]?.n}\n`), () => 2)
        return { rows: 2 }
      },
      ...(table === 'parted' && {
        parts: async ({ resource, tx }) => {
          note(`plan ${table}`)
          await tx.query(`SELECT n FROM ${table} WHERE id = $1`, [resource.id])
          return [1, 2, 3].map((range) => ({ range }))
        },
      }),
    },
  }
}

/** One queue of all workers: each has its tasks, of which it runs some at once. */
function taskQueue(names: readonly string[], concurrency: number, route?: (task: Task) => string) {
  const handlers = new Map<string, TaskHandler>()
  const waiting = new Map(names.map((name) => [name, [] as Task[]]))
  const running = new Map(names.map((name) => [name, 0]))
  const controller = new AbortController()
  let turn = 0
  const next = (name: string): void => {
    const handle = handlers.get(name)
    if (!handle || (running.get(name) ?? 0) >= concurrency) return
    const task = waiting.get(name)?.shift()
    if (!task) return
    running.set(name, (running.get(name) ?? 0) + 1)
    void handle(task, controller.signal)
      .catch(() => {})
      .then(() => {
        running.set(name, (running.get(name) ?? 0) - 1)
        next(name)
      })
    next(name)
  }
  const runtime = (name: string): Runtime => ({
    start: async (handle) => {
      handlers.set(name, handle)
      next(name)
    },
    submit: async (tasks, { delayMs = 0 } = {}) => {
      const enqueue = (): void => {
        for (const task of tasks) {
          const to = route?.(task) ?? names[turn++ % names.length] ?? name
          waiting.get(to)?.push(task)
          next(to)
        }
      }
      if (delayMs > 0) setTimeout(enqueue, delayMs).unref()
      else enqueue()
    },
    stop: async () => {
      handlers.delete(name)
      while ((running.get(name) ?? 0) > 0) await new Promise((resolve) => setTimeout(resolve, 5))
    },
  })
  return { runtime }
}
