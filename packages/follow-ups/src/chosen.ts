import {
  check,
  checkOptions,
  type FollowUp,
  type FollowUpContext,
  type OptionChecks,
} from '@piecework/core/piece'

/** What requests name: they choose among the host's names and never say an address. */
export type Named<T> = Readonly<
  Record<string, T | ((context: FollowUpContext) => T | undefined | Promise<T | undefined>)>
>

export interface ToInput {
  /** Absent: `self`. */
  readonly to: string
}

/** Of an input `{ to }`, which is one of the names. */
export function toSchema(name: string, known: Named<unknown>): FollowUp<ToInput>['schema'] {
  const checks: OptionChecks<Partial<ToInput>> = { to: check.oneOf(...Object.keys(known)) }
  return {
    parse: (input) => {
      const { to = 'self' } = checkOptions(name, input as Partial<ToInput>, checks)
      return { to: checkOptions(name, { to }, checks).to ?? to }
    },
  }
}

/** What the host has for the name. */
export async function chosen<T extends string | object>(
  known: Named<T>,
  context: FollowUpContext<ToInput>,
): Promise<T | undefined> {
  const { to } = context.input
  const found = Object.hasOwn(known, to) ? known[to] : undefined
  return typeof found === 'function' ? found(context) : found
}
