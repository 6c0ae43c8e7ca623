/** Text of .dat files is UTF-8 or, in older ones, windows-1252. */
export interface Decoded {
  readonly text: string
  readonly legacy: boolean
}

export function decode(bytes: Uint8Array): Decoded {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes), legacy: false }
  } catch {
    return { text: new TextDecoder('windows-1252').decode(bytes), legacy: true }
  }
}
