import type { DeliverContext, Target } from '@piecework/core/piece'
import type { TargetSample } from '@piecework/testkit'
import { parseNone } from './parse-none.js'

/** What can be changed of it. */
export interface PointingTarget {
  parse(input: unknown): unknown
  /** Before it makes anything. */
  begin(context: DeliverContext): void | Promise<void>
  idOf(context: DeliverContext): string
  /** After it has made it. */
  end(context: DeliverContext, made: Set<string>): void | Promise<void>
}

const whole: PointingTarget = {
  parse: parseNone,
  begin: ({ signal }) => signal.throwIfAborted(),
  idOf: ({ key }) => `link of ${key}`,
  end: () => {},
}

/** Makes what leads to bytes, and keeps that it did. */
export function pointingTarget(changes: Partial<PointingTarget> = {}): TargetSample {
  const { parse, begin, idOf, end } = { ...whole, ...changes }
  const made = new Set<string>()
  const target: Target = {
    name: 'pointing',
    schema: { parse },
    deliver: async (context) => {
      await begin(context)
      const kept = (await context.state.get()) as string | undefined
      const location = kept ?? idOf(context)
      made.add(location)
      await context.state.put(location)
      await end(context, made)
      return { location }
    },
  }
  return {
    target: target as Target<never>,
    destination: {},
    files: async () => new Map([...made].map((location) => [location, Buffer.alloc(0)])),
  }
}
