export { type EmailOptions, email, type Mail } from './email/email.js'
export type { Mailer, SmtpServer } from './email/mailer.js'
export type { Endpoint } from './webhook/endpoint.js'
export { type WebhookOptions, webhook } from './webhook/webhook.js'
