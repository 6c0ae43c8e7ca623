import { checkOptions, type FindingCollector } from '@piecework/core/piece'
import { WholeNumberForms } from '../numbers/whole-number-forms.js'
import { type ReadTableOptions, readTableChecks } from '../tables/read-table.js'
import { checkAnnealing } from './check-annealing.js'
import { numberValue } from './number-value.js'
import { isMarzoneKey } from './other-keys.js'
import {
  type InputFileNames,
  inputFiles,
  type MarxanParameters,
  type NumberRule,
  type OutputNames,
  outputNames,
  parameters,
  saveRule,
} from './parameters.js'
import { readText } from './read-text.js'
import { type Setting, settings } from './settings.js'

/** What input.dat says; defaults for what it does not say, or not validly. */
export interface InputDat {
  readonly parameters: MarxanParameters
  /** As written: may hold blanks, back-slashes and folders of another machine. */
  readonly files: InputFileNames
  readonly output: OutputNames
  /** `SAVERUN` and so on, those that were given. */
  readonly saves: Readonly<Record<string, number>>
  /** Of those that were given, by key. */
  readonly lines: ReadonlyMap<string, number>
}

/** @see Marxan User Manual 5.3.1 */
export async function readInputDat(
  source: AsyncIterable<Uint8Array>,
  options: ReadTableOptions,
): Promise<InputDat> {
  const { findings, file = 'input.dat', signal } = checkOptions('readInputDat()', options, readTableChecks)
  const text = await readText(source, file, findings, signal)
  const errors = findings.errors
  const given = settings(text ?? '', file, findings)
  const anyKey = given.size > 0 || findings.errors > errors
  const forms = new WholeNumberForms()
  const numberOf = (key: string, rule: NumberRule): number => {
    const setting = given.get(key)
    if (!setting) return rule.default
    const context = { findings, forms, location: locationOf(setting, file) }
    return numberValue(key, setting.value, rule, context) ?? rule.default
  }

  reportMarzone(given, file, findings)
  const numbers = Object.fromEntries(
    Object.entries(parameters).map(([key, rule]) => [key, numberOf(key, rule)]),
  ) as MarxanParameters
  const saves = Object.fromEntries(
    [...given.keys()].flatMap((key) => {
      const rule = saveRule(key)
      return rule ? [[key, numberOf(key, rule)]] : []
    }),
  )
  forms.report(file, findings)
  if (text !== undefined) {
    if (!anyKey) reportNoParameters(file, findings)
    reportDefaults(given, file, findings)
    checkAnnealing(numbers, given, file, findings)
  }
  return {
    parameters: numbers,
    files: namesOf(inputFiles, given) as InputFileNames,
    output: namesOf(outputNames, given) as OutputNames,
    saves,
    lines: new Map([...given].map(([key, { line }]) => [key, line])),
  }
}

const locationOf = ({ line, key }: Setting, file: string) => ({ file, line, column: key })

const namesOf = (
  rules: Readonly<Record<string, { readonly default: string }>>,
  given: ReadonlyMap<string, Setting>,
) =>
  Object.fromEntries(
    Object.entries(rules).map(([key, rule]) => [key, unquoted(given.get(key)?.value ?? rule.default)]),
  )

/** Names with blanks are put into quotation marks by hand. */
const unquoted = (name: string): string => /^(["'])(.*)\1$/s.exec(name)?.[2]?.trim() ?? name

function reportMarzone(given: ReadonlyMap<string, Setting>, file: string, findings: FindingCollector): void {
  const [first, ...others] = [...given.values()].filter(({ key }) => isMarzoneKey(key))
  if (!first) return
  const also = others.length === 0 ? '' : `, as do ${others.map(({ key }) => key).join(', ')}`
  findings.error('legacy/marzone', locationOf(first, file), () => ({
    message: `${first.key} belongs to Marxan with Zones${also}: its projects cannot be imported`,
  }))
}

function reportNoParameters(file: string, findings: FindingCollector): void {
  findings.warning('legacy/no-parameters', { file }, () => ({
    message: `${file} has none of Marxan's parameters: all have their defaults`,
    hint: 'Write each as its key, a blank and its value, for instance: NUMREPS 100. Bare values without keys, as old versions of Inedit and Zonae Cogito write them, are not read: save the file in their new format.',
  }))
}

/** Keys for optional files, and for what to save, may be missing without a warning. */
function reportDefaults(given: ReadonlyMap<string, Setting>, file: string, findings: FindingCollector): void {
  for (const [key, rule] of Object.entries({ ...parameters, ...inputFiles }))
    if (rule.default !== '' && !given.has(key))
      findings.warning('legacy/parameter-default', { file, column: key }, () => ({
        message: `${key} is missing; its default ${rule.default} is used${byMarxan(rule)}`,
      }))
}

function byMarxan(rule: { readonly default: number | string; readonly marxan?: number | 'none' }): string {
  if (rule.marxan === 'none') return ', while Marxan itself does not run without it'
  return rule.marxan === undefined ? '' : `, while Marxan itself takes ${rule.marxan}`
}
