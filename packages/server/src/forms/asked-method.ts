/** Of a preflight, the method that a browser asks about: what answers that one answers this. */
export function askedMethod(method: string | undefined, preflight: string | null | undefined): string {
  return method === 'OPTIONS' && preflight ? preflight : (method ?? 'GET')
}
