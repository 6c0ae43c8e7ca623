import type { Queryable } from '@piecework/core/store'
import { defaults } from '../defaults.js'

/** Encodings into which every text goes: SQL_ASCII takes bytes as they are. */
const complete: ReadonlySet<string> = new Set(['UTF8', 'SQL_ASCII'])

/** A character beyond ASCII; what EUC_JIS_2004 may have only behind another one, with that one. */
const beyondAscii = /\P{ASCII}(?:\u02e5|\u02e9|\u0300|\u0301|\u309a)?/gu

/** By encoding: whether it has a character. */
const known = new Map<string, Map<string, boolean>>()

/** The encoding of a database that does not have all characters. */
export class Encoding {
  readonly name: string
  readonly #has: Map<string, boolean>

  private constructor(name: string) {
    this.name = name
    this.#has = known.get(name) ?? new Map()
    known.set(name, this.#has)
  }

  /** Undefined where every text has a place. */
  static async of(db: Queryable): Promise<Encoding | undefined> {
    const { rows } = await db.query<{ name: string }>('SELECT pg_catalog.getdatabaseencoding() AS name')
    return Encoding.named(rows[0]?.name ?? '')
  }

  /** As the server calls it. Undefined where every text has a place. */
  static named(name: string): Encoding | undefined {
    return name === '' || complete.has(name) ? undefined : new Encoding(name)
  }

  /** Asks about the characters of the texts, of which each is asked about once in this process. */
  async learn(tx: Queryable, texts: Iterable<string>): Promise<void> {
    if (this.#has.size > defaults.knownCharacters) this.#has.clear()
    const asked = new Map<string, string>()
    for (const text of texts)
      for (const [character] of text.matchAll(beyondAscii))
        if (!this.#has.has(character)) asked.set(Buffer.from(character).toString('hex'), character)
    if (asked.size === 0) return
    await tx.query(`SELECT pg_catalog.set_config('piecework.characters', $1, true)`, [
      [...asked.keys()].join(' '),
    ])
    await tx.query(keepLacking)
    const { rows } = await tx.query<{ lacking: string }>(
      `SELECT pg_catalog.current_setting('piecework.characters') AS lacking`,
    )
    const lacking = new Set(rows[0]?.lacking.split(' '))
    for (const [bytes, character] of asked) this.#has.set(character, !lacking.has(bytes))
  }

  /** The first character of the text that it does not have, of those that were learned. */
  lacking(text: string): string | undefined {
    for (const [character] of text.matchAll(beyondAscii))
      if (this.#has.get(character) === false) return character
    return undefined
  }

  /** A JSON text in which the strings spell out what it does not have, for people. */
  escaped(json: string): string {
    return json.replace(beyondAscii, (character) =>
      this.#has.get(character) === false ? [...character].map(spelledOut).join('') : character,
    )
  }
}

/** `U+0141`, for messages. */
export const codePoint = (character: string): string =>
  `U+${character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}`

const spelledOut = (character: string): string => `\\\\u{${character.codePointAt(0)?.toString(16)}}`

/** Each by itself, because a statement ends at the first that cannot be converted. */
const keepLacking = `DO $piecework$
DECLARE
  bytes pg_catalog.text;
  lacking pg_catalog.text := '';
BEGIN
  FOREACH bytes IN ARRAY pg_catalog.string_to_array(pg_catalog.current_setting('piecework.characters'), ' ') LOOP
    BEGIN
      PERFORM pg_catalog.convert(pg_catalog.decode(bytes, 'hex'), 'UTF8', pg_catalog.getdatabaseencoding());
    EXCEPTION WHEN untranslatable_character THEN
      lacking := lacking || ' ' || bytes;
    END;
  END LOOP;
  PERFORM pg_catalog.set_config('piecework.characters', lacking, true);
END $piecework$`
