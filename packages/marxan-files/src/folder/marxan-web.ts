import { basename } from 'node:path'

/** How to unpack the zip of a project of Marxan Web (.mxw), or another one. */
export function marxanWebHint(path: string): string {
  const folder = basename(path).replace(/\.[^.]*$/, '')
  const byHand = /\.zip$/i.test(path) ? '' : 'renaming it to .zip and '
  return `Unpack it, with unzip ${quoted(path)} -d ${quoted(folder)} or by ${byHand}opening it, and check the folder that has input.dat.`
}

const quoted = (text: string): string =>
  /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
