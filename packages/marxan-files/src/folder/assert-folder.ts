import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { PieceworkError } from '@piecework/core/piece'
import { marxanWebHint } from './marxan-web.js'

/** Throws `input-incomplete` unless there is a folder that can be read. */
export async function assertFolder(folder: string): Promise<void> {
  const facts = await stat(folder).catch((cause: unknown) => {
    throw new PieceworkError('input-incomplete', `There is no folder ${folder} that can be read`, { cause })
  })
  if (facts.isDirectory()) return
  const isMarxanWeb = /\.mxw$/i.test(folder)
  if (!isMarxanWeb && !/\.zip$/i.test(folder))
    throw new PieceworkError(
      'input-incomplete',
      `${folder} is a file, not a folder; the one that it is in is ${dirname(folder)}`,
    )
  const message = isMarxanWeb
    ? `${folder} is a project of Marxan Web, which is a zip of a Marxan folder`
    : `${folder} is a zip, not a folder`
  const finding = {
    severity: 'error',
    code: 'legacy/zipped-folder',
    piece: 'legacy-marxan',
    message,
  } as const
  throw new PieceworkError('input-incomplete', message, {
    findings: [{ ...finding, hint: marxanWebHint(folder) }],
  })
}
