import type { ZippedFile } from '@piecework/core/archive'
import { readXml } from './read-xml.js'
import { TextCollector } from './text-collector.js'
import { assertAtMost } from './workbook-error.js'
import type { PartsContext } from './workbook-parts.js'

/** The texts that cells refer to by their number, as they stand there. */
export async function sharedStrings(
  file: ZippedFile | undefined,
  context: PartsContext,
): Promise<readonly string[]> {
  const { place, limits } = context
  const strings: string[] = []
  if (!file) return strings
  const collector = new TextCollector(limits.cellCharacters, () => place)
  let characters = 0
  const events = {
    opened: (name: string) => collector.opened(name),
    text: (text: string) => collector.text(text),
    closed: (name: string) => {
      collector.closed(name)
      if (name !== 'si') return
      const text = collector.take()
      characters += text.length
      assertAtMost('The number of shared strings', strings.push(text), limits.sharedStrings, place)
      assertAtMost('The length of all shared strings', characters, limits.sharedCharacters, place)
    },
  }
  for await (const _ of readXml(file, events, { ...context, tokenCharacters: limits.cellCharacters }));
  return strings
}
