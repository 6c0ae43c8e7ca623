import { z } from 'zod'
import { parseJson } from './parse.js'

/** `manifest.sig`: who signed the manifest, and the signature. */
export interface SignatureFile {
  /** Name of the key, by which readers find the public one. */
  readonly keyId: string
  /** Ed25519 (RFC 8032) over the bytes of manifest.json, 64 bytes. */
  readonly signature: Buffer
}

const keyIdPattern = /^[A-Za-z0-9][A-Za-z0-9._:@/-]{0,127}$/

/** Key ids stand in messages and in files: short and printable. */
export function isKeyId(id: string): boolean {
  return keyIdPattern.test(id)
}

const schema = z.strictObject({
  algorithm: z.literal('ed25519'),
  keyId: z.string().regex(keyIdPattern),
  signature: z
    .base64()
    .transform((text) => ({ text, bytes: Buffer.from(text, 'base64') }))
    .refine(({ text, bytes }) => bytes.length === 64 && bytes.toString('base64') === text, 'is not 64 bytes')
    .transform(({ bytes }) => bytes),
})

/** Its one spelling: equal key and content, equal bytes. */
export function writeSignature({ keyId, signature }: SignatureFile): Uint8Array {
  const file = { algorithm: 'ed25519', keyId, signature: signature.toString('base64') }
  return Buffer.from(`${JSON.stringify(file, undefined, 2)}\n`, 'utf8')
}

/** Throws `archive-invalid`, saying what is wrong with it. */
export function readSignature(bytes: Uint8Array): SignatureFile {
  return parseJson('manifest.sig', bytes, schema)
}
