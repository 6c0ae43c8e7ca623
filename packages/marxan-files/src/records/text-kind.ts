/** What a text that is no table is, and what to do. */
export interface TextKind {
  readonly what: string
  readonly hint: string
}

const kinds: readonly (readonly [begins: RegExp, what: string, hint: string])[] = [
  [
    /^<(?:!doctype\s+html|html|head|body|script|meta)\b/i,
    'a web page',
    'Download the file itself: a page is what comes instead where one has to sign in, or of a link to a view of the file.',
  ],
  [/^<\?xml\b/i, 'XML', 'Save the table as CSV or tab-delimited text, in UTF-8.'],
  [
    /^version https:\/\/git-lfs\.github\.com\//,
    'a pointer of Git LFS, which stands for a file that was not downloaded',
    'Fetch the file itself: git lfs pull.',
  ],
  [/^\{\\rtf/, 'a formatted document (RTF)', 'Save it as plain text, in UTF-8.'],
  [/^[[{]\s*(?:["{[]|$)/, 'JSON', 'Save the table as CSV or tab-delimited text, in UTF-8.'],
]

/** `line` is the first line that is not blank. */
export function textKind(line: string): TextKind | undefined {
  const [, what, hint] = kinds.find(([begins]) => begins.test(line.trimStart())) ?? []
  return what === undefined || hint === undefined ? undefined : { what, hint }
}
