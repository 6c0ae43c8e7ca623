import { fromRandomAccessReaderPromise, type ZipFile } from 'yauzl'
import type { ByteSource } from './source.js'
import { WindowReader } from './window-reader.js'

/**
 * Opens the directory of a zip for `read`; names of entries are left undecoded, since callers check them more
 * strictly. The data of entries is read by `recordBytes`. @internal
 */
export async function withZip<T>(
  source: ByteSource,
  read: (zip: ZipFile, reader: WindowReader) => Promise<T>,
): Promise<T> {
  const reader = new WindowReader(source)
  const zip = await fromRandomAccessReaderPromise(reader, source.size, {
    autoClose: false,
    decodeStrings: false,
  })
  try {
    return await read(zip, reader)
  } finally {
    zip.close()
  }
}
