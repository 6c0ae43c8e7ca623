import type { FindingCollector } from '../findings.js'
import { decode } from '../records/decode.js'
import { reportBinary } from '../tables/header.js'
import type { ReadTableOptions } from '../tables/pu/read.js'
import { type Setting, settings } from './input-lines.js'
import { parameterValue } from './parameter-value.js'
import {
  type InputFiles,
  inputFiles,
  MARZONE_KEY,
  type MarxanParameters,
  type OutputNames,
  outputNames,
  type Parameter,
  parameters,
  SAVE_KEY,
  saveOption,
  snapFrequency,
} from './parameters.js'

const MAX_BYTES = 1_048_576

/** What input.dat says; defaults where it says nothing, or nothing valid. */
export interface InputDat {
  readonly parameters: MarxanParameters
  /** As written: may hold blanks, back-slashes and folders of another machine. */
  readonly files: InputFiles
  readonly output: OutputNames
  /** `SAVERUN` and so on, those that were given. */
  readonly saves: Readonly<Record<string, number>>
  /** Of those that were given, by key. */
  readonly lines: ReadonlyMap<string, number>
}

/** @see Marxan User Manual 5.3.1 */
export async function readInputDat(
  source: AsyncIterable<Uint8Array>,
  { findings, file = 'input.dat', signal }: ReadTableOptions,
): Promise<InputDat> {
  const text = await textOf(source, file, findings, signal)
  const errors = findings.errors
  const given = settings(text ?? '', file, findings)
  const anyKey = given.size > 0 || findings.errors > errors
  const place = (setting: Setting) => ({ file, line: setting.line, column: setting.key })
  const numberOf = (key: string, rule: Parameter): number => {
    const setting = given.get(key)
    if (!setting) return rule.default
    return parameterValue(key, setting.value, rule, findings, place(setting)) ?? rule.default
  }

  for (const setting of given.values())
    if (MARZONE_KEY.test(setting.key))
      findings.error('legacy/marzone', place(setting), () => ({
        message: `${setting.key} belongs to Marxan with Zones, whose projects cannot be imported`,
      }))
  const numbers = Object.fromEntries(
    Object.entries(parameters).map(([key, rule]) => [key, numberOf(key, rule)]),
  ) as MarxanParameters
  const texts = (names: Readonly<Record<string, string>>) =>
    Object.fromEntries(
      Object.entries(names).map(([key, name]) => [key, unquoted(given.get(key)?.value ?? name)]),
    )
  const saves = Object.fromEntries(
    [...given.keys()]
      .filter((key) => SAVE_KEY.test(key))
      .map((key) => [key, numberOf(key, key === 'SAVESNAPFREQUENCY' ? snapFrequency : saveOption)]),
  )
  if (text !== undefined && !anyKey)
    findings.warning('legacy/no-parameters', { file }, () => ({
      message: `${file} has none of Marxan's parameters: all have their defaults`,
      hint: 'Write each as its key, a blank and its value, for instance: NUMREPS 100. Bare values without keys, as old versions of Inedit and Zonae Cogito write them, are not read: save the file in their new format.',
    }))
  if (text !== undefined) {
    reportDefaults(given, file, findings)
    crossCheck(numbers, given, file, findings)
  }
  return {
    parameters: numbers,
    files: texts(inputFiles) as InputFiles,
    output: texts(outputNames) as OutputNames,
    saves,
    lines: new Map([...given].map(([key, { line }]) => [key, line])),
  }
}

/** Names with blanks are put into quotation marks by hand. */
const unquoted = (name: string): string => /^(["'])(.*)\1$/s.exec(name)?.[2]?.trim() ?? name

async function textOf(
  source: AsyncIterable<Uint8Array>,
  file: string,
  findings: FindingCollector,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of source) {
    signal?.throwIfAborted()
    size += chunk.byteLength
    if (size > MAX_BYTES) {
      findings.error('legacy/file-too-large', { file }, () => ({
        message: `${file} is larger than ${MAX_BYTES} bytes`,
      }))
      return undefined
    }
    chunks.push(chunk)
  }
  const bytes = Buffer.concat(chunks)
  if (bytes.includes(0)) {
    reportBinary(findings, { file })
    return undefined
  }
  const { text } = decode(bytes)
  if (text.trim() !== '') return text
  findings.error('legacy/file-empty', { file }, () => ({ message: `${file} is empty` }))
  return undefined
}

/** Keys that say which optional files there are, and what to save, may be absent without a word. */
function reportDefaults(given: ReadonlyMap<string, Setting>, file: string, findings: FindingCollector): void {
  const defaults = [
    ...Object.entries(parameters).map(([key, rule]) => [key, rule.default] as const),
    ...Object.entries(inputFiles).filter(([, name]) => name !== ''),
  ]
  for (const [key, value] of defaults)
    if (!given.has(key))
      findings.warning('legacy/parameter-default', { file, column: key }, () => ({
        message: `${key} is missing; its default ${value} is used`,
      }))
}

function crossCheck(
  { NUMTEMP, NUMITNS, COOLFAC, STARTTEMP }: MarxanParameters,
  given: ReadonlyMap<string, Setting>,
  file: string,
  findings: FindingCollector,
): void {
  const place = (key: string) => {
    const line = given.get(key)?.line
    return { file, column: key, ...(line !== undefined && { line }) }
  }
  // Without iterations there is no annealing, and NUMTEMP means nothing.
  if (NUMITNS > 0 && NUMTEMP > NUMITNS)
    findings.error('legacy/numtemp-too-large', place('NUMTEMP'), () => ({
      message: `NUMTEMP is ${NUMTEMP}, more than NUMITNS, which is ${NUMITNS}`,
      hint: 'There can be no more temperature decreases than iterations.',
    }))
  if (COOLFAC >= 0) return
  if (STARTTEMP < 0)
    findings.warning('legacy/coolfac-unused', place('COOLFAC'), () => ({
      message: `COOLFAC is ${COOLFAC}; it is not used because STARTTEMP is negative`,
    }))
  else
    findings.error('legacy/out-of-range', place('COOLFAC'), () => ({
      message: `COOLFAC is ${COOLFAC}; it must be at least 0 where STARTTEMP is not negative`,
    }))
}
