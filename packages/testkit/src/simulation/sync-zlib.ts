import { createRequire, syncBuiltinESMExports } from 'node:module'
import { Transform, type TransformCallback } from 'node:stream'
import type { InputType, ZlibOptions } from 'node:zlib'

type Zlib = typeof import('node:zlib')
type Answer = (error: Error | null, result: Buffer) => void

const zlib = createRequire(import.meta.url)('node:zlib') as Zlib
let users = 0
let threaded: PropertyDescriptorMap = {}

/**
 * Runs `work` while this process deflates and inflates in its own thread: which thread of zlib's pool ends
 * first is no matter of a seed. Calls may overlap.
 */
export async function withSyncZlib<T>(work: () => Promise<T>): Promise<T> {
  users += 1
  if (users === 1) {
    const replaced = { deflateRaw, createInflateRaw }
    const all = Object.getOwnPropertyDescriptors(zlib)
    threaded = { deflateRaw: all.deflateRaw, createInflateRaw: all.createInflateRaw }
    for (const [name, value] of Object.entries(replaced))
      Object.defineProperty(zlib, name, { value, configurable: true, enumerable: true, writable: true })
    syncBuiltinESMExports()
  }
  try {
    return await work()
  } finally {
    users -= 1
    if (users === 0) {
      Object.defineProperties(zlib, threaded)
      syncBuiltinESMExports()
    }
  }
}

function deflateRaw(bytes: InputType, options: ZlibOptions, answer: Answer): void {
  const deflated = zlib.deflateRawSync(bytes, options)
  process.nextTick(answer, null, deflated)
}

function createInflateRaw(options?: ZlibOptions): Transform {
  const chunks: Buffer[] = []
  return new Transform({
    transform: (chunk: Buffer, _encoding, next: TransformCallback) => {
      chunks.push(chunk)
      next()
    },
    flush: (done: TransformCallback) => {
      try {
        done(null, zlib.inflateRawSync(Buffer.concat(chunks), options))
      } catch (error) {
        done(error as Error)
      }
    },
  })
}
