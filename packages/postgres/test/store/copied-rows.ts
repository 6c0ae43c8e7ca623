export const copied = { table: 'copied', columns: ['job', 'id'] } as const
export const copiedRows = 20_000

/** Rows of `copied` in 200 chunks; `each` is waited for after each of them. */
export async function* rowsOf(job: string, each: (chunk: number) => Promise<void> = async () => {}) {
  for (let chunk = 0; chunk < 200; chunk++) {
    const rows = Array.from({ length: copiedRows / 200 }, (_, at) => `${job},${chunk}-${at}\n`)
    yield Buffer.from(rows.join(''))
    await each(chunk)
  }
}
