import { type NodeResult, PieceworkError, type Queryable } from '@piecework/core/store'
import { codePoint, Encoding } from '../database/encoding.js'

const isAscii = (json: string): boolean => !/\P{ASCII}/u.test(json)

/**
 * What a node tells, as the store's database can hold it: values of a file, which messages quote, may have
 * characters that its encoding does not have.
 */
export async function storableResult(
  result: NodeResult,
  transaction: <T>(work: (tx: Queryable) => Promise<T>) => Promise<T>,
): Promise<NodeResult> {
  const { error, findings, output } = result
  if (!error && !findings?.length && output === undefined) return result
  const json = JSON.stringify({ error, findings, output })
  if (isAscii(json)) return result
  return transaction(async (tx) => {
    const encoding = await Encoding.of(tx)
    if (!encoding) return result
    await encoding.learn(tx, [json])
    return {
      ...result,
      ...(JSON.parse(encoding.escaped(json)) as Pick<NodeResult, 'error' | 'findings' | 'output'>),
    }
  })
}

/** Throws `options-invalid` for a text that the store's database cannot hold as it is. */
export async function assertStorable(tx: Queryable, asked: Readonly<Record<string, unknown>>): Promise<void> {
  const json = JSON.stringify(asked)
  if (isAscii(json)) return
  const encoding = await Encoding.of(tx)
  await encoding?.learn(tx, [json])
  const lacking = encoding?.lacking(json)
  if (encoding === undefined || lacking === undefined) return
  throw new PieceworkError(
    'options-invalid',
    `A text of this request has "${lacking}" (${codePoint(lacking)}), which the encoding ${encoding.name} of the database does not have.`,
    { facts: { encoding: encoding.name, character: lacking } },
  )
}
