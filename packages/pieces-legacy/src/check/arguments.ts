import { parseArgs } from 'node:util'
import { PieceworkError } from '@piecework/core'

export type CheckArguments =
  | { readonly show: 'help' | 'version' }
  | {
      readonly folder: string
      /** Name of the input.dat, where the folder holds several. */
      readonly input?: string
      readonly idAttribute?: string
      readonly names: 'optional' | 'required'
      /** Of a server with PostGIS. */
      readonly database?: string
      /** Findings of one kind in one file that people are shown. */
      readonly list: number
      readonly strict: boolean
      readonly json: boolean
    }

const options = {
  input: { type: 'string' },
  'id-attribute': { type: 'string' },
  names: { type: 'string' },
  database: { type: 'string' },
  list: { type: 'string' },
  strict: { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const

/** Throws `options-invalid` saying which one. */
export function checkArguments(args: readonly string[]): CheckArguments {
  const { values, positionals } = parsed(args)
  if (values.help) return { show: 'help' }
  if (values.version) return { show: 'version' }
  const [folder, ...more] = positionals
  if (folder === undefined) throw invalid('Which folder? None was given')
  if (more.length > 0) throw invalid(`One folder at a time: ${[folder, ...more].join(', ')}`)
  for (const [name, value] of Object.entries(values))
    if (value === '') throw invalid(`The option --${name} is empty`)
  const { names = 'optional', list = '10', input, database } = values
  if (names !== 'optional' && names !== 'required')
    throw invalid(`The option --names is optional or required, not ${JSON.stringify(names)}`)
  if (!/^[1-9]\d{0,5}$/.test(list))
    throw invalid(`The option --list is a number from 1, not ${JSON.stringify(list)}`)
  const idAttribute = values['id-attribute']
  return {
    folder,
    names,
    list: Number(list),
    strict: values.strict ?? false,
    json: values.json ?? false,
    ...(input !== undefined && { input }),
    ...(idAttribute !== undefined && { idAttribute }),
    ...(database !== undefined && { database }),
  }
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true })
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : String(error), error)
  }
}

const invalid = (message: string, cause?: unknown) =>
  new PieceworkError('options-invalid', message, { cause })
