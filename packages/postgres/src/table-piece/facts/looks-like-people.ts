import type { Column, Table } from '../catalogue.js'
import { snakeCase } from './looks-secret.js'

const tableName = /(?:^|_)(?:users?|accounts?|people|persons?|principals?|members?)$/
const mailName = /^(?:e_?mail|mail|e_?mail_?address|mail_?address)$/

const loginName = /^(?:login|user_?name|handle|nick(?:_?name)?|screen_?name)$/

/**
 * Whether rows of the table are people: they have an e-mail address that is unique, or the table's name says so and they have
 * an e-mail address, or a name to log in with.
 */
export const looksLikePeople = (table: Table): boolean => {
  const mail = mailColumn(table)
  if (mail && table.unique.has(mail.name)) return true
  const logins = [...table.unique].some((name) => loginName.test(snakeCase(name)))
  return tableName.test(snakeCase(table.name)) && (mail !== undefined || logins)
}

export const mailColumn = ({ columns }: Table): Column | undefined =>
  [...columns.values()].find(({ name }) => mailName.test(snakeCase(name)))
