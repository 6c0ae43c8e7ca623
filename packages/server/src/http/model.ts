import { PieceworkError } from '@piecework/core'
import { closest } from '@piecework/core/piece'
import { knownNames } from './known-names.js'

/** Of zod. */
interface Issue {
  readonly code: string
  readonly message: string
  readonly path: readonly PropertyKey[]
  readonly keys?: readonly string[]
}

/** As much of a zod schema as is needed. */
export interface ZodLike<T> {
  safeParse(
    value: unknown,
  ):
    | { readonly success: true; readonly data: T }
    | { readonly success: false; readonly error: { readonly issues: readonly Issue[] } }
}

/** What a part of a request must be, or an answer is. */
export interface Model<T> {
  /** The zod schema, for the description of the interface. */
  readonly schema: object
  /** In the description of the interface: `Job`. Absent: it is written out where it is used. */
  readonly name?: string
  /** `place`: "The body", as the message begins. Throws `options-invalid`, naming the field. */
  parse(value: unknown, place: string): T
}

export function model<T>(schema: ZodLike<T> & object, name?: string): Model<T> {
  return {
    schema,
    ...(name !== undefined && { name }),
    parse: (value, place) => {
      const parsed = schema.safeParse(value)
      if (parsed.success) return parsed.data
      throw refusal(schema, parsed.error.issues, place)
    },
  }
}

function refusal(schema: object, issues: readonly Issue[], place: string): PieceworkError {
  // A name that is unknown explains one that is missing.
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]
  if (!issue) return new PieceworkError('options-invalid', `${place} is not as it must be.`)
  const [unknown] = issue.keys ?? []
  if (issue.code === 'unrecognized_keys' && unknown !== undefined) {
    const names = knownNames(schema, issue.path)
    const near = closest(unknown, names)
    const hint =
      near === undefined ? `; there are ${names.join(', ') || 'none'}.` : `; did you mean "${near}"?`
    return of(`${place} has no field "${unknown}"${hint}`, [...issue.path, unknown])
  }
  const field = pathText(issue.path)
  const what = field === '' ? place : `${place}: "${field}"`
  return of(`${what} is not as it must be: ${issue.message}.`, issue.path)
}

function of(message: string, path: readonly PropertyKey[]): PieceworkError {
  return new PieceworkError('options-invalid', message, { facts: { option: pathText(path) } })
}

/** `children[0].id` */
function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`
    return text === '' ? String(part) : `${text}.${String(part)}`
  }, '')
}
