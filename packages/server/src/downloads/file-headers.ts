import contentDisposition from 'content-disposition'
import { mediaTypes } from '../defaults.js'

/** Headers of a file that someone has made: it is saved and not shown, whatever is in it. */
export function fileHeaders(mediaType: string, fileName: string): Readonly<Record<string, string>> {
  const type = mediaType.split(';')[0]?.trim().toLowerCase() ?? ''
  const shown = mediaTypes.includes(type) ? type : 'application/octet-stream'
  // Of what a browser would show, a picture of points is what cannot hold a program.
  const disposition = shown === 'image/png' ? 'inline' : 'attachment'
  return {
    'content-type': shown,
    'content-disposition': contentDisposition(fileName, { type: disposition }),
    'x-content-type-options': 'nosniff',
    'content-security-policy': "sandbox; default-src 'none'",
    'cache-control': 'private, no-store',
  }
}
