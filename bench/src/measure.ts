/** One number of a benchmark, always against a peer in the same run. */
export interface Measure {
  readonly name: string
  /** How many times as fast as the peer: the median over the runs. */
  readonly ratio: number
  /** The least that is accepted. */
  readonly reach: number
  readonly aim: number
  readonly [fact: string]: unknown
}

export interface BenchOptions {
  readonly rows: number
  /** Planning units of the planning project. */
  readonly units: number
  readonly runs: number
  /** Jobs that come at once. */
  readonly jobs: number
  /** A server; a database of its own is made on it and dropped. */
  readonly url: string
  log(text: string): void
}

export type Bench = (options: BenchOptions) => Promise<readonly Measure[]>

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

/** Seconds that the work took. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return (performance.now() - started) / 1000
}

/** What several paired runs say, in seconds. */
export function compared(
  name: string,
  ours: readonly number[],
  peer: readonly number[],
  goal: { readonly reach: number; readonly aim: number },
  facts: Readonly<Record<string, unknown>> = {},
): Measure {
  const ratios = ours.map((seconds, run) => (peer[run] ?? Number.NaN) / seconds)
  const round = (value: number) => Math.round(value * 1000) / 1000
  return {
    name,
    ratio: round(median(ratios)),
    ...goal,
    ratios: ratios.map(round),
    seconds: round(median(ours)),
    peerSeconds: round(median(peer)),
    ...facts,
  }
}

/** At least 1 while `mb` stays under the limit. */
export function limited(
  name: string,
  mb: number,
  limitMb: number,
  facts: Readonly<Record<string, unknown>>,
): Measure {
  const ratio = mb <= 0 ? limitMb : limitMb / mb
  return { name, ratio: Math.round(ratio * 100) / 100, reach: 1, aim: 1.5, mb, limitMb, ...facts }
}
