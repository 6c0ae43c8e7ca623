import { openPromise, type ZipFile } from 'yauzl'

/** Whether a zip holds a file whose path is like that. False also for what is not a zip. */
export async function zipHolds(path: string, isLike: (fileName: string) => boolean): Promise<boolean> {
  let zip: ZipFile | undefined
  try {
    zip = await openPromise(path, { autoClose: false, lazyEntries: true })
    for await (const { fileName } of zip.eachEntry()) if (isLike(String(fileName))) return true
    return false
  } catch {
    return false
  } finally {
    zip?.close()
  }
}
