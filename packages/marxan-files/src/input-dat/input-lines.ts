import type { FindingCollector } from '../findings.js'
import { closest } from './closest.js'
import {
  inputFiles,
  MARZONE_KEY,
  notCarried,
  olderNames,
  outputNames,
  parameters,
  SAVE_KEY,
  SILENT_KEY,
} from './parameters.js'

/** One key with its value, the rest of the line. */
export interface Setting {
  readonly key: string
  readonly value: string
  readonly line: number
}

/** The last setting of each known key, under its newer name too. Prose between the settings is normal. */
export function settings(
  text: string,
  file: string,
  findings: FindingCollector,
): ReadonlyMap<string, Setting> {
  const given = new Map<string, Setting>()
  for (const [at, content] of text.split(/\r\n|\n|\r/).entries()) {
    const line = at + 1
    const [, key = '', value = ''] = /^(\S+)(?:\s+(.*))?$/s.exec(unquoted(content)) ?? []
    const place = { file, line, column: key }
    const [name = ''] = key.split('=', 1)
    const equals = isKnown(name) && (name !== key || value.startsWith('='))
    if (equals) {
      const meant = unquoted(content)
        .slice(name.length)
        .replace(/^\s*=\s*/, '')
      findings.error('legacy/parameter-equals', { ...place, column: name }, () => ({
        message: `${name} is written with an equals sign`,
        hint: `Write the key, a blank and the value: ${name} ${meant}`,
      }))
      // Not missing, whatever other lines say.
      given.set(name, { key: name, value: meant, line })
    } else if (isKnown(key)) {
      const before = given.get(key)
      if (before)
        findings.warning('legacy/parameter-duplicate', place, () => ({
          message: `${key} stands on line ${before.line} and again on line ${line}; the last one counts`,
        }))
      given.set(key, { key, value, line })
    } else if (name === key && LOOKS_LIKE_A_KEY.test(key) && !SILENT_KEY.test(key) && !isOff(key, value))
      findings.warning('legacy/parameter-unknown', place, () => {
        if (Object.hasOwn(notCarried, key)) return { message: `${key} is not imported: ${notCarried[key]}` }
        const meant = closest(key, names)
        return {
          message: `${key} is not a known parameter; the line is ignored`,
          ...(meant !== undefined && { hint: `Did you mean ${meant}?` }),
        }
      })
  }
  for (const [older, name] of Object.entries(olderNames)) {
    const setting = given.get(older)
    if (setting && !given.has(name)) given.set(name, setting)
  }
  return given
}

/** CSV writers put a line with a comma into quotation marks. */
const unquoted = (line: string) =>
  line
    .trim()
    .replace(/^"([^"]*)"$/, '$1')
    .trim()

/** 0 or nothing asks for none of it. */
const isOff = (key: string, value: string) => Object.hasOwn(notCarried, key) && /^0*$/.test(value)

const LOOKS_LIKE_A_KEY = /^[A-Z][A-Z0-9_]+$/

const names = [parameters, inputFiles, outputNames].flatMap((known) => Object.keys(known))

function isKnown(key: string): boolean {
  return (
    Object.hasOwn(parameters, key) ||
    Object.hasOwn(inputFiles, key) ||
    Object.hasOwn(outputNames, key) ||
    Object.hasOwn(olderNames, key) ||
    SAVE_KEY.test(key) ||
    MARZONE_KEY.test(key)
  )
}
