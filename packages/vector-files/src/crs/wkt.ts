import { maxWktLength } from '../defaults.js'

/** One `KEYWORD["name",1,OTHER[…]]` of a WKT1 definition. */
export interface WktNode {
  /** Upper case. */
  readonly keyword: string
  /** Texts, numbers, words and nodes, in order. */
  readonly values: readonly (string | number | WktNode)[]
}

/**
 * Parses a whole definition, strictly: skipping what is not understood would put shapes elsewhere. Throws a
 * SyntaxError.
 */
export function parseWkt(text: string): WktNode {
  if (text.length > maxWktLength) throw new SyntaxError(`it is longer than ${maxWktLength} characters`)
  const token = /\s*(?:"([^"]*)"|([A-Za-z]\w*)|([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)|([[\]()\],]))\s*/y
  let at = 0
  const next = () => {
    token.lastIndex = at
    const found = token.exec(text)
    if (!found) throw new SyntaxError(`character ${at + 1} is not understood`)
    at = token.lastIndex
    return { text: found[1], word: found[2], number: found[3], sign: found[4] }
  }
  const nodeOf = (keyword: string): WktNode => {
    const values: (string | number | WktNode)[] = []
    for (;;) {
      const { text: quoted, word, number } = next()
      if (quoted !== undefined) values.push(quoted)
      else if (number !== undefined) values.push(Number(number))
      else if (word !== undefined && /^\s*[[(]/.test(text.slice(at))) {
        next()
        values.push(nodeOf(word))
      } else if (word !== undefined) values.push(word)
      else throw new SyntaxError(`character ${at} is not understood`)
      const { sign } = next()
      if (sign === ']' || sign === ')') return { keyword: keyword.toUpperCase(), values }
      if (sign !== ',') throw new SyntaxError(`character ${at} is not understood`)
    }
  }
  const { word } = next()
  const { sign } = next()
  if (word === undefined || (sign !== '[' && sign !== '('))
    throw new SyntaxError('it does not begin with a keyword')
  const root = nodeOf(word)
  // A vertical CRS may follow the horizontal one.
  if (/^,\s*VERTCS\s*\[/i.test(text.slice(at))) {
    for (let skipped = 0; skipped < 3; skipped += 1) next()
    nodeOf('VERTCS')
  }
  if (at < text.length) throw new SyntaxError('something follows its end')
  return root
}

/** The nodes of that keyword. */
export const children = ({ values }: WktNode, keyword: string): readonly WktNode[] =>
  values.filter((value): value is WktNode => typeof value === 'object' && value.keyword === keyword)

/** The only node of that keyword. Throws a SyntaxError if there is none or more than one. */
export function child(node: WktNode, keyword: string): WktNode {
  const [only, second] = children(node, keyword)
  if (!only || second)
    throw new SyntaxError(`${node.keyword} has ${second ? 'more than one' : 'no'} ${keyword}`)
  return only
}

/** All numbers of the node. Throws a SyntaxError unless there are `count`: a decimal comma adds one. */
export function numbersOf({ keyword, values }: WktNode, count: number): readonly number[] {
  const numbers = values.filter((value) => typeof value === 'number')
  if (numbers.length !== count || !numbers.every(Number.isFinite))
    throw new SyntaxError(`${keyword} has ${numbers.length} numbers instead of ${count}`)
  return numbers
}

/** The only number of the node. */
export const numberOf = (node: WktNode): number => numbersOf(node, 1)[0] ?? 0

/** The name of the node. */
export function nameOf({ keyword, values: [name] }: WktNode): string {
  if (typeof name !== 'string') throw new SyntaxError(`${keyword} has no name`)
  return name
}
