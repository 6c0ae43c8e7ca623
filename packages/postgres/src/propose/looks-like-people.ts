import type { Column, Table } from '../table-piece/catalogue.js'
import { snakeCase } from '../table-piece/facts/looks-secret.js'

const tableName = /(?:^|_)(?:users?|accounts?|people|persons?|principals?|members?)$/
const mailName = /^(?:e_?mail|mail|e_?mail_?address|mail_?address)$/

/** Whether rows of the table are people: they have an e-mail address, which is unique, or a name that says so. */
export const looksLikePeople = (table: Table): boolean => {
  const mail = mailColumn(table)
  return mail !== undefined && (table.unique.has(mail.name) || tableName.test(snakeCase(table.name)))
}

export const mailColumn = ({ columns }: Table): Column | undefined =>
  [...columns.values()].find(({ name }) => mailName.test(snakeCase(name)))
