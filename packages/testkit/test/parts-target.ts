import { createHash } from 'node:crypto'
import type { DeliverContext, Target } from '@piecework/core/piece'
import type { TargetSample } from '@piecework/testkit'
import { parseNone } from './parse-none.js'

/** What an upload has come to. */
interface UploadState {
  readonly done: number
}

/** What can be changed of it. */
export interface PartsTarget {
  parse(input: unknown): unknown
  readonly partBytes: number
  /** Where the next part begins. */
  resume(context: DeliverContext, parts: ReadonlyMap<number, Buffer>): Promise<number>
  keep(context: DeliverContext, done: number): Promise<void>
  nameOf(context: DeliverContext): string
  seen(context: DeliverContext, parts: ReadonlyMap<number, Buffer>, objects: Map<string, Buffer>): void
  assertStarted(context: DeliverContext): void
  bytes(context: DeliverContext, start: number): AsyncIterable<Uint8Array>
}

const whole: PartsTarget = {
  parse: parseNone,
  partBytes: 50_000,
  resume: async ({ state }) => ((await state.get()) as UploadState | undefined)?.done ?? 0,
  keep: ({ state }, done) => state.put({ done }),
  nameOf: ({ file, key }) => `${createHash('sha256').update(key).digest('hex').slice(0, 8)} ${file.fileName}`,
  seen: () => {},
  assertStarted: ({ signal }) => signal.throwIfAborted(),
  bytes: ({ file }, start) => file.open({ start, end: file.size }),
}

/** A server that takes uploads in parts, and shows what is complete; an upload goes on where its state says. */
export function partsTarget(changes: Partial<PartsTarget> = {}): TargetSample {
  const { parse, partBytes, resume, keep, nameOf, seen, assertStarted, bytes } = { ...whole, ...changes }
  const uploads = new Map<string, Map<number, Buffer>>()
  const objects = new Map<string, Buffer>()
  const target: Target = {
    name: 'parts',
    schema: { parse },
    deliver: async (context) => {
      const { file, key, progress } = context
      const parts = uploads.get(key) ?? new Map<number, Buffer>()
      uploads.set(key, parts)
      let at = await resume(context, parts)
      let part: Uint8Array[] = []
      const flush = async () => {
        const content = Buffer.concat(part)
        parts.set(at, content)
        at += content.length
        part = []
        seen(context, parts, objects)
        await keep(context, at)
        progress(at, file.size)
      }
      for await (const chunk of bytes(context, at)) {
        assertStarted(context)
        part.push(chunk)
        if (part.reduce((sum, { length }) => sum + length, 0) >= partBytes) await flush()
      }
      assertStarted(context)
      if (part.length > 0) await flush()
      objects.set(nameOf(context), joined(parts))
      return { location: nameOf(context) }
    },
  }
  return { target: target as Target<never>, destination: {}, files: async () => new Map(objects) }
}

export const joined = (parts: ReadonlyMap<number, Buffer>): Buffer =>
  Buffer.concat([...parts].sort(([a], [b]) => a - b).map(([, content]) => content))
