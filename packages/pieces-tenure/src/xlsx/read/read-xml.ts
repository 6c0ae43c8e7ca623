import type { ZippedFile } from '@piecework/core/archive'
import { SaxesParser } from 'saxes'
import { xmlAttributes, xmlDepth } from './read-limits.js'
import { assertAtMost, type CellPlace, workbookInvalid } from './workbook-error.js'

export type XmlAttributes = Readonly<Record<string, string>>

/** Names come without their prefix. */
export interface XmlEvents {
  opened(name: string, attributes: XmlAttributes): void
  closed?(name: string): void
  text?(text: string): void
}

export interface XmlOptions {
  readonly place: CellPlace
  /** UTF-16 units of one text, name or value of an attribute, give or take a chunk. */
  readonly tokenCharacters: number
  readonly signal?: AbortSignal | undefined
}

/**
 * Parses a part of a workbook, and gives control back behind each chunk. Refuses a document type, so that no entity is expanded
 * and nothing outside is read.
 */
export async function* readXml(
  { name, open }: ZippedFile,
  events: XmlEvents,
  { place, tokenCharacters, signal }: XmlOptions,
): AsyncGenerator<void> {
  const invalid = (message: string, cause?: unknown) =>
    workbookInvalid(`the part ${JSON.stringify(name.slice(0, 200))} ${message}`, place, cause)
  const parser = new SaxesParser()
  let [depth, attributes, unfinished] = [0, 0, 0]
  parser.on('error', (error) => {
    throw invalid(`is not well-formed: ${error.message.slice(0, 200)}`, error)
  })
  parser.on('doctype', () => {
    throw invalid('has a document type')
  })
  parser.on('attribute', () => {
    assertAtMost('The number of attributes of an element', ++attributes, xmlAttributes, place)
    unfinished = 0
  })
  parser.on('opentag', ({ name, attributes: all }) => {
    assertAtMost('The depth of the XML', ++depth, xmlDepth, place)
    attributes = 0
    unfinished = 0
    events.opened(localName(name), all as XmlAttributes)
  })
  parser.on('closetag', ({ name }) => {
    depth -= 1
    unfinished = 0
    events.closed?.(localName(name))
  })
  const text = (some: string): void => {
    unfinished = 0
    events.text?.(some)
  }
  parser.on('text', text)
  parser.on('cdata', text)

  const decoder = new TextDecoder('utf-8', { fatal: true })
  const decoded = (bytes?: Uint8Array): string => {
    try {
      return decoder.decode(bytes, { stream: bytes !== undefined })
    } catch (error) {
      throw invalid('is not UTF-8', error)
    }
  }
  for await (const bytes of open()) {
    signal?.throwIfAborted()
    const chunk = decoded(bytes)
    unfinished += chunk.length
    parser.write(chunk)
    assertAtMost('The length of a text', unfinished, tokenCharacters + chunk.length, place)
    yield
  }
  parser.write(decoded()).close()
  yield
}

const localName = (name: string): string => name.slice(name.indexOf(':') + 1)

/** Parses a small part at once. */
export async function readWholeXml(file: ZippedFile, events: XmlEvents, options: XmlOptions): Promise<void> {
  for await (const _ of readXml(file, events, options));
}
