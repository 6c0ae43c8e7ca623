import { existsSync } from 'node:fs'

/** Where Debian's package puts it, or undefined. */
export function findSwift() {
  return ['/usr/lib/python3/dist-packages/swift'].find((path) => existsSync(path))
}
