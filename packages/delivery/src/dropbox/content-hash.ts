import { createHash } from 'node:crypto'

const blockBytes = 4 * 1024 ** 2

/**
 * Of a file as Dropbox has it: SHA-256 of the SHA-256 of each 4 MiB, hex.
 * @see https://www.dropbox.com/developers/reference/content-hash
 */
export function contentHash(): { update(bytes: Uint8Array): void; digest(): string } {
  const whole = createHash('sha256')
  let block = createHash('sha256')
  let inBlock = 0
  const close = () => {
    whole.update(block.digest())
    block = createHash('sha256')
    inBlock = 0
  }
  return {
    update: (bytes) => {
      for (let at = 0; at < bytes.length; ) {
        const part = bytes.subarray(at, at + blockBytes - inBlock)
        block.update(part)
        inBlock += part.length
        at += part.length
        if (inBlock === blockBytes) close()
      }
    },
    digest: () => {
      if (inBlock > 0) close()
      return whole.digest('hex')
    },
  }
}

export function hashOf(bytes: Uint8Array): string {
  const hash = contentHash()
  hash.update(bytes)
  return hash.digest()
}
