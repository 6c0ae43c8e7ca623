import { parsed } from '../archive/parse.js'
import { PieceworkError } from '../contracts/errors.js'
import type { JobOutput } from '../contracts/job-request.js'
import type { Job } from '../contracts/jobs.js'
import type { Output } from '../contracts/output.js'
import { meant } from '../options/meant.js'
import { archiveOutput } from '../outputs/requested-outputs.js'
import type { Registry } from '../plan/registry.js'
import { askedAtOnce } from './asked-at-once.js'
import type { ExportRequest, OutputRequest } from './export-request.js'

export interface ChosenOutputs {
  /** As they are stored with the job. Absent: the archive. */
  readonly outputs?: readonly JobOutput[]
  /** Whether one of them reads the piece. */
  reads(piece: string): boolean
}

/** Throws `options-invalid` for an output that is not known, asked for twice, or lacks a piece. */
export function chooseOutputs(
  registry: Registry,
  { outputs: given, without = [] }: Pick<ExportRequest, 'outputs' | 'without'>,
  retried?: Job,
): ChosenOutputs {
  if (retried) return chosen(registry, retried.request.outputs)
  if (!given) return chosen(registry, undefined)
  if (given.length === 0) throw refused('An export makes one output at least.')
  const names = new Set<string>()
  const outputs = given.map(({ name, options }) => {
    if (names.has(name)) throw refused(`The output "${name}" is asked for twice.`)
    names.add(name)
    if (name === archiveOutput) return archive(options)
    const output = registered(registry, name)
    const missing = output.pieces?.find((piece) => without.includes(piece))
    if (missing !== undefined)
      throw refused(`The output "${name}" reads the piece "${missing}", which "without" leaves out.`)
    return { name, ...parsedOptions(output, options) }
  })
  return chosen(registry, outputs)
}

/** Asks the outputs themselves, until one refuses or the signal ends it. */
export async function checkOutputs(
  registry: Registry,
  outputs: readonly JobOutput[],
  { principal, resource, signal: given }: Pick<ExportRequest, 'principal' | 'resource' | 'signal'>,
): Promise<void> {
  await askedAtOnce(outputs, given, async ({ name, options }, signal) =>
    registry.outputs.get(name)?.check?.({ principal, resource, options, signal }),
  )
}

function chosen(registry: Registry, outputs: readonly JobOutput[] | undefined): ChosenOutputs {
  const read = (outputs ?? []).map(({ name }) => registry.outputs.get(name)?.pieces)
  const all = !outputs || read.includes(undefined)
  return {
    ...(outputs && { outputs }),
    reads: (piece) => all || read.some((pieces) => pieces?.includes(piece)),
  }
}

function archive(options: OutputRequest['options']): JobOutput {
  if (options !== undefined) throw refused('The archive takes no options.')
  return { name: archiveOutput }
}

function registered(registry: Registry, name: string): Output {
  const output = registry.outputs.get(name)
  if (output) return output
  throw refused(`There is no output "${name}"${meant(name, [archiveOutput, ...registry.outputs.keys()])}`)
}

function parsedOptions({ name, options: schema }: Output, given: unknown): Pick<JobOutput, 'options'> {
  if (schema)
    return {
      options: parsed('options-invalid', `One of the options of output "${name}"`, given ?? {}, schema),
    }
  if (given !== undefined) throw refused(`The output "${name}" takes no options.`)
  return {}
}

const refused = (message: string): PieceworkError => new PieceworkError('options-invalid', message)
