import { parseArgs } from 'node:util'
import { closest, isPieceworkError, PieceworkError, type Role } from '@piecework/core/piece'
import { gridRole, outputRole, roles } from '@piecework/marxan-files'
import { defaults } from './defaults.js'
import { flags } from './flags.js'

export type Metadata = Readonly<Record<string, string>>

export type CheckArguments =
  | { readonly show: 'help' | 'version' }
  | {
      readonly folder: string
      /** Name or path of the input.dat, if the folder holds several. */
      readonly input?: string
      /** Paths by role. */
      readonly given: Readonly<Record<string, string>>
      /** Of uploads, by role. */
      readonly metadata: Readonly<Record<string, Metadata>>
      readonly names: 'optional' | 'required'
      /** False: results are left out. */
      readonly results: boolean
      /** Of a server with PostGIS. */
      readonly database?: string
      /** Findings of one kind in one file that are printed. */
      readonly list: number
      readonly strict: boolean
      readonly json: boolean
    }

/** Throws `options-invalid` naming the option. */
export function readArguments(args: readonly string[]): CheckArguments {
  const { values, positionals } = parsed(args)
  if (values.help) return { show: 'help' }
  if (values.version) return { show: 'version' }
  const [folder, ...more] = positionals
  if (folder === undefined) throw invalid('Which folder? None was given')
  if (more.length > 0) throw invalid(`One folder at a time: ${[folder, ...more].join(', ')}`)
  for (const [name, value] of Object.entries(values))
    if (value === '') throw invalid(`The option --${name} is empty`)
  const { names = 'optional', list = String(defaults.listed), input, database } = values
  if (names !== 'optional' && names !== 'required')
    throw invalid(`The option --names is optional or required, not ${JSON.stringify(names)}`)
  if (!/^[1-9]\d{0,5}$/.test(list))
    throw invalid(`The option --list is a number from 1, not ${JSON.stringify(list)}`)
  const given = givenFiles(values.file ?? [])
  if (values['no-results'] && given[outputRole] !== undefined)
    throw invalid(`The options --no-results and --file ${outputRole}=PATH exclude each other`)
  return {
    folder,
    given,
    metadata: givenMetadata([
      ...(values.metadata ?? []),
      ...(values['id-attribute'] === undefined ? [] : [`${gridRole}.idAttribute=${values['id-attribute']}`]),
    ]),
    names,
    results: !values['no-results'],
    list: Number(list),
    strict: values.strict ?? false,
    json: values.json ?? false,
    ...(input !== undefined && { input }),
    ...(database !== undefined && { database }),
  }
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: flags, allowPositionals: true })
  } catch (error) {
    const name = unknownOption(args)
    if (name !== undefined)
      throw invalid(`There is no option --${name}${meant(name, Object.keys(flags), '--')}`)
    throw invalid(error instanceof Error ? error.message : String(error), error)
  }
}

function unknownOption(args: readonly string[]): string | undefined {
  const end = args.indexOf('--')
  const names = args.slice(0, end < 0 ? undefined : end).flatMap((arg) => /^--([^=]+)/.exec(arg)?.[1] ?? [])
  return names.find((name) => !Object.hasOwn(flags, name))
}

/** The nearest known name, or all of them. */
function meant(name: string, known: readonly string[], before = ''): string {
  const near = closest(name, known)
  if (near !== undefined) return `; did you mean ${before}${near}?`
  return `; there are ${known.map((one) => before + one).join(', ')}`
}

/** `ROLE=PATH`. */
function givenFiles(texts: readonly string[]): Readonly<Record<string, string>> {
  const pairs = texts.map((text) => {
    const [, role = '', path = ''] = /^(.*?)=(.+)$/s.exec(text) ?? []
    if (!path) throw invalid(`The option --file is ROLE=PATH, not ${JSON.stringify(text)}`)
    return [knownRole(role), path] as const
  })
  return Object.fromEntries(pairs)
}

/** `ROLE.KEY=VALUE`. */
function givenMetadata(texts: readonly string[]): Readonly<Record<string, Metadata>> {
  const all: Record<string, Metadata> = {}
  for (const text of texts) {
    const [, name = '', key = '', value = ''] = /^(.*?)\.([A-Za-z]+)=(.+)$/s.exec(text) ?? []
    if (!value) throw invalid(`The option --metadata is ROLE.KEY=VALUE, not ${JSON.stringify(text)}`)
    const role = knownRole(name)
    all[role] = { ...all[role], [key]: value }
    const { metadata: schema }: Role = roles[role]
    try {
      if (!schema) throw invalid(`No metadata can come with ${role}`)
      schema.parse(all[role])
    } catch (error) {
      if (isPieceworkError(error)) throw error
      throw invalid(`The option --metadata is not valid for ${role}: ${JSON.stringify(text)}`, error)
    }
  }
  return all
}

function knownRole(name: string): keyof typeof roles {
  if (Object.hasOwn(roles, name)) return name as keyof typeof roles
  throw invalid(`There is no file ${JSON.stringify(name)}${meant(name, Object.keys(roles))}`)
}

const invalid = (message: string, cause?: unknown) =>
  new PieceworkError('options-invalid', message, { cause })
