import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Busboy } from '@fastify/busboy'
import { fileNameLength, formDefaults } from '../defaults.js'
import { httpError } from '../problems/http-error.js'

export interface UploadedFile {
  readonly bytes: AsyncIterable<Uint8Array>
  readonly fileName?: string
}

export interface Multipart {
  /** Those before the file. */
  readonly fields: Readonly<Record<string, string>>
  /** Its bytes end with an error if anything but the end follows it. */
  readonly file: UploadedFile
  /** Reads no more. */
  end(): void
}

/**
 * Reads up to the beginning of the file, then the file as it is taken. Throws `http/malformed` without a file, and
 * for what is no multipart; `http/too-large` for more fields than `fieldBytes`.
 */
export function readMultipart(
  bytes: AsyncIterable<Uint8Array>,
  contentType: string,
  fieldBytes: number,
): Promise<Multipart> {
  const fields = new Map<string, string>()
  let read = 0
  let file: Readable | undefined
  return new Promise((resolve, reject) => {
    const parser = parserOf(contentType, fieldBytes)
    const fail = (error: Error): void => {
      // At once: what is left of a chunk is parsed all the same, and a file may come in it.
      reject(error)
      parser.destroy(error)
    }
    parser.on('field', (name, value, nameCut, valueCut) => {
      read += name.length + Buffer.byteLength(value)
      if (file) fail(malformed(`The field "${shown(name)}" comes after the file: fields come before it.`))
      else if (nameCut || valueCut || read > fieldBytes)
        fail(
          httpError('http/too-large', `The fields are larger than ${fieldBytes} bytes.`, {
            facts: { maxBytes: fieldBytes },
          }),
        )
      else if (fields.has(name)) fail(malformed(`The field "${shown(name)}" is there twice.`))
      else fields.set(name, value)
    })
    parser.on('fieldsLimit', () => fail(malformed('There are more than 100 fields.')))
    parser.on('filesLimit', () => fail(malformed('There is more than one file.')))
    parser.on('file', (_name, stream, fileName) => {
      file = stream
      // What has gone wrong is thrown by the pipeline.
      stream.on('error', () => undefined)
      const name = cleanName(fileName)
      resolve({
        fields: Object.fromEntries(fields),
        file: { bytes: wholeFile(stream, parsed), ...(name !== undefined && { fileName: name }) },
        end: () => void parser.destroy(),
      })
    })
    const source = Readable.from(bytes, { objectMode: true, highWaterMark: 1 })
    const parsed = pipeline(source, parser).catch((error: unknown) => {
      throw isOurs(error) ? error : malformed('The body is no multipart/form-data that can be read.', error)
    })
    parsed.then(
      () => reject(malformed('The form has no file.')),
      (error: unknown) => {
        file?.destroy(error as Error)
        reject(error)
      },
    )
  })
}

function parserOf(contentType: string, fieldSize: number) {
  const limits = {
    fields: formDefaults.fields,
    fieldNameSize: formDefaults.nameCharacters,
    fieldSize,
    files: 1,
    headerPairs: formDefaults.headers,
  }
  try {
    return new Busboy({ headers: { 'content-type': contentType }, limits })
  } catch (cause) {
    throw malformed('The type multipart/form-data is sent without its boundary.', cause)
  }
}

async function* wholeFile(stream: Readable, parsed: Promise<void>): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of stream) yield chunk
  } catch (error) {
    // The parser's own error says more than that its stream has been closed.
    await parsed
    throw error
  }
  await parsed
}

function isOurs(error: unknown): boolean {
  return error instanceof Error && error.name === 'PieceworkError'
}

function malformed(message: string, cause?: unknown): Error {
  return httpError('http/malformed', message, { cause })
}

function shown(name: string): string {
  return name.slice(0, 100)
}

/** Without folders and characters that end a line or a text. */
export function cleanName(name: string | undefined): string | undefined {
  const last = name?.split(/[\\/]/).at(-1)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must go
  const clean = last?.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').trim()
  return clean ? clean.slice(0, fileNameLength) : undefined
}
