import { isPieceworkError } from '@piecework/core/store'
import { findingsText } from './findings-text.js'
import type { LawTest } from './law.js'

const page = 'https://github.com/piecework/piecework/blob/main/docs/laws.md'

/** The same test, whose failures name what was found and link to the law that its name begins with (`exclusion: …`). */
export function linked(test: LawTest): LawTest {
  return (name, run) =>
    test(name, () =>
      run().catch((error: unknown) => {
        const law = /^[a-z -]+(?=[:,])/.exec(name)?.[0]
        if (isPieceworkError(error)) error.message += findingsText(error.findings)
        if (law && error instanceof Error)
          error.message += `\nThe law "${law}": ${page}#${law.replaceAll(' ', '-')}`
        throw error
      }),
    )
}
