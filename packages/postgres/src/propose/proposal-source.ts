import type { Table } from '../table-piece/catalogue.js'
import { snakeCase } from '../table-piece/facts/looks-secret.js'
import { type LeftBehind, leftBehindText } from './left-behind.js'
import type { ProposedTable, Question } from './proposal.js'
import { commentSource, Source, textSource, valueSource } from './source-text.js'

/** Tables of one schema that one piece carries. */
export interface ProposedPiece {
  readonly name: string
  readonly kind: string
  readonly schema: string
  readonly after: readonly string[]
  readonly tables: readonly ProposedTable[]
  /** Its resources can be given no new ids. */
  readonly exportOnly: boolean
}

export interface KindNames {
  readonly kind: string
  readonly variable: string
}

export interface ProposalParts {
  readonly root: Table
  readonly kind: string
  readonly kindQuestions: readonly Question[]
  readonly pieces: readonly ProposedPiece[]
  readonly leftBehind: readonly LeftBehind[]
}

/** `projects` as `project`, and `projectKind`. */
export function kindNames({ name }: Table): KindNames {
  const words = snakeCase(name)
    .replace(/ies$/, 'y')
    .replace(/(?<=[^s])s$/, '')
    .split('_')
    .filter((word) => /^[a-z0-9]+$/.test(word))
  const kind = words.join('-') || 'resource'
  const camel = words
    .map((word, at) => (at === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1)))
    .join('')
  return { kind, variable: /^[a-z]/.test(camel) ? `${camel}Kind` : 'resourceKind' }
}

/** The whole proposal as a module. */
export function proposalSource({ root, kind, kindQuestions, pieces, leftBehind }: ProposalParts): string {
  const variables = pieces.map((_, at) =>
    `pieces${pieces.length > 1 ? at + 1 : ''}`.replace(/^pieces$/, 'tables'),
  )
  const count = pieces.reduce((all, { tables }) => all + tables.length, 0)
  return [
    commentSource(
      `A proposal for "${root.schema}"."${root.name}" and the tables below it, ${count} in all, by piecework-check.`,
    ),
    commentSource(
      'Lines that begin with "?" ask what the catalogue does not say; answer them, and delete them.',
    ),
    ...(leftBehind.length > 0
      ? [commentSource(`Stay behind: ${leftBehind.map(leftBehindText).join(', ')}.`)]
      : []),
    `import type { ResourceKind } from '@piecework/core'\nimport { tablePiece } from '@piecework/postgres'\n\n`,
    ...kindQuestions.map((one) => questionSource(one, '')),
    kind,
    ...pieces.map((piece, at) => `\n${pieceSource(variables[at] ?? '', piece)}`),
    `\nexport const pieces = [${variables.join(', ')}]\n`,
  ].join('')
}

function pieceSource(
  variable: string,
  { name, kind, schema, after, tables, exportOnly }: ProposedPiece,
): string {
  const members = [
    `name: ${textSource(name)}`,
    `of: ${textSource(kind)}`,
    'version: 1',
    ...(schema === 'public' ? [] : [`schema: ${textSource(schema)}`]),
    ...(exportOnly ? ['exportOnly: true'] : []),
    ...(after.length === 0 ? [] : [`after: ${valueSource(after, '  ')}`]),
  ]
  const head = members.map((member) => `  ${member},\n`).join('')
  return `export const ${variable} = tablePiece({\n${head}  tables: [\n${tables.map(tableSource).join('')}  ],\n})\n`
}

function tableSource({ spec, set, questions }: ProposedTable): string {
  const sources = Object.entries(set).map(([column, source]) => [column, new Source(source)] as const)
  const all = { ...spec, ...(sources.length > 0 && { set: Object.fromEntries(sources) }) }
  return `${questions.map((one) => questionSource(one, '    ')).join('')}    ${valueSource(all, '    ')},\n`
}

const questionSource = ({ column, text }: Question, indent: string): string =>
  commentSource(`? ${column === undefined ? '' : `${column}: `}${text}`, indent)
