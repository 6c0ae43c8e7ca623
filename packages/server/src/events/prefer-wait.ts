/** Seconds of `Prefer: wait=20`. Undefined: it is not asked for. */
export function preferWait(headers: ReadonlyMap<string, string>): number | undefined {
  const [, seconds] =
    /(?:^|,)\s*wait\s*=\s*"?(\d{1,6})"?\s*(?:[,;]|$)/i.exec(headers.get('prefer') ?? '') ?? []
  return seconds === undefined ? undefined : Number(seconds)
}
