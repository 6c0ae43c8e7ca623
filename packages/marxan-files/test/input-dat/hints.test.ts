import assert from 'node:assert/strict'
import { FindingCollector } from '@piecework/core/piece'
import { readInputDat } from '@piecework/marxan-files'
import { chunks } from '@piecework/test-support/fixtures/chunks.js'
import { suite } from 'uvu'

const test = suite('input.dat: what is said')

async function read(text: string) {
  const findings = new FindingCollector()
  const { parameters, files } = await readInputDat(chunks(text), { findings })
  const said = findings.list()
  return { parameters, files, said, defaults: said.filter(({ code }) => code === 'legacy/parameter-default') }
}

const others = async (text: string) =>
  (await read(text)).said.filter(({ code }) => code !== 'legacy/parameter-default')

test('a missing key is told with what Marxan itself takes, where that differs', async () => {
  const messages = (await read('VERSION 0.1\n')).defaults.map(({ message }) => message)
  for (const sentence of [
    'BLM is missing; its default 1 is used, while Marxan itself takes 0',
    'PROP is missing; its default 0.5 is used, while Marxan itself takes 0',
    'RANDSEED is missing; its default -1 is used, while Marxan itself does not run without it',
    'NUMREPS is missing; its default 10 is used, while Marxan itself takes 0',
    'NUMITNS is missing; its default 1000000 is used, while Marxan itself takes 0',
    'STARTTEMP is missing; its default -1 is used, while Marxan itself takes 1',
    'NUMTEMP is missing; its default 10000 is used, while Marxan itself takes 1',
    'HEURTYPE is missing; its default -1 is used, while Marxan itself takes 1',
    'VERBOSITY is missing; its default 2 is used, while Marxan itself takes 1',
    'RUNMODE is missing; its default 1 is used, while Marxan itself does not run without it',
    'PUNAME is missing; its default pu.dat is used, while Marxan itself does not run without it',
    'COSTTHRESH is missing; its default 0 is used',
    'COOLFAC is missing; its default 0 is used',
    'MISSLEVEL is missing; its default 1 is used',
  ])
    assert.ok(messages.includes(sentence), `${sentence} is not said: ${messages.join('\n')}`)
})

test('a number with blanks is not a number with a remark: deleting the rest would change it', async () => {
  const [blanks] = await others('NUMITNS 1 000 000\n')
  assert.match(blanks?.hint ?? '', /^If it is one number, write it as 1000000,/)
  const [remark] = await others('NUMREPS 100 # runs\n')
  assert.equal(remark?.hint, 'Nothing but the number may stand behind the key.')
  // Which of two numbers is meant cannot be known.
  assert.equal((await others('NUMREPS 10 20\n'))[0]?.hint, undefined)
})

test('2,500 has two readings', async () => {
  const [finding] = await others('BLM 2,500\n')
  assert.equal(finding?.message, 'BLM is "2,500", which may mean 2.5 or 2500')
})

test('a key that is not found for an invisible character is an error, not a default', async () => {
  for (const line of ['\u200bBLM 2', 'B\u00adLM 2', '\u001aBLM 2', '\u201cBLM 2\u201d', 'BLM\u200b 2']) {
    const { parameters, said } = await read(`NUMREPS 5\n${line}\n`)
    const about = said.filter(({ column }) => column === 'BLM')
    assert.deepEqual(
      about.map(({ severity, code, line }) => [severity, code, line]),
      [['error', 'legacy/invisible-characters', 2]],
      line,
    )
    assert.match(
      about[0]?.message ?? '',
      /^The line of BLM has U\+[0-9A-F]{4} [A-Z-]+.*, so that the key is not found$/,
    )
    assert.equal(parameters.BLM, 2)
  }
})

test("a blank that is none behind a key, and typesetters' quotation marks around a name, are told", async () => {
  const [blank, quotes, ...more] = await others('BLM\u00a02\nPUNAME \u201cpu.dat\u201d\n')
  assert.match(blank?.message ?? '', /^The line of BLM has U\+00A0 NO-BREAK SPACE;/)
  assert.match(
    quotes?.message ?? '',
    /^The line of PUNAME has U\+201C LEFT DOUBLE QUOTATION MARK and U\+201D/,
  )
  assert.deepEqual(more, [])
})

test("DOS's end of a file is told", async () => {
  const [{ message, line, severity } = { message: '', line: 0, severity: '' }, ...more] =
    await others('BLM 2\r\n\u001a')
  assert.deepEqual([severity, line, more], ['warning', 2, []])
  assert.match(message, /^The line holds nothing but U\+001A .*Ctrl-Z/)
  const [value] = await others('BLM 2\u001a')
  assert.match(value?.message ?? '', /which has U\+001A/)
})

test('whole numbers with exponents are one warning', async () => {
  const said = await others('NUMITNS 1e6\nNUMREPS 10.0\nNUMTEMP 1e4\n')
  assert.deepEqual(
    said.map(({ code, line, count }) => [code, line, count]),
    [['legacy/integer-form', 1, 3]],
  )
  assert.match(said[0]?.hint ?? '', /^Write 1000000: Marxan itself reads 1e6 as 1, and 1 more/)
})

test('Marxan with Zones is one error, however many of its keys there are', async () => {
  const said = await others('ZONESNAME zones.dat\nCOSTSNAME costs.dat\nZONECOSTNAME zonecost.dat\n')
  assert.deepEqual(
    said.map(({ code, line }) => [code, line]),
    [['legacy/marzone', 1]],
  )
  assert.match(
    said[0]?.message ?? '',
    /^ZONESNAME belongs to Marxan with Zones, as do COSTSNAME, ZONECOSTNAME:/,
  )
})

test('a slip beside the right key: the line that counts is told', async () => {
  const [slip] = await others('BLM 1\nBML 2\n')
  assert.equal(slip?.message, 'BML is not a known parameter; the line is ignored, and BLM is that of line 1')
})

test.run()
