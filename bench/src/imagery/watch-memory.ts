import { readFileSync } from 'node:fs'

/** In MB. */
export interface WatchedMemory {
  /** The most that all processes had at one moment. */
  readonly togetherMb: number
  /** The most that one process of each program had. */
  readonly eachMb: Readonly<Record<string, number>>
}

const everyMs = 50

/** Of the processes below this one but for the database's, looked at 20 times a second, until the function that is returned is called. */
export function watchMemory(): () => WatchedMemory {
  const each = new Map<string, number>()
  let most = 0
  const look = (): void => {
    let together = 0
    for (const pid of below(process.pid)) {
      const status = read(`/proc/${pid}/status`)
      const [name = ''] = /(?<=^Name:\s+).+/m.exec(status) ?? []
      if (['', 'sh', 'postgres'].includes(name)) continue
      together += mbOf(status, 'VmRSS')
      each.set(name, Math.max(each.get(name) ?? 0, mbOf(status, 'VmHWM')))
    }
    most = Math.max(most, together)
  }
  const timer = setInterval(look, everyMs)
  return () => {
    clearInterval(timer)
    return { togetherMb: Math.round(most), eachMb: Object.fromEntries(each) }
  }
}

function below(pid: number): readonly number[] {
  const children = read(`/proc/${pid}/task/${pid}/children`).trim().split(' ').filter(Boolean).map(Number)
  return children.flatMap((child) => [child, ...below(child)])
}

const mbOf = (status: string, field: string): number =>
  Math.round(Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0) / 1024)

/** Of a process that may have ended. */
function read(file: string): string {
  try {
    return readFileSync(file, 'latin1')
  } catch {
    return ''
  }
}
