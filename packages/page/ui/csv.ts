import { forPage } from './causes.js'
import './findings-words.js'
import type { Finding } from './model.js'
import type { Words } from './words.js'

/** As a spreadsheet opens it: UTF-8 with its mark, commas, CRLF. What a spreadsheet would calculate is text. */
export function csvOf(items: readonly Finding[], t: Words): string {
  const head = ['kind', 'file', 'line', 'column', 'value', 'message', 'hint'].map((name) =>
    t(`findings.${name}`),
  )
  const rows = items.map(({ severity, file, line, column, value, message, hint, count }) => [
    t(`findings.${severity}`),
    file ?? '',
    line === undefined ? '' : String(line),
    column ?? '',
    value ?? '',
    count === undefined ? message : `${message} (${t('findings.times', { count })})`,
    forPage(hint ?? ''),
  ])
  return `\ufeff${[head, ...rows].map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`
}

function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
