import { closest, type FindingCollector } from '@piecework/core/piece'
import { isMarzoneKey, isSilentKey, notCarried } from './other-keys.js'
import { knownNames, newerNames, saveRule } from './parameters.js'

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
  for (const [at, content] of text.split(/\r\n|\n|\r/).entries())
    readLine(unquoted(content), { file, line: at + 1 }, given, findings)
  for (const [older, name] of Object.entries(newerNames)) {
    const setting = given.get(older)
    if (setting && !given.has(name)) given.set(name, setting)
  }
  return given
}

interface Line {
  readonly file: string
  readonly line: number
}

function readLine(text: string, place: Line, given: Map<string, Setting>, findings: FindingCollector): void {
  const { line } = place
  const [, key = '', value = ''] = /^(\S+)(?:\s+(.*))?$/s.exec(text) ?? []
  const [name = ''] = key.split('=', 1)
  if (isKnown(name) && (name !== key || value.startsWith('='))) {
    const meant = text.slice(name.length).replace(/^\s*=\s*/, '')
    findings.error('legacy/parameter-equals', { ...place, column: name }, () => ({
      message: `${name} is written with an equals sign`,
      hint: `Write the key, a blank and the value: ${name} ${meant}`,
    }))
    // Not missing, whatever is on other lines.
    given.set(name, { key: name, value: meant, line })
  } else if (isKnown(key)) {
    const before = given.get(key)
    if (before)
      findings.warning('legacy/parameter-duplicate', { ...place, column: key }, () => ({
        message: `${key} stands on line ${before.line} and again on line ${line}; the last one counts`,
      }))
    given.set(key, { key, value, line })
  } else if (name === key && looksLikeKey(key) && !isSilentKey(key) && !isOff(key, value))
    reportUnknown(key, place, findings)
}

function reportUnknown(key: string, place: Line, findings: FindingCollector): void {
  findings.warning('legacy/parameter-unknown', { ...place, column: key }, () => {
    if (Object.hasOwn(notCarried, key)) return { message: `${key} is not imported: ${notCarried[key]}` }
    const meant = closest(key, knownNames)
    return {
      message: `${key} is not a known parameter; the line is ignored`,
      ...(meant !== undefined && { hint: `Did you mean ${meant}?` }),
    }
  })
}

/** CSV writers put a line with a comma into quotation marks. */
const unquoted = (line: string) =>
  line
    .trim()
    .replace(/^"([^"]*)"$/, '$1')
    .trim()

/** 0 or nothing asks for none of it. */
const isOff = (key: string, value: string) => Object.hasOwn(notCarried, key) && /^0*$/.test(value)

const looksLikeKey = (key: string) => /^[A-Z][A-Z0-9_]+$/.test(key)

const known: ReadonlySet<string> = new Set([...knownNames, ...Object.keys(newerNames)])

const isKnown = (key: string): boolean => known.has(key) || saveRule(key) !== undefined || isMarzoneKey(key)
