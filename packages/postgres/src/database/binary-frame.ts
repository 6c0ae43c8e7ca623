/**
 * Header of a binary COPY: its signature, no flags, no extension.
 *
 * @see https://www.postgresql.org/docs/current/sql-copy.html "Binary Format"
 */
export const binaryRowsBegin: Uint8Array = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1')

/** Trailer, in the place of the next row's number of values. */
export const binaryRowsEnd: Uint8Array = Buffer.from([0xff, 0xff])
