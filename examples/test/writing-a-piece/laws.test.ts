import { embedded } from '@piecework/embedded'
import { pieceLaws } from '@piecework/testkit'
import { suite } from 'uvu'
import { notebookKind } from '../../src/writing-a-piece/notebook-kind.js'
import { cover, pages } from '../../src/writing-a-piece/pages.js'
import { stickers } from '../../src/writing-a-piece/stickers.js'
import { tables } from '../../src/writing-a-piece/tables.js'
import { coverContent, pagesContent, sampleNotebook, stickersContent } from './sample.js'

const test = suite('notebooks')
const database = await embedded()
for (const statement of tables.split(';')) await database.query(statement)
test.after(() => database.close())

const host = { kind: notebookKind, database: () => database, sample: sampleNotebook }
pieceLaws(test, { ...host, piece: cover, content: coverContent })
pieceLaws(test, { ...host, piece: pages, content: pagesContent })
pieceLaws(test, { ...host, piece: stickers, content: stickersContent, before: [pages] })
test.run()
