import assert from 'node:assert/strict'
import { type ErrorCode, isPieceworkError, type PieceworkError } from '@piecework/core'
import fc from 'fast-check'

/** A public function, and options that it takes. */
export interface OptionCase {
  /** As its messages name it: `import()`. */
  readonly name: string
  /** Made anew for each call: as many of the known names as go together, nested ones too. */
  options(): object
  call(options: never): unknown
  /** Default `options-invalid`. */
  readonly code?: ErrorCode
  /** Paths of objects whose names are free: `metadata`. */
  readonly free?: readonly string[]
  /** Paths of values that are not looked into: other contracts, keys. */
  readonly opaque?: readonly string[]
  /** By path, values that are refused with a message that names the path. */
  readonly wrong?: Readonly<Record<string, readonly unknown[]>>
  /** It does too much to be called with what it takes. */
  readonly refusalsOnly?: true
}

/**
 * Tests that each function refuses unknown names, at any depth and with the nearest right one, and values
 * that it does not take.
 */
export function optionTests(
  test: (name: string, run: () => Promise<void>) => unknown,
  cases: readonly OptionCase[],
): void {
  for (const one of cases) {
    if (!one.refusalsOnly)
      test(`${one.name} takes its options in every form that objects have`, () => takesForms(one))
    test(`${one.name} refuses an unknown name, at any depth`, () => refusesUnknown(one))
    test(`${one.name} names what a misspelled name was meant to be`, () => namesNearest(one))
    test(`${one.name} refuses what is no object of options, and values of the wrong kind`, () =>
      refusesValues(one))
  }
}

async function takesForms(one: OptionCase): Promise<void> {
  const symbol = Symbol('of the host')
  const forms: readonly ((options: object) => object)[] = [
    (options) => options,
    (options) => Object.freeze(options),
    (options) => ({ ...options, [symbol]: true }),
    (options) => Object.assign(Object.create(null) as object, options),
    (options) => Object.create(options) as object,
  ]
  for (const form of forms) await callOf(one, form(one.options()))
}

async function refusesUnknown(one: OptionCase): Promise<void> {
  const names = ['zzUnknownZz', 'constructor', '__proto__', 'toString']
  for (const path of objectsIn(one)) {
    for (const name of names) {
      for (const value of [true, undefined]) {
        const error = await refusal(
          one,
          change(one, path, (at) => define(at, name, value)),
        )
        const named = [...path, name].at(-1) as string
        assert.ok(error.message.includes(named), error.message)
        assert.match(error.message, / has no (option|property) "/)
        if (one.code === undefined) assert.ok(String(error.facts.option).includes(named))
      }
    }
  }
}

async function namesNearest(one: OptionCase): Promise<void> {
  const places = objectsIn(one).flatMap((path) => {
    const known = Object.keys(valueAt(one.options(), path))
    return known.map((name) => ({ path, name, known }))
  })
  if (places.length === 0) return
  const slip = fc.record({
    place: fc.constantFrom(...places),
    at: fc.nat(),
    kind: fc.constantFrom<Slip>('drop', 'double', 'swap', 'replace'),
  })
  const swapped = places.slice(0, 5).map((place) => ({ place, at: 1, kind: 'swap' as Slip }))
  await fc.assert(
    fc.asyncProperty(slip, async ({ place: { path, name, known }, at, kind }) => {
      const wrong = misspelled(name, at % name.length, kind)
      fc.pre(wrong !== name && wrong !== '' && !known.includes(wrong))
      const error = await refusal(
        one,
        change(one, path, (object) => {
          const value = Reflect.get(object, name)
          Reflect.deleteProperty(object, name)
          define(object, wrong, value)
        }),
      )
      if (hasOwnHint(error)) return
      assert.ok(error.message.includes(`"; did you mean "`), `${wrong}: ${error.message}`)
      if (one.code === undefined) assert.ok(typeof error.facts.nearest === 'string')
    }),
    { numRuns: 50, examples: swapped.map((example) => [example]) },
  )
}

/** `table` beside `tables`: the function says what to write instead, which is more than the nearest name. */
const hasOwnHint = ({ message }: PieceworkError): boolean =>
  !/ has no (option|property) ".*"; (did you mean|there (is|are)) /.test(message)

async function refusesValues(one: OptionCase): Promise<void> {
  const others = ['text', 7, true, [], new Map(), Promise.resolve(one.options()), () => one.options()]
  for (const options of others) await refusal(one, options as object)
  for (const [path, values] of Object.entries(one.wrong ?? {})) {
    const steps = path.split('.')
    for (const value of values) {
      const error = await refusal(
        one,
        change(one, steps.slice(0, -1), (at) => define(at, steps.at(-1) as string, value)),
      )
      assert.ok(error.message.includes(steps.at(-1) as string), `${path}: ${error.message}`)
      if (typeof value === 'string' && value.length > 3)
        assert.ok(!error.message.includes(value), error.message)
    }
  }
}

async function callOf(one: OptionCase, options: object): Promise<void> {
  const call = one.call as (options: object) => unknown
  await call(options)
}

async function refusal(one: OptionCase, options: object): Promise<PieceworkError> {
  try {
    await callOf(one, options)
  } catch (error) {
    if (isPieceworkError(error, one.code ?? 'options-invalid')) return error
    throw error
  }
  return assert.fail(`${one.name} took ${JSON.stringify(options)}`)
}

type Path = readonly string[]

/** Paths of the objects whose names are the function's. */
function objectsIn({ options, free = [], opaque = [] }: OptionCase): readonly Path[] {
  const found: Path[] = []
  const walk = (value: unknown, path: Path): void => {
    const name = path.join('.')
    if (typeof value !== 'object' || value === null || opaque.includes(name)) return
    if (Array.isArray(value)) {
      walk(value[0], [...path, '0'])
      return
    }
    if (Object.getPrototypeOf(value) !== Object.prototype) return
    if (!free.includes(name)) found.push(path)
    for (const [key, inner] of Object.entries(value)) walk(inner, [...path, key])
  }
  walk(options(), [])
  return found
}

function change(one: OptionCase, path: Path, edit: (at: object) => void): object {
  const options = one.options()
  edit(valueAt(options, path))
  return options
}

function valueAt(options: object, path: Path): object {
  return path.reduce<object>((at, step) => Reflect.get(at, step) as object, options)
}

/** As JSON.parse does: `__proto__` is a name like others. */
function define(at: object, name: string, value: unknown): void {
  Object.defineProperty(at, name, { value, enumerable: true, configurable: true, writable: true })
}

type Slip = 'drop' | 'double' | 'swap' | 'replace'

function misspelled(name: string, at: number, kind: Slip): string {
  const letter = name.charAt(at)
  const [before, behind] = [name.slice(0, at), name.slice(at + 1)]
  switch (kind) {
    case 'drop':
      return before + behind
    case 'double':
      return before + letter + letter + behind
    case 'swap':
      return before + behind.charAt(0) + letter + behind.slice(1)
    default:
      return `${before}q${behind}`
  }
}
