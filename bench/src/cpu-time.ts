import { readdirSync, readFileSync } from 'node:fs'
import type { Pool } from 'pg'

/** Kernel ticks in a second: a constant of Linux. */
const ticks = 100

/** Seconds that this process and the server have had a processor, or NaN if the server is not on this Linux. */
export type CpuTime = () => number

/** Other work on a busy machine counts for less than in the time that passed. */
export async function cpuTime(pool: Pool): Promise<CpuTime> {
  const { rows } = await pool.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
  const server = parentOf(rows[0]?.pid)
  return () => {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1_000_000 + (server === undefined ? Number.NaN : secondsOf(server))
  }
}

function parentOf(backend: number | undefined): number | undefined {
  const fields = backend === undefined ? undefined : fieldsOf(backend)
  return fields?.name.startsWith('postgres') ? fields.parent : undefined
}

/** Of the server: its processes, and those that have ended. */
function secondsOf(server: number): number {
  let sum = fieldsOf(server)?.withEnded ?? Number.NaN
  for (const name of readdirSync('/proc')) {
    const fields = /^\d+$/.test(name) ? fieldsOf(Number(name)) : undefined
    if (fields?.parent === server) sum += fields.withEnded
  }
  return sum / ticks
}

/** Of `/proc/<pid>/stat`; see proc(5). */
function fieldsOf(pid: number) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const end = text.lastIndexOf(')')
    const fields = text.slice(end + 2).split(' ')
    const withEnded = [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at]), 0)
    return { name: text.slice(text.indexOf('(') + 1, end), parent: Number(fields[1]), withEnded }
  } catch {
    // No such process, or no Linux.
    return undefined
  }
}
