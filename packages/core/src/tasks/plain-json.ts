/** NUL and halves of characters, which PostgreSQL does not keep. */
const unkept = /[\0\p{Cs}]/u

/** As JSON that any store can keep; undefined for what is none. */
export function plainJson(value: unknown): string | undefined {
  let isKept = true
  const look = (name: string, one: unknown): unknown => {
    if (unkept.test(name) || (typeof one === 'string' && unkept.test(one))) isKept = false
    return one
  }
  try {
    const text = JSON.stringify(value, look) as string | undefined
    return isKept ? text : undefined
  } catch {
    return undefined
  }
}
