import { TextDecoder } from 'node:util'

/** Code pages by the language byte of a dBASE header; those that TextDecoder supports. */
const byLanguage: Readonly<Record<number, string>> = {
  3: 'windows-1252',
  38: 'ibm866',
  77: 'gbk',
  78: 'euc-kr',
  79: 'big5',
  80: 'windows-874',
  87: 'windows-1252',
  88: 'windows-1252',
  89: 'windows-1252',
  101: 'ibm866',
  120: 'big5',
  121: 'euc-kr',
  122: 'gbk',
  123: 'shift_jis',
  124: 'windows-874',
  125: 'windows-1255',
  126: 'windows-1256',
  200: 'windows-1250',
  201: 'windows-1251',
  202: 'windows-1254',
  203: 'windows-1253',
  204: 'windows-1257',
}

/** The text encoding of a .dbf: as its .cpg says, else its language byte, else windows-1252. */
export function dbfDecoder(cpg: string | undefined, language: number): TextDecoder {
  const named = cpg?.trim().replace(/^ansi\s+/i, '') ?? ''
  const candidates = [
    named,
    named.replace(/^65001$/, 'utf-8'),
    named.replace(/^(\d{4})$/, 'windows-$1'),
    named.replace(/^(?:iso-?)?8859-?(\d+)$/i, 'iso-8859-$1'),
    byLanguage[language] ?? '',
  ]
  for (const label of candidates) {
    const decoder = tryDecoder(label)
    if (decoder) return decoder
  }
  return new TextDecoder('windows-1252')
}

function tryDecoder(label: string): TextDecoder | undefined {
  if (label === '') return undefined
  try {
    return new TextDecoder(label)
  } catch {
    return undefined
  }
}
