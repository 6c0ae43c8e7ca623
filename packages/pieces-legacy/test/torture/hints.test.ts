import assert from 'node:assert/strict'
import type { NewFinding } from '@piecework/core/piece'
import { suite } from 'uvu'
import { type Files, findingsOf, good, type TableName, tableRows } from './support/project.js'

/**
 * Each hint is followed: what it says is done to the file, by its own words where they hold what to write. Then the finding is gone, nothing
 * else is told, and the rows are those that were meant.
 */
const test = suite('hints that are followed')

interface Followed {
  readonly files: Files
  readonly code: string
  readonly says: RegExp
  /** The files with what the hint says; `hint` has matched `says`. */
  mend(hint: RegExpExecArray, finding: NewFinding): Files
  /** A table, and what is meant in its rows. Default: the rows of the flawless project. */
  readonly rows?: readonly [TableName, (cells: readonly unknown[]) => unknown, readonly unknown[]]
  /** What is told of the file as it was. Default: nothing but the finding itself. */
  readonly told?: number
}

const line = (text: string, at: number | undefined, change: (line: string) => string): string =>
  text
    .split('\n')
    .map((one, index) => (index + 1 === at ? change(one) : one))
    .join('\n')
const without = (text: string, at: number | undefined) =>
  text
    .split('\n')
    .filter((_, index) => index + 1 !== at)
    .join('\n')

const pu = good['pu.dat']
const spec = good['spec.dat']
const puvspr = good['puvspr.dat']
const input = good['input.dat']
const tabs = (text: string) => text.replaceAll(',', '\t')

/** What stands where pu.dat should, and how to come to the table. */
const otherKinds: Readonly<Record<string, readonly [content: string, says: RegExp]>> = {
  'a workbook': ['PK\x03\x04\0\0', /^Save a spreadsheet as CSV or tab-delimited text;/],
  'an older workbook': ['\xd0\xcf\x11\xe0\0\0', /^Save the table as CSV or tab-delimited text, in UTF-8\.$/],
  'a PDF': ['%PDF-1.4\n\0', /^Take the table from where the PDF came from/],
  'a file of R': ['\x1f\x8b\0\0', /^Unpack it, or write it from R with write\.csv\(\)\.$/],
  'an archive': ['Rar!\0\0', /^Unpack it\.$/],
  'a map': ['\x89PNG\0\0', /^Take the file that holds the table\.$/],
  'a file that was cut to pieces': [
    `${pu}\0\0\0`,
    /^Copy it again from where it came from; save a spreadsheet/,
  ],
  'a page that asks to sign in': [
    '<!DOCTYPE html>\n',
    /^Download the file itself: a page is what comes instead/,
  ],
  'a pointer of Git LFS': [
    'version https://git-lfs.github.com/spec/v1\n',
    /^Fetch the file itself: git lfs pull/,
  ],
  'a formatted document': ['{\\rtf1 id,cost}\n', /^Save it as plain text, in UTF-8\.$/],
  XML: ['<?xml version="1.0"?>\n', /^Save the table as CSV/],
}

/** Numbers that spreadsheets have spoilt: nothing but the source of the table has them. */
const spoilt: Readonly<Record<string, readonly [cell: string, says: RegExp]>> = {
  'a date': ['20-May', /: take it from the source of the table, into a column that is formatted as text\.$/],
  'a narrow column': ['####', /^Widen the column in the spreadsheet and save the table again\.$/],
  'a formula without a result': ['#REF!', /^Mend the formula in the spreadsheet and save the table again\.$/],
}

const hints: Readonly<Record<string, Followed>> = {
  ...Object.fromEntries(
    Object.entries(otherKinds).map(([what, [content, says]]) => [
      what,
      {
        files: { 'pu.dat': Buffer.from(content, 'latin1') },
        code: /^[\w<{]/.test(content) && !content.includes('\0') ? 'not-a-table' : 'binary',
        says,
        mend: () => ({ 'pu.dat': pu }),
      } satisfies Followed,
    ]),
  ),
  ...Object.fromEntries(
    Object.entries(spoilt).map(([what, [cell, says]]) => [
      what,
      {
        files: { 'pu.dat': pu.replace('20.5', cell) },
        code: 'number-invalid',
        says,
        mend: () => ({ 'pu.dat': pu }),
      } satisfies Followed,
    ]),
  ),
  'a quotation mark that is not closed': {
    files: { 'spec.dat': spec.replace('Eel grass', '"Eel grass') },
    code: 'quote-invalid',
    says: /^Look for a field that begins with a quotation mark and has none at its end/,
    mend: () => ({ 'spec.dat': spec.replace('Eel grass', '"Eel grass"') }),
  },
  'a quotation mark that is not closed, in a long file': {
    files: { 'spec.dat': `${spec.replace('Eel grass', '"Eel grass')}${'\n'.repeat(2 ** 21)}` },
    code: 'line-too-long',
    says: /^A quotation mark that is opened and not closed looks like this/,
    mend: () => ({ 'spec.dat': spec.replace('Eel grass', '"Eel grass"') }),
  },
  'a target below 0': {
    files: { 'spec.dat': 'id,target,spf,name\n7,-3,2,Eel grass\n8,5,1,Sand\n' },
    code: 'out-of-range',
    says: /^-1 or nothing says that it is not set\.$/,
    mend: () => ({ 'spec.dat': 'id,target,spf,name\n7,1.5,2,Eel grass\n8,5,1,Sand\n' }),
    rows: ['spec.dat', (cells) => cells[2], [1.5, 5]],
  },
  'a blank that is none behind a key': {
    files: { 'input.dat': input.replace('PUNAME ', 'PUNAME\u00a0') },
    code: 'invisible-characters',
    says: /^Type the line anew, with blanks alone between the key and its value\.$/,
    mend: (_, { line: at }) => ({ 'input.dat': line(input, at, () => 'PUNAME pu.dat') }),
  },
  'a decimal comma': {
    files: { 'pu.dat': tabs(pu).replace('20.5', '20,5') },
    code: 'decimal-comma',
    says: /as ([\d.]+),/,
    mend: ([, value = '']) => ({ 'pu.dat': tabs(pu).replace('20.5', value) }),
  },
  'thousands, in a table with points in them': {
    files: { 'pu.dat': tabs(pu).replace('1000', '1.000,0') },
    code: 'number-invalid',
    says: /as ([\d.]+), with a point/,
    mend: ([, value = '']) => ({ 'pu.dat': tabs(pu).replace('1000', value) }),
  },
  'a blank between thousands': {
    files: { 'pu.dat': pu.replace('1000', '1\u00a0000') },
    code: 'number-invalid',
    says: /as ([\d.]+), with a point/,
    mend: ([, value = '']) => ({ 'pu.dat': pu.replace('1000', value) }),
  },
  'two readings: the first': {
    files: { 'pu.dat': tabs(pu).replace('20.5', '20,500') },
    code: 'decimal-comma',
    says: /is meant, ([\d.]+) or ([\d.]+):/,
    mend: ([, value = '']) => ({ 'pu.dat': tabs(pu).replace('20.5', value) }),
  },
  'two readings: the second': {
    files: { 'pu.dat': tabs(pu).replace('1000', '1,000') },
    code: 'decimal-comma',
    says: /is meant, ([\d.]+) or ([\d.]+):/,
    mend: ([, , value = '']) => ({ 'pu.dat': tabs(pu).replace('1000', value) }),
  },
  'a character that cannot be seen': {
    files: { 'pu.dat': pu.replace('20.5', '20.5\u200b') },
    code: 'number-invalid',
    says: /^Type it anew, as ([\d.]+)\.$/,
    mend: ([, value = '']) => ({ 'pu.dat': pu.replace('20.5', value) }),
  },
  "DOS's end of a file": {
    files: { 'pu.dat': `${pu}\u001a` },
    code: 'invisible-characters',
    says: /^Delete the line\.$/,
    mend: (_, { line: at }) => ({ 'pu.dat': without(`${pu}\u001a`, at) }),
  },
  'a name of a column with a blank that is none': {
    files: { 'pu.dat': pu.replace('status', 'status\u00a0') },
    code: 'column-misspelled',
    says: /^Type the name anew: (\w+)$/,
    mend: ([, name = '']) => ({ 'pu.dat': pu.replace('status', name) }),
  },
  'a name of a column with a slip': {
    files: { 'pu.dat': pu.replace('status', 'staus') },
    code: 'column-unknown',
    says: /^If the column (\w+) is meant, name it so\.$/,
    mend: ([, name = '']) => ({ 'pu.dat': pu.replace('status', name) }),
  },
  'a column of costs under another name': {
    files: { 'pu.dat': pu.replace('cost', 'custo_total') },
    code: 'cost-missing',
    says: /If the column custo_total is meant, name it (\w+) in the header/,
    mend: ([, name = '']) => ({ 'pu.dat': pu.replace('cost', name) }),
    told: 2,
  },
  'no header': {
    files: { 'pu.dat': tabs(pu).slice(tabs(pu).indexOf('\n') + 1) },
    code: 'no-header',
    says: /in their order and separated as they are: ([\w, ]+)\.$/,
    mend: ([, names = '']) => ({
      'pu.dat': `${names.split(', ').slice(0, 3).join('\t')}\n${tabs(pu).slice(tabs(pu).indexOf('\n') + 1)}`,
    }),
  },
  'blanks as separators': {
    files: { 'pu.dat': pu.replaceAll(',', '  ') },
    code: 'delimiter-blanks',
    says: /^Put one tab or one comma between columns/,
    mend: () => ({ 'pu.dat': pu.replaceAll(',', '  ').replaceAll(/ +/g, '\t') }),
  },
  'an exponent': {
    files: { 'pu.dat': pu.replace('4,', '4e0,').replace('3,', '300e-2,') },
    code: 'integer-form',
    says: /^Write (\d+): Marxan itself reads (\S+) as (\d+)\.$/,
    mend: ([, value = '', text = '']) => ({
      'pu.dat': pu.replace('4,', '4e0,').replace('3,', '300e-2,').replace(text, value).replace('4e0', '4'),
    }),
  },
  'rows that are not separated as the header is': {
    files: { 'pu.dat': line(pu, 3, tabs) },
    code: 'field-count',
    says: /^The header is separated by commas, the row by tabs: separate all lines in the same way/,
    mend: (_, { line: at }) => ({
      'pu.dat': line(line(pu, 3, tabs), at, (row) => row.replaceAll('\t', ',')),
    }),
    // A row less than the other files ask for.
    told: 4,
  },
  'a number that is none': {
    files: { 'pu.dat': pu.replace('20.5', 'half') },
    code: 'number-invalid',
    says: /^Look up the number that is meant, and write it in its place\.$/,
    mend: () => ({ 'pu.dat': pu }),
  },
  'a file without rows': {
    files: { 'bound.dat': 'id1,id2,boundary\n' },
    code: 'no-rows',
    says: /^Take the file again from where it came from\.$/,
    mend: () => ({ 'bound.dat': good['bound.dat'] }),
  },
  'an id that comes again: its row deleted': {
    files: { 'pu.dat': `${pu}4,7,0\n` },
    code: 'id-duplicate',
    says: /^Delete the row that is wrong, or give it the id that it should have, in all files\.$/,
    mend: (_, { line: at }) => ({ 'pu.dat': without(`${pu}4,7,0\n`, at) }),
  },
  'a name that comes again': {
    files: { 'spec.dat': spec.replace('Sand', 'Eel grass') },
    code: 'name-duplicate',
    says: /^Give one of the two features another name\.$/,
    mend: () => ({ 'spec.dat': spec }),
  },
  'a column that comes again': {
    files: { 'pu.dat': 'id,cost,cost\n1,10,10\n2,20.5,20.5\n3,0,0\n4,1000,1000\n' },
    code: 'column-duplicate',
    says: /^Leave the one that is meant, and delete the other with its values\.$/,
    mend: () => ({ 'pu.dat': 'id,cost\n1,10\n2,20.5\n3,0\n4,1000\n' }),
    rows: ['pu.dat', (cells) => cells[1], [10, 20.5, 0, 1000]],
  },
  'neither a column prop nor target': {
    files: { 'spec.dat': 'id,spf,name\n7,2,Eel grass\n8,1,Sand\n' },
    code: 'column-missing',
    says: /^Add a column prop with the part of each feature that is wanted, such as 0\.3 for 30 %/,
    mend: () => ({ 'spec.dat': spec }),
  },
  'a quotation mark in a header': {
    files: { 'pu.dat': pu.replace('cost', '"cost') },
    code: 'quote-invalid',
    says: /^Put each name of a column between two quotation marks, or between none\.$/,
    mend: () => ({ 'pu.dat': pu }),
  },
  'a row that ends too early': {
    files: { 'pu.dat': pu.replace('2,20.5,1', '2,20.5') },
    code: 'field-count',
    says: /^Write a value for each name in the header, and nothing but the separator between them\.$/,
    mend: () => ({ 'pu.dat': pu }),
  },
  'an amount that comes again': {
    files: { 'puvspr.dat': `${puvspr}8,4,8\n` },
    code: 'amount-duplicate',
    says: /^Delete the row that is wrong; if both are parts of one amount, write their sum into one row\.$/,
    mend: (_, { line: at }) => ({ 'puvspr.dat': without(`${puvspr}8,4,8\n`, at) }),
  },
  'a target of a feature without amounts': {
    files: {
      'spec.dat': 'id,target,spf,name\n7,1,2,Eel grass\n8,5,1,Sand\n',
      'puvspr.dat': puvspr.replaceAll(/^8.*\n/gm, ''),
    },
    code: 'target-of-nothing',
    says: /^Add the amounts of the feature to puvspr\.dat; if nothing of it is to be conserved, set its target to 0\.$/,
    mend: () => ({ 'spec.dat': 'id,target,spf,name\n7,1,2,Eel grass\n8,5,1,Sand\n' }),
    rows: ['spec.dat', (cells) => cells[2], [1, 5]],
    told: 2,
  },
  'a key of Marxan with Zones': {
    files: { 'input.dat': `${input}ZONESNAME zones.dat\n` },
    code: 'marzone',
    says: /^Take the files of a project without zones, if there is one\.$/,
    mend: () => ({ 'input.dat': input }),
  },
  'a feature without a name': {
    files: { 'spec.dat': spec.replace('Sand', ''), names: 'required' },
    code: 'name-missing',
    says: /^Write a name for each feature into the column name\.$/,
    mend: () => ({ 'spec.dat': spec, names: 'required' }),
  },
  'two separators beside each other': {
    files: { 'pu.dat': line(tabs(pu), 3, (row) => row.replace('\t', '\t\t')) },
    code: 'field-count',
    says: /if none is meant, leave one of them\.$/,
    mend: (_, { line: at }) => ({
      'pu.dat': line(
        line(tabs(pu), 3, (row) => row.replace('\t', '\t\t')),
        at,
        (row) => row.replace('\t\t', '\t'),
      ),
    }),
  },
  'a quotation mark inside of quotation marks': {
    files: { 'spec.dat': spec.replace('Eel grass', '"Eel" grass') },
    code: 'quote-invalid',
    says: /write those inside of it twice: "the ""old"" reef"/,
    mend: () => ({ 'spec.dat': spec.replace('Eel grass', '"""Eel"" grass"') }),
    rows: ['spec.dat', (cells) => cells[4], ['"Eel" grass', 'Sand']],
    told: 2,
  },
  'a matrix': {
    files: { 'puvspr.dat': 'pu,7,8\n1,0.1,0\n' },
    code: 'puvspr-matrix',
    says: /^Write it as rows of (species,pu,amount)\.$/,
    mend: ([, header = '']) => ({ 'puvspr.dat': puvspr.replace(/^.*/, header) }),
  },
  'columns in another order': {
    files: { 'puvspr.dat': 'pu,species,amount\n1,7,0.1\n2,7,3\n2,8,4\n4,8,8\n' },
    code: 'column-order',
    says: /^Marxan itself reads them by position: (species, pu, amount)\.$/,
    mend: () => ({ 'puvspr.dat': puvspr }),
  },
  'a feature that is not in spec.dat: its rows deleted': {
    files: { 'puvspr.dat': `${puvspr}9,1,5\n` },
    code: 'feature-unknown',
    says: /^Add the feature to spec\.dat, or delete its rows\.$/,
    mend: (_, { line: at }) => ({ 'puvspr.dat': without(`${puvspr}9,1,5\n`, at) }),
  },
  'features that are numbered in another way': {
    files: { 'spec.dat': spec.replace('7,', '107,').replace('8,', '108,') },
    code: 'feature-unknown',
    says: /^No row is of a feature in spec\.dat: see whether the two files are of one project, and number its features in the same way\.$/,
    mend: () => ({ 'spec.dat': spec }),
    told: 3,
  },
  'names for ids': {
    files: { 'spec.dat': spec.replace('7,', 'Eel grass,').replace('8,', 'Sand,') },
    code: 'number-invalid',
    says: /^Give each a whole number as its id, the same one in all files of the project/,
    mend: () => ({ 'spec.dat': spec }),
  },
  'both prop and target': {
    files: { 'spec.dat': 'id,prop,target,spf,name\n7,0.3,2,2,Eel grass\n8,0.5,0,1,Sand\n' },
    code: 'prop-and-target',
    says: /^Set the one that is not meant to 0; Marxan itself takes the prop\.$/,
    mend: () => ({ 'spec.dat': 'id,prop,target,spf,name\n7,0.3,0,2,Eel grass\n8,0.5,0,1,Sand\n' }),
  },
  'proportions among targets': {
    files: {
      'spec.dat': 'id,prop,target,spf,name\n7,0,0.3,2,Eel grass\n8,0,0.5,1,Sand\n',
      'puvspr.dat': puvspr.replaceAll(/\d$/gm, '$&000'),
    },
    code: 'target-like-prop',
    says: /write these numbers into the column prop instead\.$/,
    mend: () => ({
      'spec.dat': 'id,prop,target,spf,name\n7,0.3,0,2,Eel grass\n8,0.5,0,1,Sand\n',
      'puvspr.dat': puvspr.replaceAll(/\d$/gm, '$&000'),
    }),
  },
  'an equals sign': {
    files: { 'input.dat': input.replace('NUMREPS 10', 'NUMREPS=10') },
    code: 'parameter-equals',
    says: /: (NUMREPS 10)$/,
    mend: ([, text = ''], { line: at }) => ({ 'input.dat': line(input, at, () => text) }),
  },
  'a remark behind a number': {
    files: { 'input.dat': input.replace('NUMREPS 10', 'NUMREPS 10 # runs') },
    code: 'number-invalid',
    says: /^Nothing but the number/,
    mend: (_, { line: at }) => ({ 'input.dat': line(input, at, (text) => text.replace(' # runs', '')) }),
  },
  'blanks between thousands in input.dat': {
    files: { 'input.dat': input.replace('NUMITNS 1000000', 'NUMITNS 1 000 000') },
    code: 'number-invalid',
    says: /as (\d+), with a point/,
    mend: ([, value = ''], { line: at }) => ({ 'input.dat': line(input, at, () => `NUMITNS ${value}`) }),
  },
  'a key with a slip': {
    files: { 'input.dat': input.replace('NUMREPS', 'NUMREP') },
    code: 'parameter-unknown',
    says: /^Did you mean (\w+)\?$/,
    mend: ([, key = ''], { line: at }) => ({ 'input.dat': line(input, at, () => `${key} 10`) }),
    told: 2,
  },
  'a key with a character that cannot be seen': {
    files: { 'input.dat': input.replace('BLM', '\u200bBLM') },
    code: 'invisible-characters',
    says: /^Type the line anew/,
    mend: (_, { line: at }) => ({ 'input.dat': line(input, at, () => 'BLM 1') }),
  },
  'an exponent in input.dat': {
    files: { 'input.dat': input.replace('1000000', '1e6') },
    code: 'integer-form',
    says: /^Write (\d+):/,
    mend: ([, value = '']) => ({ 'input.dat': input.replace('1000000', value) }),
  },
  'more decreases of the temperature than iterations': {
    files: { 'input.dat': input.replace('NUMTEMP 10000', 'NUMTEMP 2000000') },
    code: 'numtemp-too-large',
    says: /^Write a smaller NUMTEMP or a larger NUMITNS: there can be no more temperature decreases/,
    mend: () => ({ 'input.dat': input.replace('NUMTEMP 10000', 'NUMTEMP 1000000') }),
  },
  'values without keys': {
    files: { 'input.dat': 'Input file for Annealing program.\n100\n' },
    code: 'no-parameters',
    says: /its key, a blank and its value, for instance: (NUMREPS 100)\./,
    mend: ([, text = '']) => ({ 'input.dat': input.replace('NUMREPS 10', text) }),
    told: 22,
  },
  'UTF-16': {
    files: { 'pu.dat': Buffer.from(`\ufeff${pu}`, 'utf16le') },
    code: 'binary',
    says: /^Save it in UTF-8: /,
    mend: () => ({ 'pu.dat': pu }),
  },
  'columns between vertical bars': {
    files: { 'pu.dat': pu.replaceAll(',', '|') },
    code: 'column-missing',
    says: /^Separate the columns by commas or tabs: (\|) does not/,
    mend: ([, mark = '']) => ({ 'pu.dat': pu.replaceAll(',', '|').replaceAll(mark, ',') }),
    told: 2,
  },
  'quotation marks around whole lines': {
    files: { 'pu.dat': pu.replaceAll(/^.+$/gm, '"$&"') },
    code: 'column-missing',
    says: /^Remove the quotation marks around whole lines/,
    mend: () => ({ 'pu.dat': pu }),
    told: 2,
  },
  'a header of other names': {
    files: { 'pu.dat': pu.replace('id,cost,status', 'a,b,c') },
    code: 'column-missing',
    says: /must name the columns, for instance: ([\w,]+)\./,
    mend: ([, names = '']) => ({
      'pu.dat': pu.replace('id,cost,status', names.split(',').slice(0, 3).join(',')),
    }),
    told: 4,
  },
  'one column of another name': {
    files: { 'pu.dat': pu.replace('id,', 'key,') },
    code: 'column-missing',
    says: /^Add the column id, or give the one that is meant this name\. The header has: (key), cost, status$/,
    mend: ([, name = '']) => ({ 'pu.dat': pu.replace('id,', 'key,').replace(name, 'id') }),
    told: 2,
  },
  'columns that were read by position': {
    files: { 'bound.dat': good['bound.dat'].replace(/^.*/, 'from,to,length') },
    code: 'columns-by-position',
    says: /^Name them ([\w, ]+)\.$/,
    mend: ([, names = '']) => ({ 'bound.dat': good['bound.dat'].replace(/^.*/, names.replaceAll(' ', '')) }),
  },
  'a number of Fortran': {
    files: { 'pu.dat': pu.replace('20.5', '2.05D+01') },
    code: 'number-invalid',
    says: /^Write E instead of D\.$/,
    mend: () => ({ 'pu.dat': pu.replace('20.5', '2.05E+01') }),
  },
  'a missing number': {
    files: { 'pu.dat': pu.replace('20.5', 'NA') },
    code: 'number-invalid',
    says: /^Write the number that is meant: /,
    mend: () => ({ 'pu.dat': pu }),
  },
  'what GIS programs write where there is no value': {
    files: { 'pu.dat': pu.replace('20.5', '-9999') },
    code: 'out-of-range',
    says: /: write the one that is meant\.$/,
    mend: () => ({ 'pu.dat': pu }),
  },
  'a status that there is not': {
    files: { 'pu.dat': pu.replace('3,0,2', '3,0,7') },
    code: 'out-of-range',
    says: /1 in the starting reserve, (\d) locked in/,
    mend: ([, status = '']) => ({ 'pu.dat': pu.replace('3,0,2', `3,0,${status}`) }),
  },
  'a prop in per cent': {
    files: { 'spec.dat': spec.replace('0.3', '30') },
    code: 'out-of-range',
    says: /^It is a part of 1: (0\.3) stands for 30 %/,
    mend: ([, part = '']) => ({ 'spec.dat': spec.replace('0.3', part) }),
  },
  'neither prop nor target': {
    files: { 'spec.dat': 'id,prop,target,spf,name\n7,-1,,2,Eel grass\n8,0.5,-1,1,Sand\n' },
    code: 'prop-or-target',
    says: /: set one of them\.$/,
    mend: () => ({ 'spec.dat': 'id,prop,target,spf,name\n7,0.3,,2,Eel grass\n8,0.5,-1,1,Sand\n' }),
    rows: ['spec.dat', (cells) => cells[1], [0.3, 0.5]],
  },
  'a separation that is not used': {
    files: { 'spec.dat': 'id,prop,spf,name,sepnum\n7,0.3,2,Eel grass,\n8,0.5,1,Sand,-1\n' },
    code: 'value-empty',
    says: /or leave the column out if no feature uses it\.$/,
    mend: () => ({ 'spec.dat': spec }),
    told: 2,
  },
  'a name with the separator': {
    files: { 'spec.dat': spec.replace('Eel grass', 'Eel, grass') },
    code: 'field-count',
    says: /^Text that holds the separator must be in quotation marks/,
    mend: () => ({ 'spec.dat': spec.replace('Eel grass', '"Eel, grass"') }),
    rows: ['spec.dat', (cells) => cells[4], ['Eel, grass', 'Sand']],
  },
  'a name in another encoding': {
    files: { 'spec.dat': Buffer.from(spec.replace('Eel grass', 'Seegr\u00e4ser'), 'latin1') },
    code: 'text-encoding',
    says: /save it as UTF-8\.$/,
    mend: () => ({ 'spec.dat': spec.replace('Eel grass', 'Seegr\u00e4ser') }),
    rows: ['spec.dat', (cells) => cells[4], ['Seegr\u00e4ser', 'Sand']],
  },
  'a name with a character that cannot be seen': {
    files: { 'spec.dat': spec.replace('Eel grass', 'Eel\u200b grass') },
    code: 'invisible-characters',
    says: /^Type them anew in every file that has them/,
    mend: () => ({ 'spec.dat': spec }),
  },
  'a planning unit of the grid without a row': {
    files: { grid: [1, 2, 3, 4, 5] },
    code: 'unit-without-row',
    says: /^Add a row for each to pu\.dat, with its id, cost and status; or, if they are not in the project, delete them/,
    mend: () => ({ grid: [1, 2, 3, 4, 5], 'pu.dat': `${pu}5,1,0\n` }),
    rows: ['pu.dat', (cells) => cells[0], [1, 2, 3, 4, 5]],
  },
  'a planning unit of the grid that is in no other file': {
    files: { grid: [1, 2, 3, 4, 5] },
    code: 'unit-without-row',
    says: /delete them from the shapefile of the planning grid in a GIS\.$/,
    mend: () => ({ grid: [1, 2, 3, 4] }),
  },
  'a row that cannot be read, and its unit': {
    files: { 'pu.dat': line(pu, 3, tabs) },
    code: 'unit-without-row',
    says: /^Mend the rows of pu\.dat that cannot be read first\.$/,
    mend: () => ({ 'pu.dat': pu }),
    told: 4,
  },
  'boundaries of a planning unit that pu.dat lacks': {
    files: { 'pu.dat': without(pu, 4) },
    code: 'unit-unknown',
    says: /^See first whether pu\.dat lacks a row, and add it: its id, its cost and its status\./,
    mend: () => ({ 'pu.dat': pu }),
    told: 2,
  },
  'boundaries of a planning unit of none': {
    files: { 'bound.dat': `${good['bound.dat']}1,9,1\n` },
    code: 'unit-unknown',
    says: /Delete rows of bound\.dat only if their planning unit is not in the project\.$/,
    mend: (_, { line: at }) => ({ 'bound.dat': without(`${good['bound.dat']}1,9,1\n`, at) }),
  },
  'boundaries of another project': {
    files: { 'bound.dat': 'id1,id2,boundary\n101,102,1.5\n102,103,1.5\n' },
    code: 'unit-unknown',
    says: /^No row is of planning units in pu\.dat: see whether the two files are of one project, and number its planning units in the same way\.$/,
    mend: () => ({ 'bound.dat': good['bound.dat'] }),
  },
  'amounts in a planning unit that neither pu.dat nor the grid has': {
    files: { 'puvspr.dat': `${puvspr}8,5,8\n` },
    code: 'unit-unknown',
    says: /^If they belong to the project, add them to pu\.dat and to the planning grid; else nothing/,
    mend: () => ({ 'puvspr.dat': `${puvspr}8,5,8\n`, 'pu.dat': `${pu}5,1,0\n`, grid: [1, 2, 3, 4, 5] }),
    rows: ['pu.dat', (cells) => cells[0], [1, 2, 3, 4, 5]],
  },
  'a row of a planning unit that the grid lacks': {
    files: { 'pu.dat': `${pu}5,1,0\n` },
    code: 'unit-without-geometry',
    says: /^If they belong to the project, take the planning grid that has them; else nothing/,
    mend: () => ({ 'pu.dat': `${pu}5,1,0\n`, grid: [1, 2, 3, 4, 5] }),
    rows: ['pu.dat', (cells) => cells[0], [1, 2, 3, 4, 5]],
  },
  'a grid and a pu.dat of two projects': {
    files: {
      'pu.dat': 'id,cost,status\n71,10,0\n72,20.5,1\n',
      'puvspr.dat': 'species,pu,amount\n7,71,0.1\n8,72,4\n',
      'bound.dat': 'id1,id2,boundary\n71,72,1.5\n',
    },
    code: 'no-common-unit',
    says: /^Take the shapefile that this pu\.dat was made for, or the pu\.dat of this shapefile\.$/,
    mend: () => ({}),
  },
  'a key that comes again': {
    files: { 'input.dat': `${input}BLM 2\n` },
    code: 'parameter-duplicate',
    says: /^Delete the line that is not meant\.$/,
    mend: (_, { line: at }) => ({ 'input.dat': without(`${input}BLM 2\n`, at) }),
  },
  'a key that is missing': {
    files: { 'input.dat': input.replace(/^BLM .*\n/m, '') },
    code: 'parameter-default',
    says: /^If another value is meant, write it into input\.dat\.$/,
    mend: () => ({ 'input.dat': input }),
  },
  'planning units that are all locked': {
    files: { 'pu.dat': pu.replaceAll(/\d$/gm, '2') },
    code: 'all-units-locked',
    says: /write 0 as the status of those that may be chosen in pu\.dat\.$/,
    mend: () => ({ 'pu.dat': pu }),
  },
  'another boundary of the same two': {
    files: { 'bound.dat': `${good['bound.dat']}1,2,9\n` },
    code: 'boundary-differs',
    says: /^Leave the row that is right of each pair, and delete the others\.$/,
    mend: (_, { line: at }) => ({ 'bound.dat': without(`${good['bound.dat']}1,2,9\n`, at) }),
  },
  'two outer boundaries of one unit': {
    files: { 'bound.dat': `${good['bound.dat']}1,1,2\n` },
    code: 'outer-boundary-duplicate',
    says: /leave one outer boundary for each planning unit\.$/,
    mend: () => ({ 'bound.dat': good['bound.dat'] }),
  },
  'a column that the project does not have': {
    files: { 'pu.dat': pu.replace(/$/m, ',prob').replaceAll(/(?<=\d)$/gm, ',7') },
    code: 'column-not-carried',
    says: /^If nobody needs its values, delete the column; else keep this file, /,
    mend: () => ({ 'pu.dat': pu }),
  },
  'one half of a location': {
    files: { 'pu.dat': pu.replace(/$/m, ',xloc').replaceAll(/(?<=\d)$/gm, ',7') },
    code: 'location-incomplete',
    says: /^Add the other column, or delete this one\.$/,
    mend: () => ({ 'pu.dat': pu }),
  },
  'a location that is empty': {
    files: {
      'pu.dat': pu
        .replace(/$/m, ',xloc,yloc')
        .replaceAll(/(?<=[123])$/gm, ',7,8')
        .replace('0\n2', '0,,\n2'),
    },
    code: 'location-missing',
    says: /write both xloc and yloc of these planning units\.$/,
    mend: () => ({
      'pu.dat': pu.replace(/$/m, ',xloc,yloc').replaceAll(/(?<=\d)$/gm, ',7,8'),
    }),
    rows: ['pu.dat', (cells) => cells[0], [1, 2, 3, 4]],
  },
  'features without names': {
    files: { 'spec.dat': 'id,prop,spf\n7,0.3,2\n8,0.5,1\n' },
    code: 'name-missing',
    says: /^If names are wanted, add a column name to spec\.dat\.$/,
    mend: () => ({ 'spec.dat': spec }),
  },
  'a penalty that is not set': {
    files: { 'spec.dat': 'id,prop,spf,name,target2\n7,0.3,2,Eel grass,-1\n8,0.5,1,Sand,1\n' },
    code: 'value-not-set',
    says: /^If a value is wanted there, write it in the place of -1\.$/,
    mend: () => ({ 'spec.dat': 'id,prop,spf,name,target2\n7,0.3,2,Eel grass,2\n8,0.5,1,Sand,1\n' }),
    rows: ['spec.dat', (cells) => cells[0], [7, 8]],
  },
  'a grid that counts from 0': {
    files: { grid: [0, 1, 2, 3] },
    code: 'unit-without-row',
    says: /one of them counts from another number before rows are added\.$/,
    mend: () => ({ grid: [1, 2, 3, 4] }),
    told: 3,
  },
}

const flawless = async (files: Files): Promise<void> => {
  for (const table of ['pu.dat', 'spec.dat', 'puvspr.dat'] as const) {
    const content = files[table]
    if (content !== undefined)
      assert.deepEqual(await tableRows(table, content), await tableRows(table, good[table]))
  }
}

for (const [what, { files, code, says, mend, rows, told = 1 }] of Object.entries(hints))
  test(what, async () => {
    const findings = await findingsOf(files)
    const finding = findings.find((one) => one.code === `legacy/${code}`)
    assert.ok(finding, JSON.stringify(findings))
    assert.equal(findings.length, told, JSON.stringify(findings))
    const hint = says.exec(finding.hint ?? '')
    assert.ok(hint, `${says} is not ${finding.hint}`)
    const mended = mend(hint, finding)
    assert.deepEqual(await findingsOf(mended), [])
    if (rows) {
      const [table, meant, expected] = rows
      assert.deepEqual((await tableRows(table, mended[table] ?? '')).map(meant), expected)
    } else if (code !== 'prop-and-target' && code !== 'target-like-prop') await flawless(mended)
  })

test.run()
